"""`python dev.py bench jobs`: many clips on Ray, of which workers and the driver are killed; one long clip in
parts; what Ray costs. Needs Ray."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil

from lipsync_studio.backends.render_spec import RenderSpec
from lipsync_studio.batch.job import Job
from lipsync_studio.batch.manifest import Manifest

from .. import counted_worker
from ..paths import ROOT
from ..steps import say
from . import media
from .jobs_split import split_in_parts

JOBS, CORRUPT, STUBS = 20, 7, 2000
# In their midst a worker and the driver are killed.
_WORKER_DIES, _DRIVER_DIES = "01.mp4", "12.mp4"
# By which share a job in a batch may take longer than a render, and bytes that a long batch may grow by.
_MOST_OVERHEAD, _MOST_BYTES = 0.15, 150e6
_COMMAND = (sys.executable, "-m", "lipsync_studio")


def main(arguments: list[str]) -> int:
    """1 if something that must hold does not."""
    parser = argparse.ArgumentParser(prog="dev.py bench jobs", description=__doc__)
    known: dict[str, Callable[[Path, argparse.Namespace], dict[str, Any]]] = {
        "kills": _kills, "split": split_in_parts, "overhead": _overhead, "stubs": _stubs,
    }  # fmt: skip
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(known)}; default all")
    parser.add_argument("--seconds", type=int, default=60, help="length of the long clip (default 60)")
    parser.add_argument("--engines", nargs="*", help="of `split`: viseme, musetalk, latentsync")
    parser.add_argument("--out", type=Path, default=Path("jobs.json"))
    options = parser.parse_args(arguments)
    # Ray puts its workers behind all else on a machine.
    os.environ.update(RAY_worker_niceness="0")
    results = {}
    for name in options.parts or known:
        say(f"== {name}")
        with tempfile.TemporaryDirectory() as folder:
            results[name] = known[name](Path(folder), options)
        print(json.dumps(results[name], indent=1), flush=True)
    options.out.write_text(json.dumps(results, indent=1))
    return 0 if all(each["holds"] for each in results.values()) else 1


def _kills(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """A worker is killed in the midst of a job, then the driver, which is started again."""
    course, out = folder / "course", folder / "made"
    course.mkdir()
    clip, voice = _short(course)
    for number in range(JOBS):
        shutil.copy(clip, course / f"{number:02d}.mp4")
        shutil.copy(voice, course / f"{number:02d}.wav")
    (course / f"{CORRUPT:02d}.mp4").write_bytes(b"no video" * 999)
    clip.unlink()
    voice.unlink()
    command = [sys.executable, "-m", counted_worker.__name__, "batch", str(course), "--out", str(out)]
    command += ["--workers", "2", "--set", "no_score=yes", "--report", str(folder / "summary.json")]
    rows = []
    counted_worker.hold(out, _WORKER_DIES, _DRIVER_DIES)
    driver = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    # The other worker goes on meanwhile.
    _until(lambda: len(_manifests(out)) >= 3, driver)
    victim: int | None = None
    while victim is None:
        _until(lambda: counted_worker.in_midst(counted_worker.events(out), _WORKER_DIES) is not None, driver)
        victim = counted_worker.kill_in_midst(out, _WORKER_DIES)
    rows.append(f"worker {victim} killed while it made {_WORKER_DIES}; {len(_manifests(out))} whole")
    counted_worker.hold(out, _DRIVER_DIES)
    _until(lambda: len(_manifests(out)) >= 9, driver)
    _until(lambda: counted_worker.in_midst(counted_worker.events(out), _DRIVER_DIES) is not None, driver)
    children = psutil.Process(driver.pid).children(recursive=True)
    driver.kill()
    driver.wait()
    counted_worker.hold(out)
    psutil.wait_procs(children, timeout=60)
    stood = _manifests(out)
    rows.append(f"driver killed while {_DRIVER_DIES} was made; {len(stood)} whole")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = json.loads((folder / "summary.json").read_text())
    rows += [
        f"{row['out']}  {row['result']:7}{row['frames']:4} frames  {row['text']}" for row in told["rows"]
    ]
    print("\n".join(rows), flush=True)
    after = _manifests(out)
    again = [name for name, when in stood.items() if after[name] != when]
    failed = [row["out"] for row in told["rows"] if row["result"] == "failed"]
    whole = [name for name in after if (m := Manifest.read((out / name).read_text())) and m.frames == 20]
    log = counted_worker.events(out)
    begun, cut = counted_worker.renders(log), counted_worker.cut_off(log)
    again += counted_worker.begun_again(log)
    twice = [name for name in (each.removesuffix(".json") for each in after) if begun[name] - cut[name] > 1]
    holds = failed == [f"{CORRUPT:02d}.mp4"] and len(whole) == JOBS - 1 and done.returncode == 1
    holds = holds and not again and not twice
    return {
        "whole before the driver was killed": len(stood), "kept": told["kept"], "made": told["made"],
        "failed": failed, "rendered again after their manifest stood": again,
        "renders begun": begun.total(), "cut off by a kill": dict(cut), "rendered twice to the end": twice,
        "holds": holds,
    }  # fmt: skip


# With the process of one worker, which Ray starts as well.
_RAY_ALONE = """if True:
    import ray

    ray.init(include_dashboard=False)

    @ray.remote
    class Nothing:
        def done(self):
            return True

    ray.get(Nothing.remote().done.remote())
    ray.shutdown()
"""


def _overhead(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """A job by one worker of Ray against `render`, in processes of their own; the shortest of three."""
    clip, audio = media.video(1280, 720, 10), media.audio(10)
    jobs = folder / "jobs.jsonl"
    jobs.write_text(json.dumps({"source": str(clip), "audio": str(audio), "out": "a.mp4", "no_score": True}))
    render, ray, batch = [], [], []
    for number in range(3):
        files = ["--source", str(clip), "--audio", str(audio), "--out", str(folder / f"{number}.mp4")]
        started = time.perf_counter()
        subprocess.run([*_COMMAND, "render", *files, "--no-score", "--quiet"], check=True)
        render.append(time.perf_counter() - started)
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", _RAY_ALONE], check=True, capture_output=True)
        ray.append(time.perf_counter() - started)
        started = time.perf_counter()
        arguments = ["batch", str(jobs), "--out", str(folder / f"made{number}"), "--workers", "1", "--quiet"]
        subprocess.run([*_COMMAND, *arguments], check=True, capture_output=True)
        batch.append(time.perf_counter() - started)
    more = (min(batch) - min(ray)) / min(render) - 1
    taken = {"render": render, "start of ray": ray, "batch": batch}
    return {**taken, "overhead": more, "holds": more <= _MOST_OVERHEAD}


def _stubs(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Jobs that only write a manifest: what the driver takes for them."""
    from lipsync_studio.batch import ray_pool
    from lipsync_studio.batch.run import run_batch

    ray_pool.start(None)
    pool = ray_pool.RayPool(2, None, str(folder), "lipsync_studio.devtools.stub_worker:StubWorker")
    spec = RenderSpec(Path(), Path())
    while pool.idle < 2:
        pool.ended(1.0)
    process = psutil.Process()
    start = peak = process.memory_info().rss
    jobs = [Job(f"{number:04d}.mp4", "", "", spec) for number in range(STUBS)]

    def watch(progress: Any) -> None:
        nonlocal peak
        peak = max(peak, process.memory_info().rss)

    started = time.perf_counter()
    summary = run_batch(jobs, pool, watch)
    took = time.perf_counter() - started
    pool.close()
    ray_pool.stop()
    right = [m for p in folder.glob("*.json") if (m := Manifest.read(p.read_text())) and m.out == p.stem]
    holds = peak - start < _MOST_BYTES and len(right) == STUBS and summary.count("made") == STUBS
    return {
        "jobs": STUBS, "seconds": round(took, 1), "growth_bytes": peak - start,
        "right manifests": len(right), "holds": holds,
    }  # fmt: skip


def _short(folder: Path) -> tuple[Path, Path]:
    """The first moments of the sample, 320 pixels wide: 20 frames are made of them."""
    clip, voice = folder / "clip.mp4", folder / "voice.wav"
    demo = ROOT / "demo"
    with av.open(str(demo / "clip.mp4")) as source, av.open(str(clip), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width = stream.height = 320
        for frame, _ in zip(source.decode(video=0), range(20), strict=False):
            picture = av.VideoFrame.from_ndarray(frame.to_ndarray(format="rgb24", width=320, height=320))
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    with av.open(str(demo / "verse.mp3")) as source, av.open(str(voice), "w") as out:
        sound = out.add_stream("pcm_s16le", rate=16000, layout="mono")
        resampler = av.AudioResampler("s16", "mono", 16000)
        samples = np.concatenate(
            [part.to_ndarray() for frame in source.decode(audio=0) for part in resampler.resample(frame)], 1
        )[:, :12800]
        heard = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "s16", "mono")
        heard.sample_rate = 16000
        out.mux(sound.encode(heard))
        out.mux(sound.encode(None))
    return clip, voice


def _manifests(out: Path) -> dict[str, int]:
    """When each was written."""
    return {path.name: path.stat().st_mtime_ns for path in out.glob("*.mp4.json")}


def _until(holds: Callable[[], bool], driver: subprocess.Popen[bytes]) -> None:
    while not holds():
        if driver.poll() is not None:
            raise RuntimeError(f"The driver ended, with {driver.returncode}.")
        time.sleep(0.02)
