"""Breaths that are heard before speech: lips part for them, and not before."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ...engine.media.spans import Spans
from .acoustic import FRAMES_PER_SECOND, LOWEST, band_powers

# Of the seven bands: the voice's own, and those of a breath.
_VOICE, _BREATH = slice(0, 1), slice(2, 7)
_SMOOTH = 5
# What the clip's quietest part is like, and what lies below a voice by more is not heard, dB.
_QUIETEST, _FAINTEST = 15, -62.0
# A breath rises by so many dB over that, stays by so many below the voice, and rises in the voice's own band
# by no more than this part as much: it is a noise without a tone.
_RISE, _BELOW, _TONE = 9.0, -15.0, 0.5
_BRIDGE, _SHORTEST = 0.12, 0.05


def heard_breaths(samples16k: npt.NDArray[np.float32], check: Callable[[], None] = lambda: None) -> Spans:
    """Seconds (start, end) in which somebody breathes, or parts the lips, of mono 16 kHz samples [n].

    check: called now and then."""
    powers = band_powers(samples16k, check)
    voice, breath = (_level(powers[:, bands].sum(1)) for bands in (_VOICE, _BREATH))
    whole = _level(powers.sum(1))
    loud = float(np.percentile(whole, 95))
    floors = [max(float(np.percentile(each, _QUIETEST)), loud + _FAINTEST) for each in (voice, breath)]
    rise = breath - floors[1]
    found = (rise > _RISE) & (whole < loud + _BELOW) & (voice - floors[0] < _TONE * rise)
    edges = np.flatnonzero(np.diff(found, prepend=False, append=False)).reshape(-1, 2) / FRAMES_PER_SECOND
    spans = Spans(tuple(each) for each in edges.tolist()).bridged(_BRIDGE)
    return Spans(each for each in spans if each[1] - each[0] >= _SHORTEST)


def _level(power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """dB of what is heard around each moment."""
    kernel = np.full(_SMOOTH, 1 / _SMOOTH)
    around = np.convolve(np.pad(power, _SMOOTH // 2, mode="edge"), kernel, mode="valid")
    return np.asarray(10 * np.log10(around + LOWEST))
