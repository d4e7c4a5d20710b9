"""The best way to lay two sequences of keys beside each other: global alignment after Needleman and Wunsch
(1970) in which the right one's beginning and end cost nothing, and two keys may stand for one.

The scores are what 79 hand-timed songs (JamendoLyrics) with simulated recognition came out best with; the
band keeps very long texts within bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .alike import Alikeness

Floats = npt.NDArray[np.float64]

_MATCH, _MATCH_OFFSET = 2.0, -0.6
_TWO_TO_ONE, _ONE_TO_TWO = 2.2, 1.2
SKIP = -0.45
_SKIP_RIGHT = -0.27
# A neighbour that matches as well makes a match likelier: words in common are scattered everywhere.
_COMPANY = 0.1
# Between equal alternatives (repeated choruses) the one that is nearer to an even pace.
_PACE = 0.05

_UP, _LEFT, _DIAGONAL, _MERGE_LEFT, _MERGE_RIGHT = range(5)
_IMPOSSIBLE = -np.inf


@dataclass(frozen=True, slots=True)
class Link:
    """Keys left..left_end-1 of one sequence are right..right_end-1 of the other; one or two on either
    side."""

    left: int
    left_end: int
    right: int
    right_end: int
    alike: float


@dataclass(frozen=True, slots=True)
class Task:
    """alike: of n left and m right keys. skips: float [n], what leaving out a left key costs (negative).
    pace: float [n] and [m], how far into text and sound each key is, 0..1. low, high: int [n + 1], the band:
    of row i the cells low[i]..high[i] of 0..m are filled."""

    alike: Alikeness
    skips: Floats
    pace: tuple[Floats, Floats]
    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]


def best_path(task: Task) -> tuple[list[Link], float]:
    """The links in order, and the path's score."""
    count, width = task.skips.size, task.pace[1].size
    rows = [np.full(width + 1, _IMPOSSIBLE) for _ in range(3)]
    rows[0][task.low[0] : task.high[0] + 1] = 0.0
    pointers: list[npt.NDArray[np.uint8]] = [np.zeros(0, np.uint8)]
    for at in range(1, count + 1):
        current, before, earlier = rows[at % 3], rows[(at - 1) % 3], rows[(at - 2) % 3]
        if at >= 3:
            current[task.low[at - 3] : task.high[at - 3] + 1] = _IMPOSSIBLE
        pointers.append(_fill(task, at, current, before, earlier))
    last = rows[count % 3]
    end = int(np.argmax(last))
    return _links(task, pointers, end), float(last[end])


def _fill(task: Task, at: int, current: Floats, before: Floats, earlier: Floats) -> npt.NDArray[np.uint8]:
    """Scores of one row of the table into `current`; returns how each of its cells was reached."""
    left, low, high = at - 1, int(task.low[at]), int(task.high[at])
    best = before[low : high + 1] + task.skips[left]
    came = np.full(best.size, _UP, np.uint8)
    # Cell k has the right key k - 1 behind it, so cell 0 can't be reached by a match.
    first = max(low, 1)

    def offer(source: Floats, alike: npt.NDArray[np.float32], score: Floats | float, way: int) -> None:
        scores = np.where(alike > 0.0, source + score, _IMPOSSIBLE)
        better = scores > best[first - low :]
        best[first - low :][better] = scores[better]
        came[first - low :][better] = way

    if first <= high:
        single = task.alike.single(left, first - 1, high)
        company = (task.alike.single(left - 1, first - 2, high - 1) > 0.0).astype(float)
        company += task.alike.single(left + 1, first, high + 1) > 0.0
        pace = np.abs(task.pace[0][left] - task.pace[1][first - 1 : high])
        score = _MATCH * single + _MATCH_OFFSET + _COMPANY * company - _PACE * pace
        offer(before[first - 1 : high], single, score, _DIAGONAL)
        # Two keys stand for one where they are more like it together than either of them is.
        merged = task.alike.two_to_one(left, first - 1, high)
        if merged.any():
            merged[merged <= np.maximum(single, task.alike.single(left - 1, first - 1, high))] = 0.0
            offer(earlier[first - 1 : high], merged, _TWO_TO_ONE, _MERGE_LEFT)
        merged = task.alike.one_to_two(left, first - 1, high)
        if merged.any():
            merged[merged <= np.maximum(single, task.alike.single(left, first - 2, high - 1))] = 0.0
            source = np.full(high + 1 - first, _IMPOSSIBLE)
            source[max(0, 2 - first) :] = before[max(first - 2, 0) : high - 1]
            offer(source, merged, _ONE_TO_TWO, _MERGE_RIGHT)
    # Skipping right keys costs the same for each, so the best is a running maximum over a slope.
    slope = _SKIP_RIGHT * np.arange(best.size)
    level = np.maximum.accumulate(best - slope) + slope
    came[level > best + 1e-9] = _LEFT
    current[low : high + 1] = level
    return came


def _links(task: Task, pointers: Sequence[npt.NDArray[np.uint8]], end: int) -> list[Link]:
    links: list[Link] = []
    left, right = len(pointers) - 1, end
    while left > 0:
        way = pointers[left][right - task.low[left]]
        if way == _UP:
            left -= 1
            continue
        if way == _LEFT:
            right -= 1
            continue
        lefts, rights = (2 if way == _MERGE_LEFT else 1), (2 if way == _MERGE_RIGHT else 1)
        rows = {
            _DIAGONAL: task.alike.single,
            _MERGE_LEFT: task.alike.two_to_one,
            _MERGE_RIGHT: task.alike.one_to_two,
        }
        alike = float(rows[int(way)](left - 1, right - 1, right)[0])
        links.append(Link(left - lefts, left, right - rights, right, alike))
        left, right = left - lefts, right - rights
    return links[::-1]
