"""Exact times of frames, as sequences that cost a few bytes per frame or none."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from typing import overload

import numpy as np


class FrameTimes(Sequence[Fraction]):
    """Seconds from the start of the clip, one per frame, ascending."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Fraction: ...
    @overload
    def __getitem__(self, index: slice) -> list[Fraction]: ...
    def __getitem__(self, index: int | slice) -> Fraction | list[Fraction]:
        if isinstance(index, slice):
            return [self._at(i) for i in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._at(index % self._count)

    @abstractmethod
    def ticks(self) -> tuple[np.ndarray, Fraction]:
        """All times as int64 [count], and the seconds that they count in."""
        ...

    def seconds(self) -> np.ndarray:
        """All times as float64 [count]."""
        ticks, base = self.ticks()
        return ticks * base.numerator / base.denominator

    @abstractmethod
    def _at(self, index: int) -> Fraction: ...


class ConstantTimes(FrameTimes):
    """Frame i at i / fps."""

    def __init__(self, fps: Fraction, count: int) -> None:
        super().__init__(count)
        self._fps = fps

    def ticks(self) -> tuple[np.ndarray, Fraction]:
        return np.arange(len(self)), 1 / self._fps

    def _at(self, index: int) -> Fraction:
        return index / self._fps


class TickTimes(FrameTimes):
    """Frame i at (ticks[i] - ticks[0]) * time_base; ticks: int64 [n]."""

    def __init__(self, ticks: np.ndarray, time_base: Fraction) -> None:
        super().__init__(len(ticks))
        self._ticks = ticks
        self._time_base = time_base

    def ticks(self) -> tuple[np.ndarray, Fraction]:
        return self._ticks - self._ticks[0], self._time_base

    def _at(self, index: int) -> Fraction:
        return int(self._ticks[index] - self._ticks[0]) * self._time_base


_NTSC_RATES = [Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)]
_STANDARD_RATES = _NTSC_RATES + [Fraction(n) for n in (10, 12, 15, 24, 25, 30, 48, 50, 60, 100, 120)]


def standard_rate(rate: Fraction | float) -> Fraction:
    """The standard rate that a rounded one (29.97, 23.98, 2997/100) stands for, else the rate itself, a float
    as the nearest fraction with a denominator up to 1001."""
    exact = Fraction(rate).limit_denominator(1001 if isinstance(rate, float) else 100_000)
    for ntsc in _NTSC_RATES:
        if abs(ntsc - exact) <= Fraction(1, 200):
            return ntsc
    return next((r for r in _STANDARD_RATES if abs(r / exact - 1) < Fraction(1, 50_000)), exact)


def standard_rates_near(rate: Fraction) -> list[Fraction]:
    """Standard rates within 2 percent, the nearest first."""
    near = [r for r in _STANDARD_RATES if abs(r / rate - 1) < Fraction(1, 50)]
    return sorted(near, key=lambda r: abs(r - rate))
