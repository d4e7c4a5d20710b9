"""Curves over time: smoothed, without what changes slowly, on an even clock."""

from __future__ import annotations

import numpy as np

_REACH = 4  # standard deviations


def smoothed(values: np.ndarray, sigma: float) -> np.ndarray:
    """float64 [n] averaged by a Gaussian of `sigma` samples; the ends go on as they are."""
    radius = max(1, round(_REACH * sigma))
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return np.convolve(np.pad(values, radius, "edge"), kernel / kernel.sum(), "valid")


def high_passed(values: np.ndarray, sigma: float) -> np.ndarray:
    """What of float64 [n] changes within `sigma` samples or so."""
    return values - smoothed(values, sigma)


def filled(values: np.ndarray) -> np.ndarray:
    """float64 [n] with a straight line over each gap of NaN, and the nearest value at the ends; zeros where
    there is nothing else."""
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(len(values))
    at = np.arange(len(values))
    return np.interp(at, at[known], values[known])


def on_even_clock(values: np.ndarray, times: np.ndarray, fps: float) -> np.ndarray:
    """Values float64 [n ≥ 2, ...], NaN where unknown, at `times` seconds, as they are every 1/fps seconds.

    Between a known and an unknown frame nothing is known."""
    even = np.arange(round((times[-1] - times[0]) * fps) + 1) / fps + times[0]
    after = np.clip(np.searchsorted(times, even, "right"), 1, len(times) - 1)
    before = after - 1
    share = np.clip((even - times[before]) / np.maximum(times[after] - times[before], 1e-9), 0, 1)
    share = share.reshape(share.shape + (1,) * (values.ndim - 1))
    # A frame that is met exactly needs no neighbour, which may be unknown.
    between = (1 - share) * values[before] + share * values[after]
    return np.where(share == 0, values[before], np.where(share == 1, values[after], between))
