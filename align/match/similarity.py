"""How alike spellings are, for all pairs of two vocabularies at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

_LONGEST = 24
# Pairs looked at in one go: 1 MB.
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
    """1 - Levenshtein distance / length of the longer key, where that is at least `least`, above 0.

    Keys of more than 24 letters are no words: they are compared for equality only.
    """
    usual_left, usual_right = _usual(left), _usual(right)
    step = max(1, _PAIRS // max(1, len(right)))
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))]
    for first in range(0, len(left), step):
        chunk = slice(first, first + step)
        alike = process.cdist(
            left[chunk],
            right,
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=least - 1e-6,
            dtype=np.float32,
        )
        alike[(alike < 1) & ~(usual_left[chunk, None] & usual_right)] = 0
        rows, columns = np.nonzero(alike)
        found.append((rows + first, columns, alike[rows, columns]))
    rows, columns, values = map(np.concatenate, zip(*found, strict=True))
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


def _usual(keys: Sequence[str]) -> npt.NDArray[np.bool_]:
    return np.array([len(key) <= _LONGEST for key in keys], bool)
