"""A long sound worked on piece by piece, the pieces faded into one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]


def pieces(count: int, length: int, overlap: int) -> Iterator[tuple[int, int]]:
    """(first, after the last) sample of each piece of up to `length`, each `overlap` samples into the one
    before."""
    first = 0
    while True:
        last = min(first + length, count)
        yield first, last
        if last == count:
            return
        first = last - overlap


def faded(size: int, overlap: int, *, opens: bool, closes: bool) -> Samples:
    """A piece's share [size] of the sum, which is 1 everywhere: it fades in unless it opens the sound, and
    out unless it closes it."""
    share = np.ones(size, np.float32)
    ramp = (np.arange(overlap, dtype=np.float32) + 0.5) / max(1, overlap)
    if not opens:
        share[:overlap] *= ramp[:size]
    if not closes:
        share[size - overlap :] *= ramp[::-1]
    return share


def overlapped(
    read: Callable[[int, int], Samples],
    work: Callable[[Samples], Samples],
    out: Samples,
    length: int,
    overlap: int,
    report: Callable[[int], None],
) -> None:
    """Add what `work` makes of each piece [channels, n] that `read` (first, last) gives to `out`
    [channels, all], which is zero at first. report: told how many samples are done, before each piece."""
    count = out.shape[1]
    overlap = min(overlap, length // 2)
    for first, last in pieces(count, length, overlap):
        report(first)
        share = faded(last - first, overlap, opens=first == 0, closes=last == count)
        out[:, first:last] += work(read(first, last)) * share
