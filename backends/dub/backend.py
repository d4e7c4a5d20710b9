"""The frame of every engine that repaints a mouth in footage: tracking, cropping, silence, compositing."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...engine.compose.paste import Patch
from ...engine.host.protocol import Host
from ...engine.media.colour import Rect, paste_rgb
from ...engine.media.frames import CHUNK, Frame
from ...engine.report import Caution, FrameState
from ..compositing import compositors
from ..protocol import Footage, FrameChunk, Rendering
from ..request import LipSyncRequest
from .job import DubJob, find_faces, plan_jobs
from .preview import BeforeAfter
from .protocol import DubEngine, Painter
from .scheduler import Lane, Made, generated, reach

# Beside decoding, generating and encoding. More threads than this wait for the interpreter, which NumPy and
# OpenCV let go of for moments only: on two cores one is a tenth faster than two.
_COMPOSITORS = max(1, min(4, (os.cpu_count() or 1) // 2))


@dataclass(frozen=True)
class VoicePlan:
    """job: what there is to repaint for one voice. survey: what the engine knows of the whole clip for it."""

    job: DubJob
    survey: Any


@dataclass(frozen=True)
class DubPlan:
    """voices: what there is to repaint, for each of them; of the same frames. notes: of the run."""

    voices: tuple[VoicePlan, ...]
    notes: list[str] = field(default_factory=list)

    @property
    def job(self) -> DubJob:
        """Of the first voice, which is the only one of most plans."""
        return self.voices[0].job

    @property
    def survey(self) -> Any:
        return self.voices[0].survey


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
        """All that looks at the whole clip. Raises what `plan_jobs` and the engine's `survey` do."""
        jobs = plan_jobs(request, self.engine.fps, self.engine.rests, host)
        notes = self._silence_notes(request)
        voices = []
        for job, part in zip(jobs, request.parts(), strict=True):
            own: list[str] = []
            if not job.speech.gate.any():
                own.append(_never_speaks(part))
            survey = self.engine.survey(job, own, host)
            notes += _told_of(part.person, own) if request.voices else own
            voices.append(VoicePlan(job, survey))
        return DubPlan(tuple(voices), notes)

    def _silence_notes(self, request: LipSyncRequest) -> list[str]:
        if self.engine.rests or all(part.silence == "source" for part in request.parts()):
            return []
        return [f"{self.engine.name} can't close a mouth by itself: in silence the source frames are shown."]

    def part(self, plan: DubPlan, start: int, stop: int) -> DubPlan:
        """Output frames start..stop-1 of a plan, which are rendered as in the whole. Raises InputError where
        there are none."""
        timeline = plan.job.timeline.part(start, stop)
        jobs = [replace(voice.job, timeline=timeline) for voice in plan.voices]
        need = reach(jobs, self.engine.batching(timeline.fps))
        return DubPlan(
            tuple(
                VoicePlan(job.part(timeline.shown, need), voice.survey)
                for job, voice in zip(jobs, plan.voices, strict=True)
            )
        )

    def render_plan(self, plan: DubPlan, host: Host) -> Rendering:
        return rendering(self.engine, plan, host)


def _never_speaks(request: LipSyncRequest) -> str:
    """Why a mouth has nothing to do in the video."""
    rests = "the mouth stays at rest throughout."
    if request.words is not None and request.words.lines:
        return f"None of the words falls into the video: {rests}"
    if request.turns is not None:
        return f"There is no voice in this person's turns, as far as the video goes: {rests}"
    return f"There is no voice in the sound: {rests}"


def _told_of(person: str, notes: Sequence[str]) -> list[str]:
    told = []
    for note in notes:
        text = f"{person}: {note}"
        told.append(Caution(text, note.kind, **note.values) if isinstance(note, Caution) else text)
    return told


def rendering(engine: Painter, plan: DubPlan, host: Host) -> Rendering:
    """The plan's frames as the engine paints them; its notes go on growing while the chunks are read."""
    job, timeline = plan.job, plan.job.timeline
    lanes = [
        Lane(voice.job, engine.prepare(voice.job, voice.survey, plan.notes, host)) for voice in plan.voices
    ]
    start = timeline.time(timeline.shown.start)
    return Rendering(
        size=job.source.stored_size,
        fps=timeline.fps,
        variable=timeline.variable,
        colour=job.source.colour,
        frames=len(timeline.shown),
        duration=timeline.time(timeline.shown.stop) - start,
        chunks=_paint(engine, lanes, host),
        notes=plan.notes,
        start=start,
        footage=tuple(Footage(timeline, lane.job.people, lane.job.speech) for lane in lanes),
        aspect=job.source.aspect,
        times=timeline.times,
    )


@dataclass(slots=True)
class _Underway:
    """A frame that is being composited. states: for each voice. view: of the frame as it was, where someone
    watches."""

    frame: Frame
    states: list[FrameState]
    pasted: Future[list[bool]] | None = None
    view: BeforeAfter | None = None

    @property
    def finished(self) -> bool:
        return self.pasted is None or self.pasted.done()


def _paint(engine: Painter, lanes: Sequence[Lane], host: Host) -> Generator[FrameChunk, None, None]:
    """Decoding and cropping run ahead on a thread, generating is done here, compositing on several threads
    while the next faces are generated."""
    stage, shown = f"Lip-syncing ({engine.name})", lanes[0].job.timeline.shown
    busy = [lane for lane in lanes if any(lane.job.paints(index) for index in shown)]
    line: deque[_Underway] = deque()
    with (
        # The networks are the same for all voices.
        engine.resident(busy[0].conditioning, host) if busy else nullcontext(),
        compositors(_COMPOSITORS) as threads,
        closing(generated(lanes, engine, engine.generate, host, stage)) as stretches,
    ):
        done = 0
        for frames, made in stretches:
            done += len(frames)
            for each in _begun(engine, lanes, frames, made, threads, host.wants_preview()):
                line.append(each)
            # These are composited while the networks work on the next faces.
            for ready in _hand_on(line, 0 if done == len(shown) else len(frames)):
                if picture := next((each.view.picture() for each in ready if each.view), None):
                    host.progress(stage, done, len(shown), picture)
                yield FrameChunk(
                    [each.frame for each in ready],
                    [_together(each.states) for each in ready],
                    [each.states for each in ready],
                )


def _begun(
    engine: Painter, lanes: Sequence[Lane], frames: Sequence[Frame], made: Sequence[Mapping[int, Made]],
    threads: ThreadPoolExecutor, wants_view: bool,
) -> Iterator[_Underway]:  # fmt: skip
    """The frames, with their compositing under way."""
    # Of the frames, the one that is shown to whom watches: the last with a new face, or the last.
    newest = [max(each) for each in made if each]
    watched = max(newest, default=frames[-1].index) if wants_view else None
    for frame in frames:
        faces = [each.get(frame.index) for each in made]
        states = [
            _state(lane.job, frame.index, face is not None) for lane, face in zip(lanes, faces, strict=True)
        ]
        underway = _Underway(frame, states)
        if frame.index == watched:
            underway.view = BeforeAfter(frame, next((face.crop.rect for face in faces if face), None))
        if any(faces):
            underway.pasted = threads.submit(_composite, engine, frame, lanes, faces)
        yield underway


def _together(states: Sequence[FrameState]) -> FrameState:
    """What became of a frame with several mouths: one that is repainted counts for it."""
    return FrameState.GENERATED if FrameState.GENERATED in states else states[0]


def _hand_on(line: deque[_Underway], keep: int) -> Iterator[list[_Underway]]:
    """What is finished at the line's front, some frames at a time; waits for all but the last `keep`."""
    ready: list[_Underway] = []
    while line and (len(line) > keep or line[0].finished):
        each = line.popleft()
        if each.pasted is not None:
            each.states = [
                state if shown else FrameState.OCCLUDED
                for state, shown in zip(each.states, each.pasted.result(), strict=True)
            ]
        ready.append(each)
        if len(ready) == CHUNK:
            yield ready
            ready = []
    if ready:
        yield ready


def _state(job: DubJob, index: int, painted: bool) -> FrameState:
    """A face that the engine finds no use for is none."""
    state = job.states[index]
    return FrameState.NO_FACE if state is FrameState.GENERATED and not painted else state


def _composite(
    engine: Painter, frame: Frame, lanes: Sequence[Lane], faces: Sequence[Made | None]
) -> list[bool]:
    """One after the other, because faces may touch. False for each that had no mouth to paint."""
    shown = []
    for lane, face in zip(lanes, faces, strict=True):
        patch = engine.composite(face.crop, face.result, lane.conditioning) if face else None
        if face and patch is not None:
            _paste(frame, face.crop.rect, patch, float(lane.job.mix[frame.index]))
        shown.append(face is None or patch is not None)
    return shown


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
