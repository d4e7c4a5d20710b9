"""One measurement in a process of its own: FRAMES SIDE. Prints a line of JSON."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import psutil
import torch

from lipsync_studio.backends.portrait.backend import PortraitBackend
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.backends.sadtalker import pipeline
from lipsync_studio.backends.sadtalker.models import of_networks
from lipsync_studio.backends.sadtalker.spec import SadTalkerSettings
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource

from ..memory import watch_memory
from ..paths import ROOT
from ..seeded_sadtalker import seeded
from .stopwatch import Stopwatch

_FPS = 25
_STAGES: tuple[tuple[Any, str, str], ...] = (
    (pipeline, "coefficients", "reconstruction"),
    (pipeline, "expressions", "expressions"),
    (pipeline, "poses", "poses"),
    (pipeline.SadTalkerEngine, "_source", "the picture's volume and keypoints"),
    (pipeline.SadTalkerEngine, "_driving", "keypoints"),
    (pipeline, "_painted", "generator"),
)


def main() -> None:
    frames, side = map(int, sys.argv[1:])
    # Seeded networks make numbers so small that processors handle them a hundred times slower; trained ones
    # don't.
    torch.set_flush_denormal(True)
    print(json.dumps(measured(frames, side)))


def measured(frames: int, side: int, config: Any = None) -> dict[str, Any]:
    """Seconds by stage, and the most memory of the process, in bytes."""
    settings = SadTalkerSettings(resolution=str(side), picture="full", precision="float32")  # type: ignore[arg-type]
    source = VideoSource(ROOT / "demo" / "portrait.jpg")
    sound = Sound.load(ROOT / "demo" / "verse.mp3").cut(1, Fraction(frames, _FPS))
    watch = Stopwatch()
    with (
        contextlib.ExitStack() as stages,
        watch_memory(psutil.Process()) as peak,
        PlainHost() as host,
        tempfile.TemporaryDirectory() as folder,
    ):
        engine = pipeline.SadTalkerEngine(of_networks(seeded(config, whole=True, side=side), host), settings)
        for owner, name, stage in _STAGES:
            stages.enter_context(watch.watch(owner, name, stage))
        started = time.monotonic()
        request = LipSyncRequest(source, sound, score=False)
        report = run(PortraitBackend(engine), request, host, Path(folder) / "out.mp4")
        total = time.monotonic() - started
    assert report.frames == frames, report.frames
    seconds = {**watch.seconds, "everything else": watch.rest(total)}
    return {
        "frames": frames, "side": side, "total": total, "seconds": seconds, "peak_bytes": peak.bytes,
    }  # fmt: skip


if __name__ == "__main__":
    main()
