"""PlainHost: folders, cancel, progress and models, outside ComfyUI."""

import gc
import os
import signal
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import pytest
import torch

from lipsync_studio.engine.errors import Cancelled, DeviceMemoryError
from lipsync_studio.engine.host.plain import PlainHost


def test_temp_files_are_distinct_and_go_when_the_host_closes():
    with PlainHost() as host:
        first, second = host.temp_file(".mp4"), host.temp_file(".mp4")
        assert first != second
        assert first.suffix == ".mp4"
        assert not first.exists()
        first.write_bytes(b"x")
        folder = first.parent
    assert not folder.exists()


def test_temp_files_go_when_the_run_fails():
    written: list[Path] = []

    def fail() -> None:
        with PlainHost() as host:
            written.append(host.temp_file(".wav"))
            written[0].write_bytes(b"x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not written[0].parent.exists()


def test_cancel_event_set_by_another_thread_stops_the_next_report():
    event = threading.Event()
    with PlainHost(cancel=event) as host:
        host.progress("Finding faces", 1, 10)
        thread = threading.Thread(target=event.set)
        thread.start()
        thread.join()
        with pytest.raises(Cancelled):
            host.progress("Finding faces", 2, 10)


def test_ctrl_c_cancels_and_the_handler_is_given_back():
    before = signal.getsignal(signal.SIGINT)
    with PlainHost() as host:
        host.check_cancelled()
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Cancelled):
            host.check_cancelled()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == before


def test_a_callers_own_event_leaves_ctrl_c_alone():
    before = signal.getsignal(signal.SIGINT)
    with PlainHost(cancel=threading.Event()):
        assert signal.getsignal(signal.SIGINT) == before


def test_progress_draws_a_bar_per_stage(capsys):
    with PlainHost(progress=True) as host:
        host.progress("Finding faces", 10, 10)
        host.progress("Painting mouths", 3, 6)
        host.progress("Painting mouths", 6, 6)
    shown = capsys.readouterr().err
    assert "Finding faces" in shown
    assert "10/10" in shown
    assert "Painting mouths" in shown
    assert "6/6" in shown


def test_silent_by_default(capsys):
    with PlainHost() as host:
        host.progress("Finding faces", 10, 10)
    assert capsys.readouterr() == ("", "")


def test_models_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path))
    assert PlainHost().models_folder("musetalk") == tmp_path / "musetalk"
    monkeypatch.delenv("LIPSYNC_MODELS")
    assert PlainHost().models_folder("musetalk") == (
        Path.home() / ".cache" / "lipsync-studio" / "models" / "musetalk"
    )


def test_a_resident_network_runs_on_the_hosts_device():
    with PlainHost("cpu") as host:
        model = host.manage(torch.nn.Linear(4, 2))
        with host.resident(model, activation_bytes=1 << 20):
            assert model.device == torch.device("cpu")
            assert model.module(torch.ones(1, 4, device=model.device)).shape == (1, 2)


@pytest.fixture
def full(monkeypatch):
    """A host, some networks, the names of those that were offloaded (each makes 100 bytes of room), and what
    the device has free beside. "meta" stands for a device that tells no figures of its own."""
    offloaded: list[str] = []
    free = [1000]
    with PlainHost("meta") as host:
        models = {name: host.manage(torch.nn.Linear(4, 2)) for name in ("first", "second", "third")}
        monkeypatch.setattr(
            "lipsync_studio.engine.host.plain._free_bytes", lambda _: free[0] + 100 * len(offloaded)
        )
        for name, model in models.items():
            monkeypatch.setattr(model, "offload", lambda name=name: offloaded.append(name))
        yield host, models, offloaded, free


def test_networks_move_to_the_device_and_the_longest_unused_goes_first(full):
    host, models, offloaded, free = full
    for name in ("first", "second", "first"):
        with host.resident(models[name]):
            assert models[name].module.weight.device.type == "meta"
    free[0] = 0
    host.free_memory(150)
    assert offloaded == ["second", "first"]


def test_room_is_made_from_what_no_stage_needs(full):
    host, models, offloaded, _ = full
    with host.resident(models["second"], models["third"]):
        pass
    with host.resident(models["first"], models["third"]):
        with host.resident(models["third"]):
            pass
        host.free_memory()
        assert offloaded == ["second"]
    host.free_memory()
    assert sorted(offloaded) == ["first", "second", "third"]


def test_a_network_that_is_dropped_goes_though_the_host_lives_on():
    with PlainHost("cpu") as host:
        model = host.manage(torch.nn.Linear(4, 2))
        with host.resident(model):
            pass
        dropped = weakref.ref(model.module)
        del model
        gc.collect()
        assert dropped() is None
        host.free_memory()


def test_a_network_changes_its_format_where_it_is():
    with PlainHost("cpu") as host:
        model = host.manage(torch.nn.Linear(4, 2).half())
        with host.resident(model):
            host.convert(model, torch.float32)
            assert model.module(torch.ones(1, 4)).dtype is torch.float32


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
        RuntimeError("cuFFT error: CUFFT_ALLOC_FAILED"),
        RuntimeError("MPS backend out of memory (MPS allocated: 17.9 GB, max allowed: 18.1 GB)."),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory: you "
            "tried to allocate 4000000000 bytes. Error code 12 (Cannot allocate memory)"
        ),
        RuntimeError("[enforce fail at alloc_cpu.cpp:80] data. DefaultCPUAllocator: not enough memory: you "),
        MemoryError("Unable to allocate 6.0 GiB for an array"),
    ],
    ids=lambda error: str(error)[:30],
)
def test_running_out_of_memory_is_told(error):
    assert PlainHost("cpu").is_out_of_memory(error)


@pytest.mark.parametrize(
    "error", [RuntimeError("CUDA error: device-side assert"), ValueError("out of memory")]
)
def test_other_errors_are_not(error):
    assert not PlainHost("cpu").is_out_of_memory(error)


def test_a_network_that_finds_no_room_is_a_sentence(monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    with PlainHost("cpu") as host:
        model = host.manage(torch.nn.Linear(4, 2))
        monkeypatch.setattr(model.module, "to", full)
        with pytest.raises(DeviceMemoryError, match="half precision"), host.resident(model):
            pass


def test_importing_the_host_needs_neither_torch_nor_tqdm():
    code = (
        "import sys; sys.modules['torch'] = sys.modules['tqdm'] = None\n"
        "from lipsync_studio.engine.host.plain import PlainHost\n"
        "with PlainHost() as host: host.progress('x', 1, 1); print(host.temp_file('.a').suffix)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout.strip() == ".a", result.stderr
