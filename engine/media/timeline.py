"""Which source frame is shown when: how footage is stretched to a soundtrack."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np

from ..errors import AudioError, InputError
from .frames import Frame
from .source import Source
from .times import ConstantTimes, FrameTimes, TickTimes

LengthRule = Literal["audio", "video", "shortest"]
FillRule = Literal["loop", "pingpong", "hold"]
# Beyond it, times are counted in Python's integers.
_LARGEST = 2**60


@dataclass(frozen=True, eq=False)
class Timeline:
    """Output frame k shows frame source_index[k] from times[k] on.

    source_index: int32 [n]. times: seconds, exact. duration: end of the last frame, to which the soundtrack
    is cut or padded. variable: the times don't lie on a grid of fps. shown: the frames that are put out; a
    part numbers and times them as the whole does.
    """

    fps: Fraction
    source_index: np.ndarray
    times: FrameTimes
    duration: Fraction
    variable: bool = False
    shown: range = range(0)

    def __post_init__(self) -> None:
        if not self.shown:
            object.__setattr__(self, "shown", range(len(self.source_index)))

    def __len__(self) -> int:
        """Frames of the whole."""
        return len(self.source_index)

    def part(self, start: int, stop: int) -> Timeline:
        """Its frames start..stop-1. Raises InputError where there are none."""
        shown = self.shown[max(start - self.shown.start, 0) : max(stop - self.shown.start, 0)]
        if not shown:
            raise InputError(
                f"There are no frames {start} to {stop - 1}: the video has {self.shown.start} to "
                f"{self.shown.stop - 1}."
            )
        return replace(self, shown=shown)

    def time(self, index: int) -> Fraction:
        """When a frame begins; of the one after the last, when that ends."""
        return self.times[index] if index < len(self) else self.duration


def plan(
    source: Source,
    audio_seconds: Fraction | float | None,
    length: LengthRule = "audio",
    fill: FillRule = "pingpong",
    fps: Fraction | None = None,
) -> Timeline:
    """Lay the source's frames along the output.

    length: `audio`: the fewest frames that cover the audio; `video`: the whole source; `shortest`: whichever
    ends first. A still has no length of its own, so with a soundtrack it is always `audio`.
    fill: where the source is too short it loops, goes back and forth (turning frames shown once) or holds its
    last frame. fps: constant output rate, if the source's own won't do; each output time shows the source
    frame whose interval [pts, next pts) contains it. Without it, a variable source keeps its own intervals.

    Raises AudioError if the length depends on audio that isn't there.
    """
    seconds = _length(source, audio_seconds, length)
    if source.variable and fps is None:
        return _plan_variable(source, seconds, fill)
    rate = fps or source.fps
    frames = max(math.ceil(seconds * rate), 1)
    own_rate = rate == source.fps and not source.variable
    positions = np.arange(frames) if own_rate else _positions(source, rate, frames, fill)
    index = _fill(positions, source.frames, fill).astype(np.int32)
    return Timeline(rate, index, ConstantTimes(rate, frames), frames / rate)


def walk(source: Source, timeline: Timeline) -> Iterator[Frame]:
    """Frames that are shown, in order, with the output's index and pts; their planes belong to the caller.

    Runs forward are read forward, runs backward by groups of pictures, a frame that stays is decoded once.
    """
    index = timeline.source_index[: timeline.shown.stop]
    position = timeline.shown.start
    while position < len(index):
        end, step = _run(index, position)
        first, last = int(index[position]), int(index[end - 1])
        frames = source.read(first, last + 1) if step > 0 else source.read_reversed(last, first + 1)
        for frame in frames:
            while position < end and index[position] == frame.index:
                stays = position + 1 < end and index[position + 1] == frame.index
                planes = frame.planes.copy() if stays else frame.planes
                yield replace(frame, planes=planes, pts=timeline.times[position], index=position)
                position += 1


def _length(source: Source, audio_seconds: Fraction | float | None, rule: LengthRule) -> Fraction:
    audio = Fraction(audio_seconds or 0)
    if rule == "video" and not (source.still and audio):
        return source.duration
    if audio <= 0:
        raise AudioError("There is no audio to set the length by; connect one, or set the length to video.")
    return min(audio, source.duration) if rule == "shortest" and not source.still else audio


def _fill(positions: np.ndarray, frames: int, rule: FillRule) -> np.ndarray:
    """Source frames at positions of the endless sequence 0, 1, 2 …"""
    if rule == "hold" or frames == 1:
        return np.minimum(positions, frames - 1)
    if rule == "loop":
        return positions % frames
    positions = positions % (2 * frames - 2)
    return np.minimum(positions, 2 * frames - 2 - positions)


def _intervals(source: Source, seconds: Fraction, *others: Fraction) -> tuple[np.ndarray, Fraction]:
    """Ticks that each frame is shown for, of a time base that is exact for them and for `others`; in
    numbers that can be added up to `seconds`."""
    ticks, own = source.times.ticks()
    base = Fraction(1, math.lcm(*(time.denominator for time in (own, source.duration, *others))))
    dtype = np.int64 if max(seconds, source.duration) / base < _LARGEST else object
    return np.diff(ticks.astype(dtype) * int(own / base), append=int(source.duration / base)), base


def _positions(source: Source, rate: Fraction, frames: int, fill: FillRule) -> np.ndarray:
    """The position of the endless sequence that is shown at each time of a constant rate."""
    intervals, base = _intervals(source, frames / rate)
    step = 1 / (rate * base)
    _, ends = _sequence(intervals, math.ceil(frames * step), fill)
    # In parts of a tick that make whole numbers of all times.
    dtype = np.int64 if max(frames * step.numerator, int(ends[-1]) * step.denominator) < _LARGEST else object
    shown_at = np.arange(frames).astype(dtype) * step.numerator
    return np.searchsorted(ends.astype(dtype) * step.denominator, shown_at, side="right")


def _sequence(intervals: np.ndarray, until: int, fill: FillRule) -> tuple[np.ndarray, np.ndarray]:
    """Of the endless sequence: source frames and the ticks at which they end, to the tick `until` or beyond.
    A last frame that is held is there once."""
    count = len(intervals)
    if fill != "hold":
        period = _fill(np.arange(count if fill == "loop" else max(2 * count - 2, 1)), count, fill)
        count = len(period) * (until // int(intervals[period].sum()) + 1)
    order = _fill(np.arange(count), len(intervals), fill)
    return order, np.cumsum(intervals[order])


def _plan_variable(source: Source, seconds: Fraction, fill: FillRule) -> Timeline:
    intervals, base = _intervals(source, seconds, 1 / source.fps)
    end = math.ceil(seconds / base)
    index, ends = _sequence(intervals, end, fill)
    if ends[-1] < end:
        held = int(1 / source.fps / base)
        more = np.arange(1, -(-(end - int(ends[-1])) // held) + 1)
        index = np.concatenate([index, np.full(len(more), len(intervals) - 1)])
        ends = np.concatenate([ends, ends[-1] + held * more])
    ticks = np.concatenate([ends[:1] * 0, ends[:-1]])
    shown = ticks < end
    # The last interval ends with what it has to cover: it may be long, and the soundtrack must not be.
    return Timeline(
        source.fps,
        index[shown].astype(np.int32),
        TickTimes(ticks[shown], base),
        seconds,
        variable=True,
    )


def _run(index: np.ndarray, start: int) -> tuple[int, int]:
    """End (exclusive) and direction of the longest run from `start` that never turns."""
    steps = np.sign(np.diff(index[start:]))
    moving = np.flatnonzero(steps)
    if len(moving) == 0:
        return len(index), 1
    direction = int(steps[moving[0]])
    turns = np.flatnonzero(steps == -direction)
    return (start + int(turns[0]) + 1 if len(turns) else len(index)), direction
