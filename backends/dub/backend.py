"""The frame of every engine that repaints a mouth in footage: tracking, cropping, silence, compositing."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, nullcontext
from itertools import islice
from typing import Any

import numpy as np

from ...engine.compose.paste import Patch
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ...engine.media.ahead import read_ahead
from ...engine.media.colour import Rect, crop_rgb, paste_rgb
from ...engine.media.frames import CHUNK, Frame
from ...engine.media.timeline import walk
from ...engine.report import FrameState
from ..protocol import FrameChunk, Rendering
from ..request import LipSyncRequest
from .job import DubJob, plan_job
from .preview import BeforeAfter
from .protocol import Box, DubEngine, FaceCrop, Painter

# Frames decoded in advance, while an engine works: enough for the slowest decoder beside the fastest engine.
_AHEAD = 8


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
        """Raises what `plan_job` and the engine's `prepare` do."""
        job = plan_job(request, self.engine.fps, self.engine.rests, host)
        notes: list[str] = []
        if not self.engine.rests and request.silence != "source":
            notes.append(
                f"{self.engine.name} can't close a mouth by itself: in silence the source frames are shown."
            )
        if not job.speech.gate.any():
            notes.append("There is no voice in the sound: the mouth stays at rest throughout.")
        return rendering(self.engine, job, notes, host)


def rendering(engine: Painter, job: DubJob, notes: list[str], host: Host) -> Rendering:
    """The job as the engine paints it; `notes` goes on growing while the chunks are read."""
    conditioning = engine.prepare(job, notes, host)
    return Rendering(
        size=job.source.size,
        fps=job.timeline.fps,
        variable=job.timeline.variable,
        colour=job.source.colour,
        frames=len(job.timeline),
        duration=job.timeline.duration,
        chunks=_paint(engine, job, conditioning, host),
        notes=notes,
    )


def chunks_with_crops(
    job: DubJob, box: Callable[..., Box], conditioning: Any
) -> Generator[tuple[list[Frame], list[tuple[Frame, Rect, FaceCrop]]], None, None]:
    """The output's frames, a chunk at a time, and the crops of those among them that are to be painted."""
    with closing(read_ahead(walk(job.source, job.timeline), _AHEAD)) as frames:
        while chunk := list(islice(frames, CHUNK)):
            work: list[tuple[Frame, Rect, FaceCrop]] = []
            for frame in chunk:
                painted = job.painted(frame.index)
                if painted is None:
                    continue
                rect = even_rect(box(*painted, conditioning), frame)
                if rect is not None:
                    work.append((frame, rect, crop_face(frame, rect, *painted)))
            yield chunk, work


def crop_face(frame: Frame, rect: Rect, person: Person, shown: int) -> FaceCrop:
    """The part of a frame, which shows source frame `shown`, with a person's face."""
    mesh = person.meshes[shown - person.first].copy()
    mesh[:, :2] -= rect[:2]
    return FaceCrop(frame.index, shown, person, rect[:2], crop_rgb(frame, rect), mesh)


def even_rect(box: Box, frame: Frame) -> Rect | None:
    """The box on the frame's chroma grid and inside the picture; None where nothing of it is inside."""
    x0, y0 = max(0, int(box[0]) // 2 * 2), max(0, int(box[1]) // 2 * 2)
    x1 = min(frame.width, -int(-box[2] // 2) * 2)
    y1 = min(frame.height, -int(-box[3] // 2) * 2)
    return (x0, y0, x1, y1) if x1 - x0 >= 8 and y1 - y0 >= 8 else None


def _paint(engine: Painter, job: DubJob, conditioning: Any, host: Host) -> Iterator[FrameChunk]:
    stage = f"Lip-syncing ({engine.name})"
    done = 0
    host.progress(stage, 0, len(job.timeline))
    anything = any(job.painted(index) for index in range(len(job.timeline)))
    with (
        engine.resident(conditioning, host) if anything else nullcontext(),
        closing(chunks_with_crops(job, engine.box, conditioning)) as chunks,
    ):
        for chunk, work in chunks:
            view = None
            if host.wants_preview():
                view = BeforeAfter(*work[-1][:2]) if work else BeforeAfter(chunk[-1], None)
            patches = engine.generate([crop for _, _, crop in work], conditioning)
            for (frame, rect, _), patch in zip(work, patches, strict=True):
                _paste(frame, rect, patch, float(job.mix[frame.index]))
            done += len(chunk)
            host.progress(stage, done, len(job.timeline), view.picture() if view else None)
            painted = {crop.index for _, _, crop in work}
            yield FrameChunk(chunk, [_state(job, frame.index, painted) for frame in chunk])


def _state(job: DubJob, index: int, painted: set[int]) -> FrameState:
    """A face that the engine finds no use for is none."""
    state = job.states[index]
    return FrameState.NO_FACE if state is FrameState.GENERATED and index not in painted else state


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
