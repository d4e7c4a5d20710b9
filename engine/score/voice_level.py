"""How loud the voice is in each frame, as a mouth's opening follows it."""

from __future__ import annotations

import numpy as np

from ..media.voice import RATE
from .curves import smoothed

# Wideband telephony (ITU-T G.722), less the hum of mains and rooms.
_BAND = (100.0, 7000.0)
_HOP, _WINDOW = 160, 512
# How far below its loud parts a voice still counts, and what is silence in any recording: mean squares.
_FLOOR, _SILENT = 1e-4, 1e-7
_LOUD = 0.99
# Seconds that the level is averaged over: a frame at 25 fps.
_SMOOTH = 0.04
_BLOCK = 256


def voice_level(samples16k: np.ndarray, middles: np.ndarray) -> np.ndarray:
    """The natural logarithm of a voice's power around the middle of each frame: float64 [n].

    samples16k: float32 [m], mono at 16 kHz, silence around it. middles: float64 [n], seconds, ascending.
    Levels lie between the floor, 40 dB below the loudest hundredth, and that.
    """
    power = _band_power(samples16k)
    floor = max(_FLOOR * float(np.quantile(power, _LOUD)), _SILENT)
    level = smoothed(np.log(power + floor), _SMOOTH * RATE / _HOP)
    return np.interp(middles, np.arange(len(level)) * _HOP / RATE, level, np.log(floor), np.log(floor))


def is_silent(level: np.ndarray) -> bool:
    """Whether a level has nothing that could move a mouth: no 3 dB between its quietest and loudest."""
    return len(level) == 0 or float(np.ptp(level)) < np.log(2)


def _band_power(samples: np.ndarray) -> np.ndarray:
    """Mean square of the band around every hop's beginning, float64 [hops]."""
    window = np.hanning(_WINDOW)
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    band = (frequencies >= _BAND[0]) & (frequencies < _BAND[1])
    scale = 2 / (_WINDOW * np.square(window).sum())
    hops = len(samples) // _HOP + 1
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW))
    power = np.empty(hops)
    # Blocks bound the scratch memory of long sounds.
    for first in range(0, hops, _BLOCK):
        stop = min(first + _BLOCK, hops)
        pieces = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[first * _HOP : stop * _HOP : _HOP]
        spectrum = np.fft.rfft(pieces[: stop - first] * window, axis=1)[:, band]
        power[first:stop] = scale * (spectrum.real**2 + spectrum.imag**2).sum(axis=1)
    return power
