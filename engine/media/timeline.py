"""Which source frame is shown when: how footage is stretched to a soundtrack."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import Literal

import numpy as np

from ..errors import AudioError
from .frames import Frame
from .source import Source
from .times import ConstantTimes, TickTimes

LengthRule = Literal["audio", "video", "shortest"]
FillRule = Literal["loop", "pingpong", "hold"]


@dataclass(frozen=True, eq=False)
class Timeline:
    """Output frame k shows frame source_index[k] from times[k] on.

    source_index: int32 [n]. times: seconds, exact. duration: end of the last frame, to which the soundtrack
    is cut or padded. variable: the times don't lie on a grid of fps.
    """

    fps: Fraction
    source_index: np.ndarray
    times: Sequence[Fraction]
    duration: Fraction
    variable: bool = False

    def __len__(self) -> int:
        return len(self.source_index)


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
    positions = range(frames) if own_rate else _positions(source, rate, frames, fill)
    index = np.fromiter((_fill(p, source.frames, fill) for p in positions), np.int32, frames)
    return Timeline(rate, index, ConstantTimes(rate, frames), frames / rate)


def walk(source: Source, timeline: Timeline) -> Iterator[Frame]:
    """Frames of the output in order, with the output's index and pts; their planes belong to the caller.

    Runs forward are read forward, runs backward by groups of pictures, a frame that stays is decoded once.
    """
    index = timeline.source_index
    position = 0
    while position < len(index):
        end, step = _run(index, position)
        first, last = int(index[position]), int(index[end - 1])
        frames = source.read(first, last + 1) if step > 0 else source.read_reversed(last, first + 1)
        for frame in frames:
            while position < end and index[position] == frame.index:
                stays = position + 1 < end and index[position + 1] == frame.index
                planes = frame.planes.copy() if stays else frame.planes
                yield Frame(planes, frame.colour, timeline.times[position], position)
                position += 1


def _length(source: Source, audio_seconds: Fraction | float | None, rule: LengthRule) -> Fraction:
    audio = Fraction(audio_seconds or 0)
    if rule == "video" and not (source.still and audio):
        return source.duration
    if audio <= 0:
        raise AudioError("There is no audio to set the length by; connect one, or set the length to video.")
    return min(audio, source.duration) if rule == "shortest" and not source.still else audio


def _fill(position: int, frames: int, rule: FillRule) -> int:
    """Source frame at a position of the endless sequence 0, 1, 2 …"""
    if rule == "hold" or frames == 1:
        return min(position, frames - 1)
    if rule == "loop":
        return position % frames
    position %= 2 * frames - 2
    return min(position, 2 * frames - 2 - position)


def _intervals(source: Source, *others: Fraction) -> tuple[list[int], Fraction]:
    """Ticks that each frame is shown for, and a time base that is exact for them and for `others`."""
    edges = [*source.times, source.duration]
    base = Fraction(1, math.lcm(*(edge.denominator for edge in edges), *(o.denominator for o in others)))
    ticks = [int(edge / base) for edge in edges]
    return [after - before for before, after in zip(ticks, ticks[1:], strict=False)], base


def _positions(source: Source, rate: Fraction, frames: int, fill: FillRule) -> Iterator[int]:
    """The position of the endless sequence that is shown at each time of a constant rate."""
    intervals, base = _intervals(source)
    step = 1 / (rate * base)
    position, end = 0, intervals[0]
    for number in range(frames):
        while number * step >= end:
            position += 1
            end += intervals[_fill(position, len(intervals), fill)]
        yield position


def _plan_variable(source: Source, seconds: Fraction, fill: FillRule) -> Timeline:
    intervals, base = _intervals(source, 1 / source.fps)
    held = int(1 / source.fps / base)
    index: list[int] = []
    ticks: list[int] = []
    now = 0
    for position in count():
        if now * base >= seconds:
            break
        shown = _fill(position, len(intervals), fill)
        index.append(shown)
        ticks.append(now)
        beyond = fill == "hold" and position >= len(intervals)
        now += held if beyond else intervals[shown]
    # The last interval ends with what it has to cover: it may be long, and the soundtrack must not be.
    return Timeline(
        source.fps,
        np.array(index, np.int32),
        TickTimes(np.array(ticks, np.int64), base),
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
