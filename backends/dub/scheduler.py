"""Which faces go through an engine together, and frames, crops and results in the order they are made."""

from __future__ import annotations

from collections import deque
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


class Lane:
    """One voice's mouths on their way through an engine. job: where they are. conditioning: what the engine
    is handed with them. Lanes that run side by side show the same frames."""

    def __init__(self, job: DubJob, conditioning: Any) -> None:
        self.job, self.conditioning = job, conditioning
        # What waits: crops to be generated, and results for frames that are not handed on yet, by index.
        self.crops: dict[int, FaceCrop] = {}
        self.made: dict[int, Made] = {}

    def settle(self, stretch: Stretch, generate: Generate, batching: Batching, host: Host) -> None:
        """Generate what a stretch takes, once the crops of its clips are there."""
        places = [
            (crop, clip.weight(crop.index))
            for clip in stretch.clips
            for crop in _without_holes(clip, self.crops)
        ]
        if not places:
            return
        results = generate([crop for crop, _ in places], self.conditioning, host)
        for (crop, weight), result in zip(places, results, strict=True):
            if weight == 0 or crop.index not in self.crops or crop.index not in self.job.timeline.shown:
                continue
            if weight < 1 and batching.mix is not None:
                result = batching.mix(self.made[crop.index].result, result, weight)
            self.made[crop.index] = Made(crop, result)

    def forget(self, handed_on: int, reached: int) -> None:
        """Results of frames before the one, crops of frames before the other."""
        self.made = {index: each for index, each in self.made.items() if index >= handed_on}
        self.crops = {index: crop for index, crop in self.crops.items() if index >= reached}


def generated(
    lanes: Sequence[Lane], sampler: Sampler, generate: Generate, host: Host, stage: str
) -> Generator[tuple[list[Frame], list[dict[int, Made]]], None, None]:
    """The jobs' frames in order, some at a time, and lane by lane what was generated for those of them that
    show a new face, by index. Frames are read once, whatever the number of lanes; they and the crops are made
    on another thread, some in advance. Close it when done."""
    timeline, source = lanes[0].job.timeline, lanes[0].job.source
    batching, shown = sampler.batching(timeline.fps), timeline.shown
    planes = source.size[0] * source.size[1] * 3 // 2
    ahead = min(max(_AHEAD, batching.frames * batching.batch), max(_AHEAD, _AHEAD_BYTES // planes))
    need = reach([lane.job for lane in lanes], batching)
    most = max(_WAITING_BYTES // planes, 1)
    waiting: deque[Frame] = deque()
    at, done = need.start, 0
    host.progress(stage, 0, len(shown))
    with closing(read_ahead(_crops(lanes, need, sampler), ahead)) as pictures:
        for number, stretch, settled in _in_turn([stretches(lane.job, batching, most) for lane in lanes]):
            until = max(stretch.stop, *(clip.stop for clip in stretch.clips), 0)
            for frame, crops in islice(pictures, max(until - at, 0)):
                if frame.index in shown:
                    waiting.append(frame)
                for lane, crop in zip(lanes, crops, strict=True):
                    if crop is not None:
                        lane.crops[frame.index] = crop
            at = max(at, until)
            frames = []
            while waiting and waiting[0].index < settled:
                frames.append(waiting.popleft())

            def within(share: float, before: int = done, count: int = len(frames)) -> None:
                host.progress(stage, before + int(share * count), len(shown))

            lane = lanes[number]
            lane.settle(stretch, generate, batching, share_of(host, within))
            done += len(frames)
            host.progress(stage, done, len(shown))
            if frames:
                yield (
                    frames,
                    [
                        {frame.index: lane.made[frame.index] for frame in frames if frame.index in lane.made}
                        for lane in lanes
                    ],
                )
            lane.forget(settled, stretch.stop - batching.frames)


def _in_turn(lanes: Sequence[Iterator[Stretch]]) -> Iterator[tuple[int, Stretch, int]]:
    """All stretches of some lanes, whichever lane is furthest behind next: its number, the stretch, and up to
    which frame all lanes are settled after it."""
    reached = [0] * len(lanes)
    going = set(range(len(lanes)))
    while going:
        number = min(going, key=lambda each: (reached[each], each))
        stretch = next(lanes[number], None)
        if stretch is None:
            going.remove(number)
            continue
        reached[number] = stretch.stop
        yield number, stretch, min(reached)


def _without_holes(clip: Clip, crops: Mapping[int, FaceCrop]) -> list[FaceCrop]:
    """A crop for each frame of a clip, as an engine is promised: where a face has no usable box, the nearest
    one stands for it. None for a clip of none."""
    seen = [index for index in range(clip.first, clip.stop) if index in crops]
    if not seen:
        return []
    nearest = (min(seen, key=lambda at: abs(at - index)) for index in range(clip.first, clip.stop))
    return [replace(crops[at], index=index) for index, at in enumerate(nearest, clip.first)]


def reach(jobs: Sequence[DubJob], batching: Batching) -> range:
    """The output frames that those of jobs of the same frames take to be generated: they, and the rest of
    their clips."""
    shown = jobs[0].timeline.shown
    if batching.frames == 1:
        return shown
    clips = [clip for job in jobs for clip in _wanted(job, batching)]
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
    lanes: Sequence[Lane], need: range, sampler: Sampler
) -> Generator[tuple[Frame, list[FaceCrop | None]], None, None]:
    """Each frame and, lane by lane, the face in it that is to be repainted."""
    job = lanes[0].job
    for frame in walk(job.source, replace(job.timeline, shown=need)):
        yield frame, [_seen(lane, frame, sampler) for lane in lanes]


def _seen(lane: Lane, frame: Frame, sampler: Sampler) -> FaceCrop | None:
    painted = lane.job.painted(frame.index)
    if painted is None:
        return None
    rect = even_rect(sampler.box(*painted, lane.conditioning), frame)
    if rect is None:
        return None
    crop = crop_face(frame, rect, *painted)
    return replace(crop, prepared=sampler.preprocess(crop, lane.conditioning))


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
