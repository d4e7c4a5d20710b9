"""Keys of the lyrics linked to recognised ones, such that the text between the links fits the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .alike import Alikeness, Block
from .anchors import Squeeze, runs_beside, squeezes, trusted
from .band import band
from .path import SKIP, Link, Task, best_path
from .tokens import Heard, Sung

# What a squeeze costs against a path's score: no more than a few words, for lyrics may hold a verse that is
# not sung, and then it is right.
_COST_PER_SECOND = 4.0
_HIGHEST_COST = 6.0
_ATTEMPTS = 12
# Cells of the table that are filled in all attempts together.
_CELLS = 40_000_000


@dataclass(frozen=True, slots=True)
class _Attempt:
    links: list[Link]
    squeezes: list[Squeeze]
    value: float

    def suspect(self, heard: Sequence[Heard], tried: set[Block]) -> Block | None:
        """A run of links that may be at the wrong one of several repeats, the likeliest first."""
        borders = {squeeze.at for squeeze in self.squeezes}
        for squeeze in sorted(self.squeezes, key=lambda squeeze: -squeeze.lacking):
            for block in runs_beside(self.links, squeeze.at, borders, heard):
                if block not in tried:
                    return block
        return None


def linked(sung: Sequence[Sung], heard: Sequence[Heard], duration: float) -> list[Link]:
    """Links that can be trusted, in order in both. heard: inside 0..duration seconds.

    Where they squeeze text into too little time, a run of links beside is forbidden, and what comes out is
    kept if it is better: that is how the right one of repeated choruses is found.
    """
    if not heard:
        return []
    left, right = [key.key for key in sung], [key.key for key in heard]
    alike = Alikeness(left, right)
    low, high = band(left, right)
    lengths = np.cumsum([key.syllables for key in sung])
    pace = (lengths / lengths[-1], np.array([key.start for key in heard]) / duration)
    skips = np.array([SKIP / 2 if key.aside else SKIP for key in sung])
    task = Task(alike, skips, pace, low, high)
    best = _attempt(task, sung, heard)
    tried: set[Block] = set()
    for _ in range(min(_ATTEMPTS, int(_CELLS // max(1, int((high - low).sum()))))):
        block = best.suspect(heard, tried)
        if block is None:
            break
        tried.add(block)
        before = alike.blocks
        alike.blocks = (*before, block)
        other = _attempt(task, sung, heard)
        if other.value > best.value:
            best = other
        else:
            alike.blocks = before
    return best.links


def _attempt(task: Task, sung: Sequence[Sung], heard: Sequence[Heard]) -> _Attempt:
    links, score = best_path(task)
    links = trusted(links, heard)
    found = squeezes(links, sung, heard)
    cost = sum(min(_HIGHEST_COST, _COST_PER_SECOND * squeeze.lacking) for squeeze in found)
    return _Attempt(links, found, score - cost)
