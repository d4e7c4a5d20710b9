"""Several passes of an aligner over one song, combined line by line, each from the pass that hears it best.

A pass that loses its way in one place is right in others, so none is taken as a whole. Lines that no pass
hears stay without times, for the sound around them to be searched once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

# What counts of the evidence, nats a token: a single word that is certain doesn't carry a line.
_LEAST, _MOST = -1.0, 3.0
# Evidence below which a word speaks against its line. Of sung words in a language that a model doesn't know,
# half have hardly any and are still where it puts them.
_DOUBT = 0.5
# Words shorter than this got no time, seconds; with more of its words so than this share a line is lost.
NO_LENGTH = 0.03
_LOST_SHARE = 0.5
# Longer than this nobody holds a word that doesn't end its line: it was begun in what isn't the line.
_LONGEST = 2.5
# How long a word is that was moved beside its line, seconds a token.
_MOVED = 0.15
# What two lines may overlap by, seconds.
_OVERLAP = 0.3
# Lines that may be missing in a row.
_REACH = 60


@dataclass(frozen=True, slots=True)
class Placed:
    """Seconds. evidence: by how many nats a token the sound makes the word likelier than silence does."""

    start: float
    end: float
    evidence: float


Pass = Sequence[Placed | None]


def combined(
    passes: Sequence[Pass], sizes: Sequence[Sequence[int]], least: float = 0.0
) -> list[Placed | None]:
    """Every word of the text, None for those of lines that are not heard.

    passes: what each found, all words of the text in order. sizes: of each line the tokens of its words.
    least: the mean evidence that a line has to have, nats a token. The lines that are chosen are in order of
    time.
    """
    bounds = np.concatenate([[0], np.cumsum([len(line) for line in sizes])])
    candidates: list[_Candidate] = []
    for at, line in enumerate(sizes):
        first, last = int(bounds[at]), int(bounds[at + 1])
        found = (_candidate(at, each[first:last], line, least) for each in passes)
        candidates += [each for each in found if each is not None]
    words: list[Placed | None] = [None] * int(bounds[-1])
    for chosen in _in_order(candidates):
        first, last = int(bounds[chosen.line]), int(bounds[chosen.line + 1])
        words[first:last] = chosen.words
    return words


@dataclass(frozen=True, slots=True)
class _Candidate:
    line: int
    words: tuple[Placed, ...]
    gain: float


def _candidate(at: int, words: Pass, sizes: Sequence[int], least: float) -> _Candidate | None:
    """The line as a pass has it, its stray words gathered; None where the pass didn't reach it, or the line
    got no time, or is not heard."""
    placed = [word for word in words if word is not None]
    lost = sum(word.end - word.start < NO_LENGTH for word in placed)
    if len(placed) < len(words) or lost > _LOST_SHARE * len(words) or line_evidence(placed, sizes) < least:
        return None
    gathered = _gathered(placed, sizes)
    gain = sum(_gain(word, size) for word, size in zip(gathered, sizes, strict=True))
    return _Candidate(at, tuple(gathered), gain) if gain > 0 else None


def line_evidence(words: Sequence[Placed], sizes: Sequence[int]) -> float:
    """The mean of a line, nats a token. sizes: tokens of its words."""
    return float(np.average([min(max(word.evidence, _LEAST), _MOST) for word in words], weights=sizes))


def _gain(word: Placed, size: int) -> float:
    if word.end - word.start < NO_LENGTH:
        return -_DOUBT * size
    return (min(max(word.evidence, _LEAST), _MOST) + _DOUBT) * size


def _gathered(words: list[Placed], sizes: Sequence[int]) -> list[Placed]:
    """The words beside the best of the parts that the line is torn into."""
    tears = [at for at, word in enumerate(words[:-1], 1) if word.end - word.start > _LONGEST]
    if not tears:
        return words
    edges = [0, *tears, len(words)]
    parts = list(zip(edges, edges[1:], strict=False))

    def worth(part: tuple[int, int]) -> float:
        # The word that is held over the tear says nothing about either side.
        return sum(
            _gain(words[at], sizes[at]) for at in range(*part) if words[at].end - words[at].start <= _LONGEST
        )

    first, last = max(parts, key=worth)
    moved = list(words)
    if last in tears:
        held = moved[last - 1]
        moved[last - 1] = replace(held, end=held.start + _MOVED * sizes[last - 1])
    before = moved[first].start
    for at in reversed(range(first)):
        moved[at] = replace(words[at], start=before - _MOVED * sizes[at], end=before)
        before = max(0.0, moved[at].start)
    after = moved[last - 1].end
    for at in range(last, len(words)):
        moved[at] = replace(words[at], start=after, end=after + _MOVED * sizes[at])
        after = moved[at].end
    return [replace(word, start=max(0.0, word.start), end=max(0.0, word.end)) for word in moved]


def _in_order(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The best choice of at most one for each line, such that they follow each other in time."""
    totals: list[float] = []
    previous: list[int | None] = []
    for at, one in enumerate(candidates):
        best = 0.0
        link: int | None = None
        for other in range(at - 1, -1, -1):
            before = candidates[other]
            if one.line - before.line > _REACH:
                break
            follows = before.line < one.line and before.words[-1].start <= one.words[0].start + _OVERLAP
            if follows and before.words[0].start < one.words[0].start and totals[other] > best:
                best, link = totals[other], other
        totals.append(best + one.gain)
        previous.append(link)
    chosen: list[_Candidate] = []
    number: int | None = int(np.argmax(totals)) if totals else None
    while number is not None:
        chosen.append(candidates[number])
        number = previous[number]
    return chosen[::-1]
