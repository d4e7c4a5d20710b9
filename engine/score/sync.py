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

# Frames around lag 0 in which a mouth counts as in time, and in which its lag is looked for.
_REACH, _SEARCH = 3, 12
# Seconds from which on a shifted voice is another one.
_ELSEWHERE = 1.0
# What takes longer than this (seconds, standard deviation of a Gaussian) is no syllable: how wide a speaker
# holds the mouth, how far the microphone is, where sentences begin. Left in, it makes half of all voices
# alike: on real speakers a third of other voices then pass for the mouth's own.
_SYLLABLE = 0.16
# Below these a curve doesn't move: eye distances squared, and squares of natural logarithms.
_STILL_MOUTH, _STILL_VOICE = 1e-12, 1e-9


@dataclass(frozen=True)
class Sync:
    """score: the best correlation within 3 frames of lag 0, less what shifted voices reach on average; about
    0 for another voice, 0.3 to 0.5 for real speakers. p: the share of shifts, this one included, that score
    at least as high. lag: frames by which the mouth is later than the voice, where they fit best within 12.
    correlation: there. shifts: how many were tried.
    """

    score: float
    p: float
    lag: int
    correlation: float
    shifts: int


def sync(opening: np.ndarray, level: np.ndarray, fps: float) -> Sync | None:
    """opening: float64 [n] per frame, NaN where no face is. level: float64 [n], the voice's. None where less
    than `SHORTEST` seconds of face are there. A mouth or a voice that doesn't move scores 0, p 1, lag 0."""
    seen = np.isfinite(opening)
    if seen.sum() < SHORTEST * fps:
        return None
    # A gap's frames are filled for the filter's sake only, and don't count.
    mouth, voice = (high_passed(filled(curve), _SYLLABLE * fps) for curve in (opening, level))
    by_shift = circular_correlation(mouth, voice, seen)
    best = np.max([np.roll(by_shift, step) for step in range(-_REACH, _REACH + 1)], axis=0)
    shifts = np.arange(len(best))
    others = best[np.minimum(shifts, len(best) - shifts) >= _ELSEWHERE * fps]
    # Correlations are sums in floating point: of two that are the same one may come out a hair lower.
    p = (1 + int((others >= best[0] - 1e-9).sum())) / (1 + len(others))
    lags = np.array(sorted(range(-_SEARCH, _SEARCH + 1), key=abs))
    lag = int(lags[np.argmax(by_shift[lags])])
    return Sync(float(best[0] - others.mean()), p, lag, float(by_shift[lag]), len(others))


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
