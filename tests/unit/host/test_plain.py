"""PlainHost: folders, cancel, progress and models, outside ComfyUI."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch

from lipsync_studio.engine.errors import Cancelled
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


def test_managed_model_runs_on_the_hosts_device():
    with PlainHost("cpu") as host:
        model = host.manage(torch.nn.Linear(4, 2))
        model.load(activation_bytes=1 << 20)
        assert model.device == torch.device("cpu")
        assert model.module(torch.ones(1, 4, device=model.device)).shape == (1, 2)


def test_models_move_to_the_device_and_the_longest_unused_goes_first(monkeypatch):
    """On a device that tells no figures of its own ("meta" stands for one that is full)."""
    offloaded = []
    with PlainHost("meta") as host:
        first, second = (host.manage(torch.nn.Linear(4, 2)) for _ in range(2))
        first.load()
        second.load()
        first.load()
        assert first.module.weight.device.type == "meta"
        monkeypatch.setattr("lipsync_studio.engine.host.plain._free_bytes", lambda _: 100 * len(offloaded))
        for model, name in ((first, "first"), (second, "second")):
            monkeypatch.setattr(model, "offload", lambda name=name: offloaded.append(name))
        host.free_memory(150)
    assert offloaded == ["second", "first"]


def test_importing_the_host_needs_neither_torch_nor_tqdm():
    code = (
        "import sys; sys.modules['torch'] = sys.modules['tqdm'] = None\n"
        "from lipsync_studio.engine.host.plain import PlainHost\n"
        "with PlainHost() as host: host.progress('x', 1, 1); print(host.temp_file('.a').suffix)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout.strip() == ".a", result.stderr
