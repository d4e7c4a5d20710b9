"""Scrolling lyrics: a column of lines that glides, the sung one in its middle."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from fractions import Fraction

from .cues import HOLD, LEAD, FrameClock, SungLine

# Seconds in which the next line glides to the middle; it is there when its first word begins.
_GLIDE = Fraction(45, 100)
# A pause longer than this ends a passage: its lines fade out, and the next ones fade in.
_PAUSE = Fraction(8)
_DIM = 0.6  # opacity of the lines that are not sung
_EDGE = 0.16  # share of the window's height over which lines fade out at its ends


class Scroll:
    """lines: all. height: of a line's block by its number, pixels, asked for as lines come into sight. gap:
    between two lines; window: top and bottom of the column, pixels; fade: in and out, seconds."""

    def __init__(
        self,
        lines: Sequence[SungLine],
        clock: FrameClock,
        height: Callable[[int], float],
        gap: float,
        window: tuple[float, float],
        fade: tuple[float, float],
    ) -> None:
        self._lines, self._clock, self._height = lines, clock, height
        self._gap, self._window, self._fade = gap, window, fade
        self._passages = self._found()
        self._begins = [begin for begin, *_ in self._passages]

    def at(self, frame: int) -> list[tuple[int, float, float]]:
        """(line, y of its top, opacity) of what shows in a frame; the line being sung is the brightest."""
        time = self._clock.end(frame)
        number = bisect_right(self._begins, time) - 1
        if number < 0 or frame >= self._clock.frame_at(self._passages[number][1]):
            return []
        begin, end, first, past = self._passages[number]
        there = min(
            _ratio(time - begin, self._fade[0]), _ratio(end - self._clock.begin(frame), self._fade[1]), 1.0
        )
        current, glide = self._current(first, past, time)
        top, bottom = self._window
        here = current + 1 if glide else current
        step = (self._height(current) + self._height(here)) / 2 + self._gap if glide else 0.0
        centre = (top + bottom) / 2 - glide * step
        shown = []
        y = centre - self._height(current) / 2
        for line in range(current, past):
            if line > current:
                y += self._height(line - 1) + self._gap
            if y >= bottom:
                break
            shown.append((line, y))
        y = centre - self._height(current) / 2
        for line in range(current - 1, first - 1, -1):
            y -= self._height(line) + self._gap
            if y + self._height(line) <= top:
                break
            shown.append((line, y))
        bright = {current: 1 - glide, here: glide} if glide else {current: 1.0}
        return [
            (line, y, there * self._edge(y, line) * (_DIM + (1 - _DIM) * bright.get(line, 0.0)))
            for line, y in sorted(shown)
        ]

    def _edge(self, y: float, line: int) -> float:
        top, bottom = self._window
        room = (bottom - top) * _EDGE
        return min(max((y - top) / room, 0.0), max((bottom - y - self._height(line)) / room, 0.0), 1.0)

    def _current(self, first: int, past: int, time: Fraction) -> tuple[int, float]:
        """The line in the middle, and how far the next one has glided there, 0..1."""
        starts = [self._lines[line].start for line in range(first, past)]
        current = max(bisect_right(starts, time) - 1, 0)
        if current + 1 == len(starts):
            return first + current, 0.0
        begin = max(starts[current + 1] - _GLIDE, starts[current])
        share = _ratio(time - begin, float(starts[current + 1] - begin))
        return first + current, share * share * (3 - 2 * share)

    def _found(self) -> list[tuple[Fraction, Fraction, int, int]]:
        """(begin, end, first line, line past the last) of each passage."""
        passages = []
        first = 0
        for number in range(1, len(self._lines) + 1):
            if number == len(self._lines) or self._lines[number].start - self._lines[number - 1].end > _PAUSE:
                begin = max(self._lines[first].start - max(4 * LEAD, Fraction(self._fade[0])), Fraction(0))
                end = max(line.end for line in self._lines[first:number]) + 2 * HOLD
                passages.append((begin, end, first, number))
                first = number
        return passages


def _ratio(part: Fraction, whole: float) -> float:
    return min(max(float(part) / whole, 0.0), 1.0) if whole > 0 else float(part >= 0)
