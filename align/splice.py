"""Times in a sound whose pauses were cut out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class SpliceClock:
    """Seconds in spans joined end to end → seconds in the sound they were cut from."""

    def __init__(self, spans: Sequence[tuple[float, float]]) -> None:
        self._starts = np.array([start for start, _ in spans])
        self._ends = np.array([end for _, end in spans])
        self._joined_ends = np.cumsum(self._ends - self._starts)
        self.length = float(self._joined_ends[-1])

    def opening(self, joined: float) -> float:
        """A moment on the border of two spans is the later one's start."""
        return self._at(joined, "right")

    def closing(self, joined: float) -> float:
        """A moment on the border of two spans is the earlier one's end."""
        return self._at(joined, "left")

    def _at(self, joined: float, side: str) -> float:
        span = int(np.searchsorted(self._joined_ends, joined - 1e-9 if side == "left" else joined + 1e-9))
        span = min(span, len(self._starts) - 1)
        return float(min(self._ends[span] - (self._joined_ends[span] - joined), self._ends[span]))
