"""What is no voice: the noise of a room, and the hum of the mains."""

from __future__ import annotations

import math

import numpy as np

RATE = 16000

# Noise is looked for in windows of a quarter of a second, every eighth: eight stretches whose levels lie
# close together, and a spectrum that is flat within each band of 250 Hz, whatever its slope. The flatness
# (Wiener's: geometric over arithmetic mean, weighted by the bands' power) of white, pink and brown noise is
# 0.46 to 0.66, of sustained tones and chords 0.02 at most; speech and songs are rarely steady.
_WINDOW, _HOP, _STRETCHES = 4096, 2048, 8
_AT_ONCE = 64  # windows, of which each makes some ten times as much to compare
_STEADY_DB, _FLAT, _BAND, _BANDS = 6.0, 0.45, 64, 16
_COMBED = 0.5  # the flatness of a comb's |1 - exp(-iωT)|², which it multiplies that of noise with
_LOWEST_BIN = 48  # 188 Hz: hum of the mains lies below
_NO_NOISE_DB = -100.0
_LOUDEST_NOISE_DB = -25.0  # what hisses louder is no room, and was meant
_FEWEST_WINDOWS, _ALIKE_DB = 3, 6.0
# Noise that so much of a clip consists of is all there is in it.
_ALL_NOISE = 0.8
_APART_DB = 15.0

# Hz of the mains. Of hum little is left when what was heard a period before is taken away, and that is noise;
# it has much of its power in the lowest harmonics, unlike a note that lies where one of the others does.
_MAINS = (50, 60)
_HUM_LEFT, _LOW_HZ, _LOW_SHARE = 0.25, 190, 0.25
_LOUDEST_HUM_DB, _FAINTEST_HUM_DB = -30.0, -68.0


def hum_of(samples16k: np.ndarray) -> int:
    """Hz of the mains whose hum is heard in float32 [n] at 16 kHz for three quarters of a second by itself or
    with noise; 0 where none is."""
    found = dict.fromkeys(_MAINS, 0)
    for first in range(0, len(samples16k) - _WINDOW + 1, _AT_ONCE * _WINDOW):
        piece = samples16k[first : first + _AT_ONCE * _WINDOW]
        windows = piece[: len(piece) // _WINDOW * _WINDOW].reshape(-1, _WINDOW)
        levels = _levels(windows)
        windows = windows[(levels > _FAINTEST_HUM_DB) & (levels < _LOUDEST_HUM_DB)]
        if len(windows):
            for mains in _MAINS:
                found[mains] += int(_hums(windows, mains).sum())
    best = max(_MAINS, key=lambda mains: found[mains])
    return best if found[best] >= _FEWEST_WINDOWS else 0


def without_hum(samples16k: np.ndarray, hum: int, start: int = 0, stop: int | None = None) -> np.ndarray:
    """Samples start..stop-1 without the harmonics of `hum` Hz, or as they are where that is 0.

    A comb: the difference from a period before, brought to the level that a voice had (Smith, Introduction to
    Digital Filters, feedforward comb filters)."""
    stop = len(samples16k) if stop is None else min(stop, len(samples16k))
    if not hum:
        return samples16k[start:stop]
    whole, part = divmod(RATE / hum, 1)
    lead = int(whole) + 1
    heard = samples16k[max(start - lead, 0) : stop]
    if start < lead:
        # Before the beginning it hummed as after it: as many periods later as are whole samples.
        again = 2 * RATE // math.gcd(RATE, hum)
        before = samples16k[again - (lead - start) : again]
        heard = np.concatenate([np.zeros(lead - start - len(before), np.float32), before, heard])
    count = stop - start
    earlier = (1 - np.float32(part)) * heard[1 : count + 1] + np.float32(part) * heard[:count]
    return (heard[lead:] - earlier) * np.float32(np.sqrt(0.5))


def noise_floor(samples16k: np.ndarray, hum: int = 0) -> float:
    """dBFS of the quietest steady noise in float32 [n] at 16 kHz, at least half a second of it; -inf where
    there is none below -25, or so little below the loudest that it can't be told apart. hum: is left out."""
    count = max((len(samples16k) - _WINDOW) // _HOP + 1, 0)
    levels, noisy = np.full(count, _NO_NOISE_DB), np.zeros(count, bool)
    for first in range(0, count, _AT_ONCE):
        last = min(first + _AT_ONCE, count)
        piece = without_hum(samples16k, hum, first * _HOP, (last - 1) * _HOP + _WINDOW)
        windows = np.lib.stride_tricks.sliding_window_view(piece, _WINDOW)[::_HOP]
        levels[first:last] = _levels(windows)
        noisy[first:last] = _noise_like(windows, levels[first:last], combed=hum > 0)
    found = np.sort(levels[noisy])
    if len(found) < _FEWEST_WINDOWS:
        return -np.inf
    alike = np.searchsorted(found, found + _ALIKE_DB, "right") - np.arange(len(found))
    floors = found[alike >= _FEWEST_WINDOWS]
    if not len(floors) or floors[0] > _LOUDEST_NOISE_DB:
        return -np.inf
    floor = float(floors[0])
    heard = levels > _NO_NOISE_DB
    apart = np.percentile(levels[heard], 95) - floor >= _APART_DB
    return floor if apart or noisy.sum() >= _ALL_NOISE * heard.sum() else -np.inf


def _hums(windows: np.ndarray, mains: int) -> np.ndarray:
    """Whether each of float32 [k, n] is nothing but hum of so many Hz, and noise."""
    lead = RATE // mains + 1
    left = np.stack([without_hum(window, mains)[lead:] for window in windows])
    powers = windows.var(axis=1, dtype=np.float64)
    found = left.var(axis=1, dtype=np.float64) < _HUM_LEFT * powers
    rows = np.flatnonzero(found)
    if not len(rows):
        return found
    spectrum = np.square(np.abs(np.fft.rfft(windows[rows] * np.hanning(_WINDOW), axis=1)))[:, 1:]
    low = spectrum[:, : _LOW_HZ * _WINDOW // RATE].sum(axis=1) > _LOW_SHARE * spectrum.sum(axis=1)
    # As long as a window of noise is, of whose beginning nothing is left to take away.
    rest = np.concatenate([left[rows, : _WINDOW - left.shape[1]], left[rows]], axis=1)
    levels = _levels(rest)
    found[rows] = low & ((levels < _FAINTEST_HUM_DB) | _noise_like(rest, levels, combed=True))
    return found


def _levels(windows: np.ndarray) -> np.ndarray:
    """dBFS of each of float32 [k, n]."""
    return 10 * np.log10(np.maximum(windows.var(axis=1, dtype=np.float64), 10 ** (_NO_NOISE_DB / 10)))


def _noise_like(windows: np.ndarray, levels: np.ndarray, *, combed: bool) -> np.ndarray:
    """Whether each of float32 [k, n] is nothing but noise. levels: theirs, dBFS. combed: by `without_hum`."""
    # A rumble swells and fades within a stretch, and a hiss may: one that is steady will do.
    steady = np.zeros(len(windows), bool)
    for heard in (windows, np.diff(windows, axis=1, prepend=windows[:, :1])):
        powers = heard.reshape(len(windows), _STRETCHES, -1).var(axis=2, dtype=np.float64)
        steady |= powers.max(axis=1) <= powers.min(axis=1) * 10 ** (_STEADY_DB / 10)
    noisy = steady & (levels > _NO_NOISE_DB)
    rows = np.flatnonzero(noisy)
    spectrum = np.square(np.abs(np.fft.rfft(windows[rows] * np.hanning(_WINDOW), axis=1)))
    bands = spectrum[:, _LOWEST_BIN : _LOWEST_BIN + _BANDS * _BAND].reshape(len(rows), _BANDS, _BAND)
    means = bands.mean(axis=2) + 1e-30
    flatness = np.exp(np.log(bands + 1e-30).mean(axis=2)) / means
    least = _FLAT * (_COMBED if combed else 1)
    noisy[rows] = (flatness * means).sum(axis=1) > least * means.sum(axis=1)
    return noisy
