"""One run of the original's order of work or of this engine, measured: what the cases of engines share."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from lipsync_studio.backends.dub import backend as dub
from lipsync_studio.backends.dub import faces
from lipsync_studio.backends.dub.protocol import DubEngine
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.engine.compose import composer
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.writer import Mp4Writer

from ..memory import watch_memory
from .stopwatch import Stopwatch

# Owner, attribute and name of a stage.
Stage = tuple[Any, str, str]
# What is the same for all engines that make whole faces.
PUT_BACK: tuple[Stage, ...] = (
    (faces, "frame_face", "crop"),
    (composer, "class_maps", "parse"),
    (composer, "paste_masks", "masks"),
    (composer, "paste", "paste"),
    (dub, "paste_rgb", "paste"),
    (Mp4Writer, "_encode", "encode video"),
)


@contextlib.contextmanager
def measured(watch: Stopwatch) -> Iterator[dict[str, Any]]:
    """Of the block: seconds in all, of the processor (all threads: tells a slow run from a busy machine) and
    by stage, and the peak of resident memory above what there was before, in bytes."""
    found: dict[str, Any] = {}
    with watch_memory(psutil.Process()) as peak:
        started, worked = time.perf_counter(), time.process_time()
        yield found
        seconds, worked = time.perf_counter() - started, time.process_time() - worked
    found.update(
        seconds=seconds,
        cpu_seconds=worked,
        stages={**watch.seconds, "other": watch.rest(seconds)},
        growth_bytes=peak.growth,
    )


def run_engine(
    engine: DubEngine, request: LipSyncRequest, host: PlainHost, out: Path,
    stages: Sequence[Stage],
) -> tuple[dict[str, Any], int]:  # fmt: skip
    """A whole run, measured, and how many frames were painted."""
    watch = Stopwatch()
    with contextlib.ExitStack() as stack:
        for owner, attribute, name in stages:
            stack.enter_context(watch.watch(owner, attribute, name))
        with measured(watch) as found:
            report = run(dub.DubBackend(engine), request, host, out)
    return found, report.generated
