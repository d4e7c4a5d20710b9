"""How far timed words are from the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lipsync_studio.align.text import spoken_keys
from lipsync_studio.align.words import Word, WordTimings

# Of two equal words the one nearer in time is the counterpart; this is how much that counts at most.
_NEARNESS = 0.5
_NEAR_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Metrics:
    """Of the starts of the words that have a counterpart, seconds (nan without any): mean and median absolute
    error, and the median signed one (positive: late). within_100, within_300: shares of all true words that
    are right to 0.1 and 0.3 s; matched: the share that has a counterpart at all."""

    mean: float
    median: float
    bias: float
    within_100: float
    within_300: float
    matched: float


def errors(
    truth: Sequence[Word],
    timings: WordTimings | Sequence[Word],
    source: Sequence[int | None] | None = None,
) -> Metrics:
    """Compare word by word where the texts are the same, else by the longest common sequence of equal words.

    source (of Garbled) tells instead which true word each timed word is; true words that are nobody's
    source then don't count.

    Raises ValueError when the source has not an entry for every timed word.
    """
    words = timings.words() if isinstance(timings, WordTimings) else list(timings)
    pairs: list[tuple[int, int]]
    count = len(truth)
    if source is not None:
        pairs = [(index, at) for at, index in enumerate(source) if index is not None]
        count = len(pairs)
        if len(source) != len(words):
            raise ValueError(f"{len(source)} words were given and {len(words)} came back.")
    elif [_key(word) for word in truth] == [_key(word) for word in words]:
        pairs = [(at, at) for at in range(count)]
    else:
        pairs = counterparts(truth, words)
    late = np.array([words[at].start - truth[index].start for index, at in pairs])
    if late.size == 0:
        return Metrics(math.nan, math.nan, math.nan, 0.0, 0.0, 0.0)
    error = np.abs(late)
    return Metrics(
        mean=float(error.mean()),
        median=float(np.median(error)),
        bias=float(np.median(late)),
        within_100=float(np.sum(error <= 0.1) / count),
        within_300=float(np.sum(error <= 0.3) / count),
        matched=late.size / count,
    )


def counterparts(truth: Sequence[Word], words: Sequence[Word]) -> list[tuple[int, int]]:
    """Indices of equal words in both, in order in both: as many as possible, the nearer in time the
    better."""
    keys, heard = [_key(word) for word in truth], np.array([_key(word) for word in words], dtype=object)
    starts = np.array([word.start for word in words])
    best = np.zeros((len(truth) + 1, len(words) + 1))
    gains = np.zeros((len(truth), len(words)))
    for row, (key, word) in enumerate(zip(keys, truth, strict=True)):
        near = np.exp(-np.abs(starts - word.start) / _NEAR_SECONDS)
        gains[row] = np.where(heard == key, 1.0 + _NEARNESS * near, 0.0)
        matched = best[row, :-1] + gains[row]
        # Leaving words out costs nothing, so the best so far carries over along the row.
        best[row + 1, 1:] = np.maximum.accumulate(np.maximum(best[row, 1:], matched))
    pairs = []
    row, column = len(truth), len(words)
    while row and column:
        here = best[row, column]
        if here == best[row, column - 1]:
            column -= 1
        elif here == best[row - 1, column]:
            row -= 1
        else:
            row, column = row - 1, column - 1
            pairs.append((row, column))
    return pairs[::-1]


def _key(word: Word) -> str:
    return " ".join(spoken_keys(word.text)[0]).lower()
