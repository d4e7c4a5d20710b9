"""Whether a mouth follows a voice, and how much later, without any network.

The mouth's opening is correlated with the voice's level; how much of that any voice would reach is found by
shifting the voice in a circle, as a permutation test does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .curves import filled, high_passed

SHORTEST = 5.0
"""Seconds of face and voice below which nothing can be said."""

# Frames around lag 0 in which a mouth counts as in time, and in which its lag is looked for. A shifted voice
# may look as far: sentences of one pattern that begin together are alike by more than chance, and with 3
# frames 11 in 100 of them have p ≤ 0.05; with 12 it is 4, and no mouth's own voice is missed for it (six real
# speakers in 400 orders).
_REACH, _SEARCH = 3, 12
# Seconds from which on a shifted voice is another one.
_ELSEWHERE = 1.0
# What takes longer than this (seconds, standard deviation of a Gaussian) is no syllable: how wide a speaker
# holds the mouth, how far the microphone is, where sentences begin. Left in, it makes voices alike: of six
# real speakers' own voices 16 in 100 then miss p ≤ 0.01, and as many others have p ≤ 0.05.
SYLLABLE = 0.16
# Below these a curve doesn't move: eye distances squared, and squares of natural logarithms. A still picture
# in H.264 moves by 0.0015, the least of six real speakers by 0.012 (standard deviations).
_STILL_MOUTH, _STILL_VOICE = 0.0025**2, 1e-9


@dataclass(frozen=True)
class Sync:
    """score: the best correlation within 3 frames of lag 0, less what shifted voices reach on average: of six
    real speakers, joined in 40 orders, 0.39 to 0.41, and -0.09 to 0.13 with each other's voices. p: the share
    of shifts, this one included, that fit at least as well, each at the lag that suits it best. lag: frames
    by which the mouth is later than the voice, where they fit best within 12. correlation: there. lag_p: the
    share of shifts that fit at least as well as it does there. shifts: how many were tried.
    """

    score: float
    p: float
    lag: int
    correlation: float
    lag_p: float
    shifts: int


def sync(opening: np.ndarray, level: np.ndarray, fps: float) -> Sync | None:
    """opening: float64 [n] per frame, NaN where no face is. level: float64 [n], the voice's. None where less
    than `SHORTEST` seconds of face are there. A mouth or a voice that doesn't move scores 0, p 1, lag 0."""
    seen = np.isfinite(opening)
    if seen.sum() < SHORTEST * fps:
        return None
    # A gap's frames are filled for the filter's sake only, and don't count.
    mouth, voice = (high_passed(filled(curve), SYLLABLE * fps) for curve in (opening, level))
    by_shift = circular_correlation(mouth, voice, seen)
    shifts = np.arange(len(by_shift))
    elsewhere = np.minimum(shifts, len(shifts) - shifts) >= _ELSEWHERE * fps
    in_time, found = (_best_around(by_shift, reach) for reach in (_REACH, _SEARCH))
    # Of lags that fit alike the nearest.
    search = min(_SEARCH, (len(by_shift) - 1) // 2)
    lags = np.array(sorted(range(-search, search + 1), key=abs))
    lag = int(lags[np.argmax(by_shift[lags])])
    return Sync(
        score=float(in_time[0] - in_time[elsewhere].mean()),
        p=_share(found[elsewhere], in_time[0]),
        lag=lag,
        correlation=float(by_shift[lag]),
        lag_p=_share(found[elsewhere], found[0]),
        shifts=int(elsewhere.sum()),
    )


def _best_around(by_shift: np.ndarray, reach: int) -> np.ndarray:
    """The best correlation within `reach` frames of each shift."""
    return np.max([np.roll(by_shift, step) for step in range(-reach, reach + 1)], axis=0)


def _share(others: np.ndarray, value: float) -> float:
    """Of others, and this one, those that are at least as high."""
    # Correlations are sums in floating point: of two that are the same one may come out a hair lower.
    return (1 + int((others >= value - 1e-9).sum())) / (1 + len(others))


def circular_correlation(mouth: np.ndarray, voice: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Pearson's r, over the frames that are `seen`, of the mouth with the voice delayed by 0 … n - 1 frames
    in a circle: float64 [n]; 0 where one of the two doesn't move."""
    weight = seen / seen.sum()
    mouth = weight * (mouth - (weight * mouth).sum())
    mouth_variance = (mouth**2).sum() / weight.max()
    voice = voice - voice.mean()
    mean, square, product = (
        _circular(left, right) for left, right in ((weight, voice), (weight, voice**2), (mouth, voice))
    )
    voice_variance = square - mean**2
    if mouth_variance < _STILL_MOUTH:
        return np.zeros(len(mouth))
    moves = voice_variance > _STILL_VOICE
    return np.where(moves, product / np.sqrt(mouth_variance * np.where(moves, voice_variance, 1)), 0.0)


def _circular(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Sum over t of left[t] · right[t - s], for every s."""
    return np.fft.irfft(np.fft.rfft(left) * np.conj(np.fft.rfft(right)), len(left))
