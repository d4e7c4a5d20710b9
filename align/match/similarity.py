"""How alike spellings are, for all pairs of two vocabularies at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Longer keys are no words; they are alike when they are equal.
_LONGEST = 24
# Letters are counted in so many bins to rule out most pairs before they are compared.
_BINS = 32
# Pairs looked at in one go.
_PAIRS = 1 << 18


@dataclass(frozen=True, slots=True)
class Similarities:
    """Of the left vocabulary's entry k the like ones on the right are columns[starts[k]:starts[k + 1]],
    ascending, and values how alike they are, to 1."""

    starts: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    values: npt.NDArray[np.float32]

    def of(self, entry: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        here = slice(self.starts[entry], self.starts[entry + 1])
        return self.columns[here], self.values[here]


def similarities(left: Sequence[str], right: Sequence[str], least: float) -> Similarities:
    """1 - Levenshtein distance / length of the longer key, where that is at least `least`.

    Keys of one letter and of more than 24 are compared for equality only.
    """
    codes_left, codes_right = _coded(left), _coded(right)
    rows, columns = _candidates(codes_left, codes_right, least)
    alike = _alike(codes_left, codes_right, rows, columns)
    kept = alike >= least - 1e-6
    long = _equal_long(left, right)
    rows = np.concatenate([rows[kept], long[:, 0]])
    columns = np.concatenate([columns[kept], long[:, 1]])
    values = np.concatenate([alike[kept], np.ones(len(long), np.float32)])
    return gathered(rows, columns, values, len(left))


def gathered(
    rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], values: npt.NDArray[np.float32], count: int
) -> Similarities:
    """Pairs in any order; of one that comes twice the higher value is kept."""
    order = np.lexsort((-values, columns, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    first = np.ones(rows.size, bool)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    rows, columns, values = rows[first], columns[first], values[first]
    return Similarities(np.searchsorted(rows, np.arange(count + 1)), columns, values)


@dataclass(frozen=True, slots=True)
class _Coded:
    """letters: int32 [n, 24] code points, 0 where a key has ended. lengths: int16 [n], 0 for keys that are
    too long. counts: int8 [n, bins]."""

    letters: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.int16]
    counts: npt.NDArray[np.int8]


def _coded(keys: Sequence[str]) -> _Coded:
    letters = np.zeros((len(keys), _LONGEST), np.int32)
    lengths = np.zeros(len(keys), np.int16)
    for row, key in enumerate(keys):
        if len(key) <= _LONGEST:
            letters[row, : len(key)] = [ord(letter) for letter in key]
            lengths[row] = len(key)
    counts = np.zeros((len(keys), _BINS), np.int8)
    rows, columns = np.nonzero(letters)
    np.add.at(counts, (rows, letters[rows, columns] % _BINS), 1)
    return _Coded(letters, lengths, counts)


def _candidates(
    left: _Coded, right: _Coded, least: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pairs that their lengths and letters don't rule out."""
    rows, columns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    step = max(1, _PAIRS // max(1, len(right.lengths)))
    for first in range(0, len(left.lengths), step):
        chunk = slice(first, first + step)
        longer = np.maximum(left.lengths[chunk, None], right.lengths[None])
        shorter = np.minimum(left.lengths[chunk, None], right.lengths[None])
        allowed = (1.0 - least) * longer + 1e-6
        row, column = np.nonzero((longer - shorter <= allowed) & (shorter > 0))
        # A distance is at least the number of letters that one key has and the other lacks.
        surplus = left.counts[row + first] - right.counts[column]
        lacking = np.maximum(np.maximum(surplus, 0).sum(axis=1), np.maximum(-surplus, 0).sum(axis=1))
        possible = lacking <= allowed[row, column]
        rows.append(row[possible] + first)
        columns.append(column[possible])
    return np.concatenate(rows), np.concatenate(columns)


def _alike(
    left: _Coded, right: _Coded, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Similarity of each pair, by Wagner and Fischer's table, a row at a time for all pairs."""
    a, b = left.letters[rows], right.letters[columns]
    length_a, length_b = left.lengths[rows].astype(int), right.lengths[columns].astype(int)
    across = np.arange(_LONGEST + 1, dtype=np.int16)
    table = np.repeat(across[None], rows.size, axis=0)
    distance = np.zeros(rows.size, np.int16)
    for at in range(1, int(length_a.max(initial=0)) + 1):
        following = np.empty_like(table)
        following[:, 0] = at
        changed = table[:, :-1] + (b != a[:, at - 1 : at])
        following[:, 1:] = np.minimum(changed, table[:, 1:] + 1)
        # Insertions run along the row: each costs 1 per step.
        table = np.minimum.accumulate(following - across, axis=1) + across
        ending = length_a == at
        distance[ending] = table[ending, length_b[ending]]
    return (1.0 - distance / np.maximum(1, np.maximum(length_a, length_b))).astype(np.float32)


def _equal_long(left: Sequence[str], right: Sequence[str]) -> npt.NDArray[np.int64]:
    places = {key: column for column, key in enumerate(right) if len(key) > _LONGEST}
    pairs = [(row, places[key]) for row, key in enumerate(left) if key in places]
    return np.array(pairs, np.int64).reshape(-1, 2)
