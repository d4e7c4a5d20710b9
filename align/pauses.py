"""Where a recording is silent, by its own levels, and times in a sound whose pauses were cut out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

RATE = 16000
STEPS_PER_SECOND = 100

# Nothing below this can be heard: -60 dB of full scale.
INAUDIBLE = 1e-3
# What is silent between two words for so many seconds is a pause; a word begins so near to one's end.
PAUSE, _BESIDE = 0.15, 0.35

Span = tuple[float, float]

_ABOVE_NOISE = 8.0
# Decibels below the loud parts that silence is at most, and at least.
_DEEPEST, _SHALLOWEST = 40.0, 20.0


class Silences:
    """Of mono samples float32 [n] at 16 kHz, to 10 ms. Music has none, and neither has a loud background."""

    def __init__(self, samples: npt.NDArray[np.float32]) -> None:
        step = RATE // STEPS_PER_SECOND
        padded = np.pad(samples, (0, -samples.size % step)).reshape(-1, step)
        self._decibels = 10.0 * np.log10(np.mean(np.square(padded, dtype=np.float64), axis=1) + 1e-10)
        quiet, loud = np.percentile(self._decibels, (5, 95))
        self._silent = self._decibels < np.clip(quiet + _ABOVE_NOISE, loud - _DEEPEST, loud - _SHALLOWEST)

    def level(self, start: float, end: float) -> float:
        """Decibels of full scale in the middle of start..end's steps, of which there is at least one."""
        first = min(max(0, round(start * STEPS_PER_SECOND)), self._decibels.size - 1)
        last = max(first + 1, round(end * STEPS_PER_SECOND))
        return float(np.median(self._decibels[first:last]))

    @property
    def share(self) -> float:
        """How much of the sound is silent, 0..1."""
        return float(self._silent.mean())

    def between(self, start: float, end: float, shortest: float) -> list[Span]:
        """The silences of at least `shortest` seconds inside start..end."""
        first, last = (max(0, round(time * STEPS_PER_SECOND)) for time in (start, end))
        edges = np.flatnonzero(np.diff(self._silent[first:last], prepend=False, append=False))
        runs = ((edges.reshape(-1, 2) + first) / STEPS_PER_SECOND).tolist()
        return [(begin, stop) for begin, stop in runs if stop - begin >= shortest]

    def onset(self, start: float, end: float) -> float:
        """Of a word: a start beside a pause is the pause's end."""
        pauses = self.between(start - _BESIDE, min(end, start + _BESIDE), PAUSE)
        return pauses[-1][1] if pauses else start


class SpliceClock:
    """Seconds in spans joined end to end → seconds in the sound they were cut from."""

    def __init__(self, spans: Sequence[Span]) -> None:
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
