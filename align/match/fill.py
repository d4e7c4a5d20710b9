"""Times for the keys that nothing was linked to: between their neighbours, by syllables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ..pauses import SpliceClock
from ..syllables import FASTEST, HELD_WORD, LINE_REST, SLOWEST_SYLLABLE, STANZA_REST
from .tokens import Sung

Span = tuple[float, float]

# What a word before keeps of its time when there is none left for those between, seconds.
_KEPT = 0.06
# Heard words with less between them are heard in one go, seconds.
_BREATH = 0.3
# Syllables a second at which text must fit the heard part of a gap to be laid on it alone: what was
# recognised wrongly has its own words, so that only text in no hurry is likely to be the same.
_HEARD_PACE = 3.5


class Origin(Enum):
    """Where a key's time is from: a recognised key that is linked to it, one that stands in its place, or its
    neighbours."""

    LINKED = 0
    PAIRED = 1
    GUESSED = 2


@dataclass(frozen=True, slots=True)
class Slot:
    """Seconds. hurry: how much shorter it is than anybody sings, 0 (long enough) .. 1 (no time)."""

    start: float
    end: float
    origin: Origin
    hurry: float = 0.0


def fill(
    sung: Sequence[Sung],
    times: Sequence[Span | None],
    heard: Sequence[Span],
    duration: float,
) -> list[Slot]:
    """A slot for every key, in order and apart; those given in `times` (in order, apart) begin there.

    heard: where something was recognised that no key is linked to, preferred where it leaves enough time.
    """
    slots: list[Slot] = []
    while len(slots) < len(sung):
        first = len(slots)
        known = times[first]
        if known is not None:
            slots.append(Slot(*known, Origin.LINKED))
            continue
        last = next((at for at in range(first, len(sung)) if times[at] is not None), len(sung))
        following = times[last] if last < len(sung) else None
        right = following[0] if following else duration
        left = 0.0
        if slots:
            slots[-1] = before = _with_room_after(slots[-1], right, sung[first:last])
            left = before.end
        slots += _Gap(sung, first, last).laid(left, right, heard)
    return slots


def _with_room_after(slot: Slot, right: float, keys: Sequence[Sung]) -> Slot:
    """The slot without as much of its later half as the keys need before `right`."""
    end = min(slot.end, right)
    lacking = sum(key.syllables for key in keys) / FASTEST - (right - end)
    if lacking > 0:
        kept = slot.start + max((end - slot.start) / 2, min(_KEPT, (right - slot.start) / 2))
        end = min(end, max(end - lacking, kept))
    return Slot(slot.start, end, slot.origin, slot.hurry)


class _Gap:
    """Keys first..last-1, which lie between their neighbours."""

    def __init__(self, sung: Sequence[Sung], first: int, last: int) -> None:
        self._keys = sung[first:last]
        self._opens_text, self._closes_text = first == 0, last == len(sung)
        self._lengths = [key.syllables * (HELD_WORD if key.held else 1.0) for key in self._keys]
        # Before each key, and between the last one and what follows.
        self._rests = [_rest(key) for key in sung[first:last]] + [
            _rest(sung[last]) if last < len(sung) else 0.0
        ]

    def laid(self, left: float, right: float, heard: Sequence[Span]) -> list[Slot]:
        inside = _clipped(heard, left, right)
        if len(inside) == len(self._keys):
            return [Slot(*span, Origin.PAIRED) for span in inside]
        total = sum(key.syllables for key in self._keys)
        joined = _joined(inside)
        enough = sum(end - start for start, end in joined) >= total / _HEARD_PACE
        return self._on(SpliceClock(joined if enough else [(left, right)]))

    def _on(self, clock: SpliceClock) -> list[Slot]:
        units = sum(self._lengths) + sum(self._rests)
        scale = min(clock.length / units, SLOWEST_SYLLABLE)
        rests = self._spread(scale, clock.length - scale * units)
        hurry = 1.0 - min(1.0, scale * FASTEST)
        slots = []
        at = 0.0
        for rest, length in zip(rests, self._lengths, strict=False):
            at += rest
            start, end = clock.opening(at), clock.closing(at + length * scale)
            slots.append(Slot(start, max(start, end), Origin.GUESSED, hurry))
            at += length * scale
        return slots

    def _spread(self, scale: float, spare: float) -> list[float]:
        """The rests in seconds; time to spare goes to those between lines, or before and after all that is
        heard. A line that is begun goes on at once."""
        rests = [rest * scale for rest in self._rests]
        if self._opens_text:
            rests[0] += spare
        elif self._closes_text or not any(rests):
            rests[-1] += spare
        else:
            rests = [rest * (1.0 + spare / sum(rests)) for rest in rests]
        return rests


def _rest(key: Sung) -> float:
    return STANZA_REST if key.opens_stanza else LINE_REST if key.opens_line else 0.0


def _clipped(spans: Sequence[Span], left: float, right: float) -> list[Span]:
    clipped = ((max(start, left), min(end, right)) for start, end in spans)
    return [(start, end) for start, end in clipped if start < end]


def _joined(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and start - joined[-1][1] < _BREATH:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
