"""Which links between lyrics and recognised words can be trusted, and where they leave too little time for
the text between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from .alike import Block
from .path import Link
from .tokens import Heard, Sung

# Syllables a second that text between links is hardly ever sung at, and what word times may be wrong by.
_HURRY = 9.0
_SLACK = 0.05
# What lacks less than this, in seconds, is for a word too many in the lyrics.
_LACKING = 0.3
# A link on its own that is neither close nor certain.
_LONE_ALIKE, _LONE_CONFIDENCE = 0.75, 0.3
# Keys without a link that don't yet end a run of links.
_BREAK = 3
# Nor a pause of so many seconds.
_PAUSE = 3.0


@dataclass(frozen=True, slots=True)
class Squeeze:
    """The text between links[at - 1] and links[at] has `lacking` seconds too few."""

    at: int
    lacking: float


def trusted(links: Sequence[Link], heard: Sequence[Heard]) -> list[Link]:
    """Without links to words that have no length, and lone ones that are neither close nor certain."""
    lasting = [link for link in links if all(key.lasting for key in heard[link.right : link.right_end])]
    return [link for at, link in enumerate(lasting) if not _stray(lasting, at, heard[link.right].confidence)]


def _stray(links: Sequence[Link], at: int, confidence: float) -> bool:
    if links[at].alike >= _LONE_ALIKE or confidence >= _LONE_CONFIDENCE:
        return False
    neighbours = (links[other] for other in (at - 1, at + 1) if 0 <= other < len(links))
    return all(abs(other.left - links[at].left) > _BREAK for other in neighbours)


def squeezes(links: Sequence[Link], sung: Sequence[Sung], heard: Sequence[Heard]) -> list[Squeeze]:
    """Where lines are missing in the sound, or words are linked to the wrong one of several repeats."""
    ends = list(accumulate((key.syllables for key in sung), initial=0))
    found = []
    for at in range(1, len(links)):
        before, after = links[at - 1], links[at]
        needed = (ends[after.left] - ends[before.left_end]) / _HURRY
        lacking = needed - _SLACK - (heard[after.right].start - heard[before.right_end - 1].end)
        if lacking > _LACKING:
            found.append(Squeeze(at, lacking))
    return found


def runs_beside(links: Sequence[Link], at: int, borders: set[int], heard: Sequence[Heard]) -> list[Block]:
    """The runs of links that end before links[at] and begin with it, the shorter one first. borders: where
    other runs begin for certain."""
    runs = [_run(links, number, borders | {at}, heard) for number in (at - 1, at)]
    return [
        Block(run[0].left, run[-1].left_end, run[0].right, run[-1].right_end) for run in sorted(runs, key=len)
    ]


def _run(links: Sequence[Link], at: int, borders: set[int], heard: Sequence[Heard]) -> Sequence[Link]:
    """Neighbours in the text and in time."""

    def parted(number: int) -> bool:
        before, after = links[number - 1], links[number]
        pause = heard[after.right].start - heard[before.right_end - 1].end
        return number in borders or after.left - before.left_end > _BREAK or pause > _PAUSE

    first, last = at, at + 1
    while first > 0 and not parted(first):
        first -= 1
    while last < len(links) and not parted(last):
        last += 1
    return links[first:last]
