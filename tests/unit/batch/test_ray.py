"""Workers on a real Ray of two processors: kills, restarts, and an object store that two workers share."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lipsync_studio.backends.render_spec import RenderSpec
from lipsync_studio.batch.job import Job
from lipsync_studio.batch.run import run_batch
from lipsync_studio.devtools import counted_worker as counted
from lipsync_studio.engine.errors import InputError, UnexpectedError
from lipsync_studio.engine.media.video import VideoSource

STUBS = "lipsync_studio.devtools.stub_worker"
PLAIN = RenderSpec(Path(), Path(), score=False)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A bucket of a server on this machine, which this process and those of `ray` know."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    known = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.get_host_and_port()[1]}",
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip
    before = {name: os.environ.get(name) for name in known}
    os.environ.update(known)
    import fsspec

    fsspec.filesystem("s3").mkdir("made")
    yield "s3://made"
    server.stop()
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(scope="module")
def ray(s3) -> Iterator:
    import ray

    # Ray puts its workers behind all else on a machine, which may be busy.
    os.environ.update(RAY_worker_niceness="0")
    options = {"num_cpus": 2, "include_dashboard": False, "object_store_memory": 80 << 20}
    for attempt in range(4):
        try:
            ray.init(address="local", log_to_driver=False, logging_level="ERROR", **options)
            break
        except Exception:  # a bare one, where Ray has waited for 30 s
            ray.shutdown()
            if attempt == 3:
                raise
    yield ray
    ray.shutdown()
    os.environ.pop("RAY_worker_niceness")


@pytest.fixture
def pool_of(ray) -> Iterator:
    from lipsync_studio.batch.ray_pool import WORKER, RayPool

    made = []

    def make(out, name=None, workers=2, makings=2):
        which = f"{STUBS}:{name}" if name else WORKER
        made.append(RayPool(workers, None, str(out), which, makings=makings))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


def stubs(*sources):
    return [Job(f"{number}.mp4", source, "", PLAIN) for number, source in enumerate(sources)]


def results(summary):
    return [(row.result, row.attempts) for row in summary.rows]


def silent(progress):
    pass


def test_a_worker_that_dies_is_replaced(pool_of, tmp_path):
    pool = pool_of(tmp_path, "StubWorker")
    summary = run_batch(stubs("", "killed", "wrong", "faulty", *[""] * 16), pool, silent)
    assert results(summary) == [
        ("made", 1), ("made", 2), ("failed", 1), ("made", 2), *[("made", 1)] * 16,
    ]  # fmt: skip
    assert summary.rows[2].text == "It is no video."
    assert results(run_batch(stubs(*[""] * 4), pool, silent)) == [
        ("kept", 1), ("kept", 1), ("made", 1), ("kept", 1),
    ]  # fmt: skip


def test_a_worker_that_cannot_be_made(pool_of, tmp_path):
    """Costs no job an attempt."""
    pool = pool_of(tmp_path, "FlakyWorker", 1)
    assert results(run_batch(stubs("", ""), pool, silent)) == [("made", 1)] * 2
    assert (tmp_path / "making.once").exists()


def test_a_folder_that_workers_do_not_see(pool_of):
    """Nobody can be made, which the command ends with."""
    said = "No worker can be started: .*doesn't see what is written to memory://made"
    with pytest.raises(UnexpectedError, match=said):
        run_batch(stubs(""), pool_of("memory://made", "StubWorker", 1, 1), silent)


def test_what_ray_does_not_have(ray, tmp_path):
    from lipsync_studio.batch import ray_pool

    assert not ray_pool.start("auto")
    with pytest.raises(InputError, match="No machine has the 0.5 GPUs"):
        ray_pool.RayPool(1, 0.5, str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_killed_workers_and_a_killed_driver(ray, media, tmp_path):
    """The command, twice: good jobs become whole, the bad one is named, and none is made again. The worker is
    killed while it renders, and so is the driver while another one does."""
    folder, out = tmp_path / "course", tmp_path / "made"
    folder.mkdir()
    for number in range(7):
        shutil.copy(media / "clip.mp4", folder / f"{number}.mp4")
        shutil.copy(media / "voice.wav", folder / f"{number}.wav")
    (folder / "3.mp4").write_bytes(b"no video" * 99)
    address = ray.get_runtime_context().gcs_address
    command = [sys.executable, "-m", counted.__name__, "batch", folder, "--out", out, "--workers", "2"]
    command += ["--address", address, "--set", "no_score=yes", "--report", tmp_path / "summary.json"]
    command = [*map(str, command)]
    counted.hold(out, "0.mp4", "5.mp4")
    driver = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while not counted.kill_in_midst(out, "0.mp4"):
            assert driver.poll() is None
            time.sleep(0.05)
        counted.hold(out, "5.mp4")
        while counted.in_midst(counted.events(out), "5.mp4") is None or not list(out.glob("*.mp4.json")):
            assert driver.poll() is None
            time.sleep(0.05)
    finally:
        driver.kill()
        driver.wait()
        counted.hold(out)
    # Its workers end with it; what they publish until then counts.
    while ray.available_resources().get("CPU", 0) < 2:
        time.sleep(0.1)
    stood = {path.name: path.stat().st_mtime_ns for path in out.glob("*.mp4.json")}
    before = counted.events(out)
    assert stood
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    rows = json.loads((tmp_path / "summary.json").read_text())["rows"]
    assert {row["out"] for row in rows if row["result"] == "kept"} == {name[:-5] for name in stood}
    assert [row["out"] for row in rows if row["result"] == "failed"] == ["3.mp4"]
    assert "3.mp4" in done.stderr
    assert all((out / name).stat().st_mtime_ns == when for name, when in stood.items())
    good = [f"{number}.mp4" for number in range(7) if number != 3]
    assert sorted(path.name for path in out.glob("*.mp4")) == good
    # None was rendered to its end twice; a kill cut off that of the worker, and those of the driver's two.
    told = counted.events(out)
    assert counted.begun_again(told) == []
    begun, cut = counted.renders(told), counted.cut_off(told)
    assert all(begun[name] - cut[name] <= 1 for name in good)
    assert cut["0.mp4"] >= 1
    assert cut.total() <= 3
    assert counted.cut_off(told[len(before) :]).total() == 0


def test_two_workers_and_an_object_store(s3, pool_of, media, hidden, tmp_path):
    """Whole clips, and one in parts."""
    import fsspec

    files = fsspec.filesystem("s3", skip_instance_cache=True)
    files.put_file(str(media / "clip.mp4"), "made/in/clip.mp4")
    short = Job("short.mp4", "s3://made/in/clip.mp4", str(media / "voice.wav"), PLAIN)
    long = Job("of/long.mp4", str(hidden.clip), str(hidden.voice), PLAIN)
    pool = pool_of(s3)
    told = []
    summary = run_batch([short, long], pool, told.append, split=1.5)
    assert [(row.result, row.frames, row.parts) for row in summary.rows] == [
        ("made", 20, 1),
        ("made", 108, 3),
    ]
    assert {row.result for row in run_batch([short, long], pool, silent, split=1.5).rows} == {"kept"}
    pool.close()
    files.invalidate_cache()
    names = {name for name in files.find("made") if not name.startswith("made/in/")}
    assert names == {f"made/{name}{end}" for name in ("short.mp4", "of/long.mp4") for end in ("", ".json")}
    files.get_file("made/of/long.mp4", str(tmp_path / "long.mp4"))
    assert VideoSource(tmp_path / "long.mp4").frames == 108
