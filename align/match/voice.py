"""Recognised words next to pauses begin and end with the voice: recognisers that time words by attention give
a pause to one of its neighbours, and hear the first word after it late."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

Span = tuple[float, float]

# Shorter breaks in the voice are consonants, seconds.
_PAUSE = 0.2
# How late a word may be heard, and how much of it may lie before the pause that it follows, seconds.
_LATE = 0.35
_EARLY = 0.12


def at_voice(times: Sequence[Span | None], voiced: Sequence[Span], free: Sequence[Span]) -> list[Span | None]:
    """The keys' times (in order, apart; None where unknown), those beside a pause moved to its edge.

    voiced: where there is a voice, in order. free: where words were recognised that are none of the keys.
    """
    moved = list(times)
    known = [(at, span) for at, span in enumerate(times) if span is not None]
    number = 0
    for begin, stop in _pauses(voiced):
        while number < len(known) and _precedes(known[number][1], begin, stop):
            number += 1
        last, last_span = known[number - 1] if number else (-1, None)
        if last_span and begin < last_span[1] < stop + _LATE:
            known[number - 1] = last, (last_span[0], begin)
        if number < len(known):
            at, (start, end) = known[number]
            late = at == last + 1 and start < stop + _LATE and not _any_starts(free, begin, start)
            if end > stop and (start < stop or late):
                known[number] = at, (stop, end)
    for at, span in known:
        moved[at] = span
    return moved


def _precedes(span: Span, begin: float, stop: float) -> bool:
    """Whether a word is before a pause; of one that lies across it, most of it decides."""
    start, end = span
    return start < begin and not (end > stop and begin - start < min(_EARLY, end - stop))


def _any_starts(spans: Sequence[Span], begin: float, stop: float) -> bool:
    at = bisect_left(spans, (begin, 0.0))
    return at < len(spans) and spans[at][0] < stop


def _pauses(voiced: Sequence[Span]) -> Iterator[Span]:
    end = 0.0
    for start, stop in voiced:
        if start - end >= _PAUSE:
            yield end, start
        end = max(end, stop)
