"""What every aligner of known text hands back, and what its word times must satisfy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .words import Line, Word, WordTimings

SHORTEST_WORD = 0.06
# Gaps shorter than this inside a line are not pauses: three quarters of a song's words touch the next one.
_JOINED_GAP = 0.12


@dataclass(frozen=True, slots=True)
class Alignment:
    """timings: every word of the lyrics in order, with the confidence that it is heard where it is placed; no
    words at all where the aligner found no way.

    derailed: why the times can't be trusted, as the end of a sentence ("the text is not heard"); "" where
    they can. second_best: they are derailed, but the best there is where nothing else can hear words.
    partial: most lines are not heard, but some are: better than any estimate.
    """

    timings: WordTimings
    derailed: str = ""
    second_best: WordTimings | None = None
    partial: WordTimings | None = None


def settled(lines: Sequence[Line], duration: float, crowded: bool = False) -> tuple[Line, ...]:
    """The same words in order, not overlapping, inside 0..duration seconds; short gaps inside a line closed.

    Words are at least 0.06 s long, or share the time evenly where they are too many for it. crowded: words
    that are shorter as given, but not without length, don't push away those that follow.
    """
    words = [word for line in lines for word in line.words]
    shortest = min(SHORTEST_WORD, duration / max(1, len(words)))
    rooms = [
        min(shortest, word.end - word.start) if crowded and word.end > word.start else shortest
        for word in words
    ]
    starts = [min(max(word.start, 0.0), duration) for word in words]
    # Forwards each word leaves room for the one before it, backwards for all that follow.
    for at in range(1, len(starts)):
        starts[at] = max(starts[at], starts[at - 1] + rooms[at - 1])
    limit = duration
    for at in reversed(range(len(starts))):
        limit = starts[at] = min(starts[at], limit - rooms[at])
    starts = [max(0.0, start) for start in starts]
    timed: list[Line] = []
    at = 0
    for line in lines:
        placed: list[Word] = []
        for index, word in enumerate(line.words):
            latest = starts[at + 1] if at + 1 < len(starts) else duration
            end = min(max(word.end, starts[at] + shortest), latest)
            if index + 1 < len(line.words) and latest - end < _JOINED_GAP:
                end = latest
            placed.append(replace(word, start=starts[at], end=end))
            at += 1
        timed.append(replace(line, words=tuple(placed)))
    return tuple(timed)
