"""Which faces go through an engine together, and frames, crops and results in the order they are made."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, islice, pairwise
from typing import Any

from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ...engine.host.share import share_of
from ...engine.media.ahead import read_ahead
from ...engine.media.colour import Rect, crop_rgb
from ...engine.media.frames import CHUNK, Frame
from ...engine.media.timeline import walk
from .job import DubJob
from .protocol import Batching, Box, FaceCrop, Sampler

# Frames decoded in advance, while an engine works: enough for the slowest decoder beside the fastest engine,
# and for the next batch beside one that takes many faces at once, within the memory allowed.
_AHEAD, _AHEAD_BYTES = 8, 256 << 20
# Frames that may wait until a batch is full: those in between that show no new face wait too.
_WAITING_BATCHES, _WAITING_BYTES = 2, 1 << 30
# A step to another place of the source, such as the beginning of a loop, ends a clip. Seconds.
_LEAP = Fraction(1, 4)


@dataclass(frozen=True)
class Clip:
    """The faces of output frames first..stop-1. From `enters` to `alone` they fade in over those of the clip
    before, which has them too; until then that one's are shown."""

    first: int
    enters: int
    alone: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.first

    def weight(self, index: int) -> float:
        """How much of the face it makes for a frame is shown, 0..1."""
        return min(max(index - self.enters + 1, 0) / (self.alone - self.enters + 1), 1.0)


@dataclass(frozen=True)
class Stretch:
    """Output frames start..stop-1, which are handed on together, and the clips that have to be generated
    before."""

    start: int
    stop: int
    clips: tuple[Clip, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What was generated for a crop."""

    crop: FaceCrop
    result: Any


Generate = Callable[[Sequence[FaceCrop], Any, Host], Iterable[Any]]


def generated(
    job: DubJob, sampler: Sampler, generate: Generate, conditioning: Any, host: Host, stage: str
) -> Generator[tuple[list[Frame], dict[int, Made]], None, None]:
    """The job's frames in order, a stretch at a time, and what was generated for those of them that show a
    new face, by index. Frames and crops are made on another thread, some in advance; close it when done."""
    batching, shown = sampler.batching(job.timeline.fps), job.timeline.shown
    planes = job.source.size[0] * job.source.size[1] * 3 // 2
    ahead = min(max(_AHEAD, batching.frames * batching.batch), max(_AHEAD, _AHEAD_BYTES // planes))
    need = reach(job, batching)
    crops: dict[int, FaceCrop] = {}
    made: dict[int, Made] = {}
    waiting: list[Frame] = []
    at, done = need.start, 0
    host.progress(stage, 0, len(shown))
    with closing(read_ahead(_crops(job, need, sampler, conditioning), ahead)) as pictures:
        for stretch in stretches(job, batching, max(_WAITING_BYTES // planes, 1)):
            until = max(stretch.stop, *(clip.stop for clip in stretch.clips), 0)
            for frame, crop in islice(pictures, until - at):
                if frame.index in shown:
                    waiting.append(frame)
                if crop is not None:
                    crops[frame.index] = crop
            at = max(at, until)
            frames = [frame for frame in waiting if frame.index < stretch.stop]
            waiting = waiting[len(frames) :]

            def within(share: float, before: int = done, count: int = len(frames)) -> None:
                host.progress(stage, before + int(share * count), len(shown))

            places = [
                (crop, clip.weight(crop.index))
                for clip in stretch.clips
                for crop in _without_holes(clip, crops)
            ]
            if places:
                results = generate([crop for crop, _ in places], conditioning, share_of(host, within))
                for (crop, weight), result in zip(places, results, strict=True):
                    if weight == 0 or crop.index not in crops or crop.index not in shown:
                        continue
                    if weight < 1 and batching.mix is not None:
                        result = batching.mix(made[crop.index].result, result, weight)
                    made[crop.index] = Made(crop, result)
            done += len(frames)
            host.progress(stage, done, len(shown))
            if frames:
                yield frames, {frame.index: made[frame.index] for frame in frames if frame.index in made}
            made = {index: each for index, each in made.items() if index >= stretch.stop}
            crops = {index: crop for index, crop in crops.items() if index >= at - batching.frames}


def _without_holes(clip: Clip, crops: Mapping[int, FaceCrop]) -> list[FaceCrop]:
    """A crop for each frame of a clip, as an engine is promised: where a face has no usable box, the nearest
    one stands for it. None for a clip of none."""
    seen = [index for index in range(clip.first, clip.stop) if index in crops]
    if not seen:
        return []
    nearest = (min(seen, key=lambda at: abs(at - index)) for index in range(clip.first, clip.stop))
    return [replace(crops[at], index=index) for index, at in enumerate(nearest, clip.first)]


def reach(job: DubJob, batching: Batching) -> range:
    """The output frames that a job's own take to be generated: those, and the rest of their clips."""
    shown = job.timeline.shown
    if batching.frames == 1:
        return shown
    clips = list(_wanted(job, batching))
    return range(
        min([shown.start, *(clip.first for clip in clips)]), max([shown.stop, *(clip.stop for clip in clips)])
    )


def stretches(job: DubJob, batching: Batching, most: int) -> Iterator[Stretch]:
    """The job's frames in turn. most: frames that may wait for each other, where a clip has no more."""
    shown = job.timeline.shown
    most = min(most, max(_WAITING_BATCHES * batching.frames * batching.batch, CHUNK))
    group: list[Clip] = []
    at = shown.start
    for clip, following in pairwise(chain(_wanted(job, batching), [None])):
        assert clip is not None
        if not group:
            start = max(clip.enters, at)
            yield from _passing(at, start)
            at = start
        group.append(clip)
        # What the next clip fades in over isn't finished.
        settled = max(min(clip.stop, following.enters if following else clip.stop, shown.stop), at)
        if (
            following is None
            or len(group) == batching.batch
            or {len(clip), len(following)} != {batching.frames}
            or following.stop - at > most
        ):
            yield Stretch(at, settled, tuple(group))
            at, group = settled, []
    yield from _passing(at, shown.stop)


def _wanted(job: DubJob, batching: Batching) -> Iterator[Clip]:
    """The clips that reach into what is shown."""
    shown = job.timeline.shown
    return (clip for clip in clips_of(job, batching) if clip.stop > shown.start and clip.enters < shown.stop)


def clips_of(job: DubJob, batching: Batching) -> Iterator[Clip]:
    """Of the whole job, so that a part has the same ones. A rest that is too short for a clip is one all the
    same, or, where clips overlap, makes one together with more of the frames before it."""
    frames, overlap = batching.frames, min(batching.overlap, batching.frames // 2)
    for run in _runs(job, frames > 1):
        yield Clip(run.start, run.start, run.start, min(run.start + frames, run.stop))
        alone = run.start + frames
        while alone < run.stop:
            first = min(alone - overlap, run.stop - frames) if overlap else alone
            stop = min(first + frames, run.stop)
            yield Clip(first, alone - overlap, alone, stop)
            alone = stop


def _runs(job: DubJob, together: bool) -> Iterator[range]:
    """Output frames in which one person's mouth is painted, as the source shows it without a break; each by
    itself unless `together`."""
    leap = max(int(_LEAP * job.source.fps), 2)
    index = job.timeline.source_index
    start, length = 0, len(job.timeline)
    for at in range(length + 1):
        goes_on = (
            together
            and start < at < length
            and job.paints(at)
            and job.speaker[at] == job.speaker[at - 1]
            and abs(int(index[at]) - int(index[at - 1])) <= leap
        )
        if goes_on:
            continue
        if start < at:
            yield range(start, at)
        start = at if at < length and job.paints(at) else at + 1


def _passing(start: int, stop: int) -> Iterator[Stretch]:
    for first in range(start, stop, CHUNK):
        yield Stretch(first, min(first + CHUNK, stop))


def _crops(
    job: DubJob, need: range, sampler: Sampler, conditioning: Any
) -> Generator[tuple[Frame, FaceCrop | None], None, None]:
    for frame in walk(job.source, replace(job.timeline, shown=need)):
        yield frame, _seen(job, frame, sampler, conditioning)


def _seen(job: DubJob, frame: Frame, sampler: Sampler, conditioning: Any) -> FaceCrop | None:
    painted = job.painted(frame.index)
    if painted is None:
        return None
    rect = even_rect(sampler.box(*painted, conditioning), frame)
    if rect is None:
        return None
    crop = crop_face(frame, rect, *painted)
    return replace(crop, prepared=sampler.preprocess(crop, conditioning))


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
