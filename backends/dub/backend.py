"""The frame of every engine that repaints a mouth in footage: tracking, cropping, silence, compositing."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...engine.compose.paste import Patch
from ...engine.host.protocol import Host
from ...engine.media.colour import Rect, paste_rgb
from ...engine.media.frames import CHUNK, Frame
from ...engine.report import FrameState
from ..protocol import Footage, FrameChunk, Rendering
from ..request import LipSyncRequest
from .job import DubJob, find_faces, plan_job
from .preview import BeforeAfter
from .protocol import DubEngine, Painter
from .scheduler import Made, generated, reach

# NumPy and OpenCV let go of the interpreter while they work; more threads than this wait for memory.
_COMPOSITORS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class DubPlan:
    """job: what there is to repaint. survey: what the engine knows of the whole clip. notes: of the run."""

    job: DubJob
    survey: Any
    notes: list[str] = field(default_factory=list)


class DubBackend:
    """A LipSyncBackend made of a DubEngine."""

    takes_footage = True

    def __init__(self, engine: DubEngine) -> None:
        self.engine = engine
        self.spec = engine.spec
        self.name = engine.name

    def __repr__(self) -> str:
        return f"DubBackend({self.name})"

    def render(self, request: LipSyncRequest, host: Host) -> Rendering:
        """Raises what `plan` and the engine's `prepare` do."""
        return self.render_plan(self.plan(request, host), host)

    def tracked(self, request: LipSyncRequest, host: Host) -> LipSyncRequest:
        """The request with the faces that `plan` would look for. Raises NoFaceError where there are none."""
        return replace(request, track=find_faces(request, self.engine.fps, host))

    def plan(self, request: LipSyncRequest, host: Host) -> DubPlan:
        """All that looks at the whole clip. Raises what `plan_job` and the engine's `survey` do."""
        job = plan_job(request, self.engine.fps, self.engine.rests, host)
        notes: list[str] = []
        if not self.engine.rests and request.silence != "source":
            notes.append(
                f"{self.engine.name} can't close a mouth by itself: in silence the source frames are shown."
            )
        if not job.speech.gate.any():
            notes.append("There is no voice in the sound: the mouth stays at rest throughout.")
        return DubPlan(job, self.engine.survey(job, notes, host), notes)

    def part(self, plan: DubPlan, start: int, stop: int) -> DubPlan:
        """Output frames start..stop-1 of a plan, which are rendered as in the whole. Raises InputError where
        there are none."""
        job = replace(plan.job, timeline=plan.job.timeline.part(start, stop))
        need = reach(job, self.engine.batching(job.timeline.fps))
        return DubPlan(job.part(job.timeline.shown, need), plan.survey)

    def render_plan(self, plan: DubPlan, host: Host) -> Rendering:
        return rendering(self.engine, plan, host)


def rendering(engine: Painter, plan: DubPlan, host: Host) -> Rendering:
    """The plan's frames as the engine paints them; its notes go on growing while the chunks are read."""
    job, timeline = plan.job, plan.job.timeline
    conditioning = engine.prepare(job, plan.survey, plan.notes, host)
    start = timeline.time(timeline.shown.start)
    return Rendering(
        size=job.source.stored_size,
        fps=timeline.fps,
        variable=timeline.variable,
        colour=job.source.colour,
        frames=len(timeline.shown),
        duration=timeline.time(timeline.shown.stop) - start,
        chunks=_paint(engine, job, conditioning, host),
        notes=plan.notes,
        start=start,
        footage=Footage(timeline, job.people, job.speech),
        aspect=job.source.aspect,
        times=timeline.times,
    )


@dataclass(slots=True)
class _Underway:
    """A frame that is being composited. view: of the frame as it was, where someone watches."""

    frame: Frame
    state: FrameState
    pasted: Future[bool] | None = None
    view: BeforeAfter | None = None

    @property
    def finished(self) -> bool:
        return self.pasted is None or self.pasted.done()


def _paint(engine: Painter, job: DubJob, conditioning: Any, host: Host) -> Generator[FrameChunk, None, None]:
    """Decoding and cropping run ahead on a thread, generating is done here, compositing on several threads
    while the next faces are generated."""
    stage, shown = f"Lip-syncing ({engine.name})", job.timeline.shown
    anything = any(job.paints(index) for index in shown)
    line: deque[_Underway] = deque()
    with (
        engine.resident(conditioning, host) if anything else nullcontext(),
        _threads() as threads,
        closing(generated(job, engine, engine.generate, conditioning, host, stage)) as stretches,
    ):
        done = 0
        for frames, made in stretches:
            done += len(frames)
            # Of the frames, the one that is shown to whom watches: the last with a new face, or the last.
            watched = max(made, default=frames[-1].index) if host.wants_preview() else None
            for frame in frames:
                face = made.get(frame.index)
                each = _Underway(frame, _state(job, frame.index, face is not None))
                if frame.index == watched:
                    each.view = BeforeAfter(frame, face.crop.rect if face else None)
                if face:
                    amount = float(job.mix[frame.index])
                    each.pasted = threads.submit(_composite, engine, frame, face, amount, conditioning)
                line.append(each)
            # These are composited while the networks work on the next faces.
            for ready in _hand_on(line, 0 if done == len(shown) else len(frames)):
                if picture := next((each.view.picture() for each in ready if each.view), None):
                    host.progress(stage, done, len(shown), picture)
                yield FrameChunk([each.frame for each in ready], [each.state for each in ready])


def _hand_on(line: deque[_Underway], keep: int) -> Iterator[list[_Underway]]:
    """What is finished at the line's front, some frames at a time; waits for all but the last `keep`."""
    ready: list[_Underway] = []
    while line and (len(line) > keep or line[0].finished):
        each = line.popleft()
        if each.pasted is not None and not each.pasted.result():
            each.state = FrameState.OCCLUDED
        ready.append(each)
        if len(ready) == CHUNK:
            yield ready
            ready = []
    if ready:
        yield ready


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """What nobody waits for any more is not begun."""
    threads = ThreadPoolExecutor(_COMPOSITORS, "compositing")
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)


def _state(job: DubJob, index: int, painted: bool) -> FrameState:
    """A face that the engine finds no use for is none."""
    state = job.states[index]
    return FrameState.NO_FACE if state is FrameState.GENERATED and not painted else state


def _composite(engine: Painter, frame: Frame, face: Made, amount: float, conditioning: Any) -> bool:
    """Whether there was a mouth to paint."""
    patch = engine.composite(face.crop, face.result, conditioning)
    if patch is not None:
        _paste(frame, face.crop.rect, patch, amount)
    return patch is not None


def _paste(frame: Frame, rect: Rect, patch: Patch, amount: float) -> None:
    """Composite the part of a patch that shows."""
    columns, rows = (np.flatnonzero(patch.alpha.any(axis=axis)) for axis in (0, 1))
    if not len(rows):
        return
    x0, x1 = int(columns[0]) // 2 * 2, -int(-(columns[-1] + 1) // 2) * 2
    y0, y1 = int(rows[0]) // 2 * 2, -int(-(rows[-1] + 1) // 2) * 2
    part = np.s_[y0:y1, x0:x1]
    where = (rect[0] + x0, rect[1] + y0, rect[0] + x1, rect[1] + y1)
    paste_rgb(frame, where, patch.rgb[part], patch.alpha[part] * amount)
