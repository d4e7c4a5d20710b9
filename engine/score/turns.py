"""Who speaks when: each stretch of a voice goes to the face whose own mouth moves with it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .curves import filled, high_passed, smoothed
from .sync import SYLLABLE

NOBODY = -1

# Frames by which a mouth may be off against its voice.
_REACH = 3
# Seconds (standard deviation of a Gaussian) over which a mouth and the voice are compared.
_WINDOW = 0.75
# How far a listening mouth moves, eye distances (standard deviation): a tracker's noise, a smile, a breath.
_STILL = 0.008
# Evidence for a mouth: what the correlation counts against the motion, and what nobody has. How many frames
# real speakers get right by it: devtools/bench/turns.py.
_BY_SYNC, _BY_MOTION = 9.0, 0.5
_LEAST_MOTION, _MOST_MOTION = -2.0, 1.5
_OFF_SCREEN = 1.2
# What a change of the speaker costs, in evidence of one second.
_CHANGE = 0.8


def who_speaks(
    openings: Mapping[int, np.ndarray], level: np.ndarray, voiced: np.ndarray, fps: float
) -> np.ndarray:
    """The speaker of each frame, by the keys of `openings`, `NOBODY` where none is heard or seen to speak:
    int64 [n].

    openings: of each person's mouth, float64 [n] in eye distances, NaN where they aren't seen. level: float64
    [n], the voice's, natural logarithm. voiced: bool [n], where it is heard.

    By the motion of the mouth and its correlation with the voice's level in a window that moves along; the
    most likely order of speakers is found by Viterbi's algorithm, so that nobody takes over for a syllable.
    """
    people = list(openings)
    speakers = np.full(len(level), NOBODY)
    if not people or not voiced.any():
        return speakers
    evidence = np.stack(
        [
            *(_evidence(openings[each], level, voiced, fps) for each in people),
            np.full(len(level), _OFF_SCREEN),
        ]
    )
    best = _most_likely(np.where(voiced, evidence, 0.0) / fps)
    names = np.array([*people, NOBODY])
    speakers[voiced] = names[best[voiced]]
    return speakers


def _evidence(opening: np.ndarray, level: np.ndarray, voiced: np.ndarray, fps: float) -> np.ndarray:
    """How much of a mouth speaks for its being the one that is heard, per second: float64 [n]."""
    seen = np.isfinite(opening)
    mouth, voice = (high_passed(filled(curve), SYLLABLE * fps) for curve in (opening, level))
    sigma = _WINDOW * fps
    weight = smoothed((seen & voiced).astype(float), sigma) + 1e-6

    def mean(values: np.ndarray) -> np.ndarray:
        return smoothed(np.where(seen & voiced, values, 0.0), sigma) / weight

    spread = mean(mouth**2) - mean(mouth) ** 2
    best = np.full(len(mouth), -1.0)
    for lag in range(-_REACH, _REACH + 1):
        heard = np.roll(voice, lag)
        both = mean(mouth * heard) - mean(mouth) * mean(heard)
        power = mean(heard**2) - mean(heard) ** 2
        best = np.maximum(best, both / np.sqrt(np.maximum(spread * power, 1e-12)))
    moves = np.log(np.sqrt(np.maximum(spread, 1e-12)) / _STILL)
    found = _BY_SYNC * (best - 0.3) + _BY_MOTION * np.clip(moves, _LEAST_MOTION, _MOST_MOTION)
    # Whoever isn't in the picture is not seen to speak.
    return np.where(smoothed(seen.astype(float), sigma) > 0.5, found, -9.0)


def _most_likely(evidence: np.ndarray) -> np.ndarray:
    """The states [n] of evidence [states, n] that has the greatest sum, less `_CHANGE` for each change."""
    states, frames = evidence.shape
    total = evidence[:, 0].copy()
    back = np.empty((frames, states), np.int64)
    for at in range(1, frames):
        leader = int(np.argmax(total))
        stays = total >= total[leader] - _CHANGE
        back[at] = np.where(stays, np.arange(states), leader)
        total = np.where(stays, total, total[leader] - _CHANGE) + evidence[:, at]
    path = np.empty(frames, np.int64)
    path[-1] = int(np.argmax(total))
    for at in range(frames - 1, 0, -1):
        path[at - 1] = back[at][path[at]]
    return path
