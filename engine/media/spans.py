"""Stretches of time."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable


class Spans(tuple[tuple[float, float], ...]):
    """(start, end) in seconds, in order and apart from each other: what overlaps or touches is one.

    Made of any spans, in any order; of Spans it makes the same. One that ends before it begins is a moment.
    """

    def __new__(cls, spans: Iterable[tuple[float, float]] = ()) -> Spans:
        return spans if isinstance(spans, Spans) else cls._merged(spans, 0.0)

    @classmethod
    def _merged(cls, spans: Iterable[tuple[float, float]], gap: float) -> Spans:
        merged: list[tuple[float, float]] = []
        for start, end in sorted((first, max(first, last)) for first, last in spans):
            if merged and (start <= merged[-1][1] or start - merged[-1][1] < gap):
                merged[-1] = merged[-1][0], max(merged[-1][1], end)
            else:
                merged.append((start, end))
        return super().__new__(cls, merged)

    def bridged(self, gap: float) -> Spans:
        """Without the pauses that are shorter than `gap` seconds."""
        return self._merged(self, gap)

    def has(self, time: float) -> bool:
        """Whether one of them holds a time, its end not included."""
        at = bisect_right(self, (time, math.inf)) - 1
        return at >= 0 and time < self[at][1]

    def padded(self, margin: float, begin: float = -math.inf, end: float = math.inf) -> Spans:
        """Each longer by `margin` seconds before and after, within `begin` and `end`."""
        return Spans((max(begin, first - margin), min(end, last + margin)) for first, last in self)

    def shared(self, other: Spans) -> Spans:
        """The times that lie in spans of both."""
        found, at = [], 0
        for start, end in self:
            while at < len(other) and other[at][1] <= start:
                at += 1
            for first, last in other[at:]:
                if first >= end:
                    break
                found.append((max(start, first), min(end, last)))
        return Spans(found)
