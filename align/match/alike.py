"""Which keys of two sequences may stand for each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..script import is_ideograph, is_spaceless
from .keys import reading
from .similarity import Similarities, gathered, similarities

LEAST_ALIKE = 0.6
_LEAST_JOINED = 0.8
# Ideographs that are read alike: variants of one character, and what a recogniser writes for another.
_SAME_READING = 0.7

Row = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Block:
    """Left keys left..left_end-1 are not the right ones right..right_end-1."""

    left: int
    left_end: int
    right: int
    right_end: int


class Alikeness:
    """Similarities of every left key, and of neighbours written as one, to stretches of the right sequence.

    Each distinct pair is compared once: a third to a half of a song's lines are repeats.
    """

    def __init__(self, left: Sequence[str], right: Sequence[str]) -> None:
        self.blocks: tuple[Block, ...] = ()
        self._left, words = _numbered(left)
        self._right, heard = _numbered(right)
        self._single = _with_readings(similarities(words, heard, LEAST_ALIKE), words, heard)
        pairs_left, joined_left = _numbered(_joined(left))
        pairs_right, joined_right = _numbered(_joined(right))
        self._pairs_left, self._pairs_right = pairs_left, pairs_right
        self._two_to_one = similarities(joined_left, heard, _LEAST_JOINED)
        self._one_to_two = similarities(words, joined_right, _LEAST_JOINED)
        self._scratch = np.zeros(max(len(heard), len(joined_right)), np.float32)

    def single(self, left: int, first: int, last: int) -> Row:
        """Of a left key to each right key in first..last-1; 0 where they are not alike, or there is no
        key."""
        row = np.zeros(last - first, np.float32)
        if 0 <= left < self._left.size:
            begin, end = max(first, 0), min(last, self._right.size)
            row[begin - first : end - first] = self._dense(
                self._single, self._left[left], self._right[begin:end]
            )
        return self._unblocked(row, left, first)

    def two_to_one(self, left: int, first: int, last: int) -> Row:
        """Of the left keys left-1 and left, joined, to each right key in first..last-1."""
        if left == 0:
            return np.zeros(last - first, np.float32)
        row = self._dense(self._two_to_one, self._pairs_left[left - 1], self._right[first:last])
        return self._unblocked(row, left, first)

    def one_to_two(self, left: int, first: int, last: int) -> Row:
        """Of a left key to the right ones k-1 and k, joined, for k in first..last-1."""
        row = np.zeros(last - first, np.float32)
        begin = max(first, 1)
        row[begin - first :] = self._dense(
            self._one_to_two, self._left[left], self._pairs_right[begin - 1 : last - 1]
        )
        return self._unblocked(row, left, first)

    def _dense(self, table: Similarities, entry: int, columns: npt.NDArray[np.int64]) -> Row:
        like, values = table.of(entry)
        self._scratch[like] = values
        row = self._scratch[columns]
        self._scratch[like] = 0.0
        return row

    def _unblocked(self, row: Row, left: int, first: int) -> Row:
        for block in self.blocks:
            if block.left <= left < block.left_end:
                row[max(0, block.right - first) : max(0, block.right_end - first)] = 0.0
        return row


def _numbered(keys: Sequence[str]) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Each key's number in the vocabulary, and the vocabulary."""
    vocabulary = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([vocabulary[key] for key in keys], np.int64), list(vocabulary)


def _joined(keys: Sequence[str]) -> list[str]:
    """Neighbours as one key; "" in scripts without spaces, whose keys are parts of words anyway."""
    return [
        "" if is_spaceless(one) or is_spaceless(two) else one + two
        for one, two in zip(keys, keys[1:], strict=False)
    ]


def _with_readings(table: Similarities, left: Sequence[str], right: Sequence[str]) -> Similarities:
    by_reading: dict[str, list[int]] = {}
    for column, key in enumerate(right):
        if is_ideograph(key[:1]):
            by_reading.setdefault(reading(key), []).append(column)
    extra = [
        (row, column)
        for row, key in enumerate(left)
        if by_reading and is_ideograph(key[:1])
        for column in by_reading.get(reading(key), [])
    ]
    if not extra:
        return table
    rows, columns = np.array(extra, np.int64).T
    return gathered(
        np.concatenate([np.repeat(np.arange(len(left)), np.diff(table.starts)), rows]),
        np.concatenate([table.columns, columns]),
        np.concatenate([table.values, np.full(rows.size, _SAME_READING, np.float32)]),
        len(left),
    )
