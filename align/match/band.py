"""Which part of the table is filled: all of it, or for very long texts a band around what certainly belongs
together."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# Cells of the table, a byte each.
_CELLS = 40_000_000
_NARROWEST = 500
# So many keys in a row that come once in either sequence mark a place.
_PHRASE = 4


def band(left: Sequence[str], right: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """low, high: int [len(left) + 1], the first and last cell of 0..len(right) to fill in each row."""
    rows, width = len(left) + 1, len(right)
    if rows * width <= _CELLS:
        return np.zeros(rows, np.int64), np.full(rows, width, np.int64)
    places = np.array([(0, 0), *_common_phrases(left, right), (len(left), width)], float)
    centre = np.interp(np.arange(rows), places[:, 0], places[:, 1])
    half = max(_NARROWEST, _CELLS // (2 * rows))
    low = np.clip(np.round(centre).astype(np.int64) - half, 0, width)
    high = np.clip(np.round(centre).astype(np.int64) + half, 0, width)
    return low, high


def _common_phrases(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Where phrases that come once in both sequences begin, as many as are in order in both."""
    places = _single_phrases(right)
    pairs = [(at, places[phrase]) for phrase, at in _single_phrases(left).items() if phrase in places]
    # The longest increasing subsequence, by patience sorting.
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        before.append(piles[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(place)
            piles.append(number)
        else:
            tops[pile] = place
            piles[pile] = number
    chain: list[tuple[int, int]] = []
    number = piles[-1] if piles else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _single_phrases(keys: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Phrases that come once, in order, and where they begin."""
    places: dict[tuple[str, ...], int] = {}
    for at in range(len(keys) - _PHRASE + 1):
        phrase = tuple(keys[at : at + _PHRASE])
        places[phrase] = -1 if phrase in places else at
    return {phrase: at for phrase, at in places.items() if at >= 0}
