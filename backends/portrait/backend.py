"""A network that animates one picture, as a backend of the lip-sync node."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import closing
from typing import Any

import numpy as np
from PIL import Image

from ...engine.host.protocol import Host
from ...engine.media.colour import small_rgb
from ...engine.media.frames import CHUNK, Frame
from ...engine.report import FrameState
from ..compositing import compositors
from ..dub.preview import SIDE, beside
from ..protocol import FrameChunk, Rendering
from ..request import LipSyncRequest
from .canvas import Canvas
from .job import PortraitJob, plan_job
from .protocol import PortraitEngine

# NumPy and OpenCV let go of the interpreter while they work.
_COMPOSITORS = min(2, os.cpu_count() or 1)


class PortraitBackend:
    """A LipSyncBackend made of a PortraitEngine."""

    def __init__(self, engine: PortraitEngine) -> None:
        self.engine = engine
        self.spec = engine.spec
        self.name = engine.name
        self.takes_footage = engine.takes_footage

    def __repr__(self) -> str:
        return f"PortraitBackend({self.name})"

    def render(self, request: LipSyncRequest, host: Host) -> Rendering:
        """Raises what `plan_job` and the engine's `prepare` do."""
        job = plan_job(request, host)
        notes = []
        if not job.source.still:
            notes.append(f"{self.name} animates the first frame of the footage.")
        heeded = job.silence == "rest" and not self.engine.parity
        if not job.speech.gate.any():
            rests = heeded and self.engine.rests
            consequence = ": the mouth stays at rest throughout" if rests else ""
            notes.append(f"There is no voice in the sound{consequence}.")
        elif heeded and not self.engine.rests and not job.speech.gate.all():
            notes.append(f"{self.name} can't bring a mouth to rest by itself: in pauses it hears silence.")
        return rendering(self.engine, job, notes, host)


def rendering(engine: PortraitEngine, job: PortraitJob, notes: list[str], host: Host) -> Rendering:
    """The job's frames as the engine makes them; its notes go on growing while the chunks are read."""
    conditioning = engine.prepare(job, notes, host)
    canvas = engine.canvas(job, conditioning)
    timeline = job.timeline
    return Rendering(
        size=canvas.size,
        fps=timeline.fps,
        variable=False,
        colour=job.portrait.frame.colour,
        frames=len(timeline),
        duration=timeline.duration,
        chunks=_chunks(engine, job, conditioning, canvas, host),
        notes=notes,
        times=timeline.times,
    )


def _chunks(
    engine: PortraitEngine, job: PortraitJob, conditioning: Any, canvas: Canvas, host: Host
) -> Generator[FrameChunk, None, None]:
    """Frames are composited on threads while the next pictures are generated."""
    stage, timeline = f"Animating ({engine.name})", job.timeline
    view = _Preview(job.portrait.frame)
    line: deque[Future[Frame]] = deque()
    done = 0
    host.progress(stage, 0, len(timeline))
    with (
        engine.resident(conditioning, host),
        compositors(_COMPOSITORS) as threads,
        closing(_shown(engine, job, conditioning, host)) as pictures,
    ):
        for index, picture in enumerate(pictures):
            line.append(threads.submit(canvas.frame, picture, timeline.times[index], index))
            last = index + 1 == len(timeline)
            ready: list[Frame] = []
            while line and len(ready) < CHUNK and (last or len(line) >= CHUNK or line[0].done()):
                ready.append(line.popleft().result())
            if ready:
                yield _chunk(ready)
                done += len(ready)
            seen = view.picture(ready[-1]) if ready and host.wants_preview() else None
            host.progress(stage, done, len(timeline), seen)
        if line:
            done += len(line)
            yield _chunk([each.result() for each in line])
            host.progress(stage, done, len(timeline))


def _chunk(frames: list[Frame]) -> FrameChunk:
    return FrameChunk(frames, [FrameState.GENERATED] * len(frames))


def _shown(
    engine: PortraitEngine, job: PortraitJob, conditioning: Any, host: Host
) -> Generator[np.ndarray, None, None]:
    """The picture of each output frame: one of the engine's, perhaps several times, perhaps never."""
    with closing(engine.generate(job, conditioning, host)) as generated:
        pictures = enumerate(generated)
        at, picture = -1, np.empty(0)
        for number in job.shown(engine.fps).tolist():
            while at < number:
                host.check_cancelled()
                at, picture = next(pictures)
            yield picture


class _Preview:
    """The portrait beside what became of it."""

    def __init__(self, portrait: Frame) -> None:
        self._before = small_rgb(portrait, SIDE)

    def picture(self, frame: Frame) -> Image.Image:
        return beside(_squared(self._before), _squared(small_rgb(frame, SIDE)))


def _squared(picture: np.ndarray) -> np.ndarray:
    """With black beside it."""
    height, width = picture.shape[:2]
    side = max(height, width)
    out = np.zeros((side, side, 3), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    out[top : top + height, left : left + width] = picture
    return out
