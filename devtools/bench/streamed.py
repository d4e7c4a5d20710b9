"""The measured run: what `LipSyncApply` does, with a stopwatch at the stages."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

from lipsync_studio.backends.dub import backend, job, scheduler
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer

from .stopwatch import Stopwatch

_STAGES: tuple[tuple[Any, str, str], ...] = (
    (VideoSource, "__init__", "open"),
    (Sound, "load", "open"),
    (VideoSource, "read", "decode"),
    (VideoSource, "read_reversed", "decode"),
    (job, "track_faces", "track"),
    (job, "speech_of", "speech"),
    (VisemeEngine, "survey", "speech"),
    (scheduler, "read_ahead", "wait for the decoder"),
    (scheduler, "crop_rgb", "crop"),
    (VisemeEngine, "composite", "warp"),
    (backend, "_hand_on", "wait for the mouths"),
    (backend, "paste_rgb", "paste"),
    (Mp4Writer, "write", "wait for the encoder"),
    (Mp4Writer, "__exit__", "wait for the encoder"),
    (Mp4Writer, "_encode", "encode"),
)


def render(clip: Path, audio: Path, out: Path) -> dict[str, Any]:
    """Frames, seconds in all, and seconds by stage. Frames are decoded twice: to find faces, and to paint,
    the second time beside the painting."""
    watch = Stopwatch()
    with contextlib.ExitStack() as stack:
        for owner, attribute, name in _STAGES:
            stack.enter_context(watch.watch(owner, attribute, name))
        host = stack.enter_context(PlainHost("cpu"))
        started = time.perf_counter()
        request = LipSyncRequest(source=VideoSource(clip), soundtrack=Sound.load(audio))
        report = run(backend.DubBackend(VisemeEngine()), request, host, out)
        seconds = time.perf_counter() - started
    stages = {**watch.seconds, "other": watch.rest(seconds)}
    return {"frames": report.frames, "generated": report.generated, "seconds": seconds, "stages": stages}
