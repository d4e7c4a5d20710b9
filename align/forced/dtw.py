"""Dynamic time warping of text tokens onto frames."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_DIAGONAL, _ALONG_ROWS, _ALONG_COLUMNS = 0, 1, 2


def warp(cost: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """For each row of cost [rows, columns], the first column of the cheapest path from corner to corner.

    Steps go to the next row, the next column, or both (Sakoe and Chiba 1978, without weights). Cells of one
    anti-diagonal depend on earlier ones only, so each of those is computed at once.
    """
    rows, columns = cost.shape
    # Anti-diagonals lie in rows of a skewed table: its cell (d, r) is the cost's (r, d - r).
    skewed = np.full((rows + columns - 1, rows), np.inf)
    row, column = np.indices(cost.shape)
    skewed[row + column, row] = cost
    before, last = np.full(rows + 1, np.inf), np.full(rows + 1, np.inf)
    before[0] = 0.0  # the corner that the path starts from
    steps = np.empty(skewed.shape, np.uint8)
    for number, costs in enumerate(skewed):
        choices = np.stack([before[:-1], last[:-1], last[1:]])
        steps[number] = choices.argmin(axis=0)
        total = np.full(rows + 1, np.inf)
        total[1:] = costs + choices.min(axis=0)
        before, last = last, total
    first = np.zeros(rows, np.int64)
    at, frame = rows - 1, columns - 1
    while at >= 0:
        first[at] = frame
        step = steps[at + frame, at]
        at -= step != _ALONG_COLUMNS
        frame -= step != _ALONG_ROWS
    return first
