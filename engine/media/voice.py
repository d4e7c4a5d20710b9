"""Where somebody speaks or sings, and where a mouth should therefore move."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

import numpy as np

from ..host.reporter import silent
from .spans import Spans

RATE = 16000

_FRAME = 480  # 30 ms, the longest window the detector takes
_VAD_MODE = 3  # the strictest of 0 to 3: the laxer ones hear radio noise as speech, and find no pauses in it
_BRIDGE = 0.20  # a stop consonant or a breath within a word is shorter than this
_SHORTEST = 0.09
_LEAD = 16
# Samples worked on at once: a minute.
_PIECE = 60 * RATE
_ENERGY_HOP = 160
_QUIET_SHARE = 0.30
# What is that far above a clip's noise is no noise; below the least nothing is a voice.
_ABOVE_NOISE_DB = 15.0
_LEAST_DB = -65.0
# Noise is looked for in windows of a quarter of a second, every eighth: eight stretches whose levels lie
# close together, and a spectrum that is flat within each band of 250 Hz, whatever its slope. The flatness
# (Wiener's: geometric over arithmetic mean, weighted by the bands' power) of white, pink and brown noise is
# 0.46 to 0.66, of sustained tones and chords 0.02 at most; speech and songs are rarely steady.
_WINDOW, _HOP, _STRETCHES = 4096, 2048, 8
_AT_ONCE = 64  # windows, of which each makes some ten times as much to compare
_STEADY_DB, _FLAT, _BAND, _BANDS = 6.0, 0.45, 64, 16
_LOWEST_BIN = 48  # 188 Hz: hum of the mains lies below
_NO_NOISE_DB = -100.0
_LOUDEST_NOISE_DB = -25.0  # what hisses louder is no room, and was meant
_FEWEST_WINDOWS, _ALIKE_DB = 3, 6.0
# Noise that so much of a clip consists of is all there is in it.
_ALL_NOISE = 0.8


def voiced_spans(samples16k: np.ndarray, report: Callable[[int], None] = silent) -> Spans:
    """Seconds (start, end) of speech in float32 [n] at 16 kHz, by the WebRTC voice detector (PocketSphinx').

    Works on copies brought to full scale. Pauses below 0.2 s are bridged, blips below 0.09 s dropped, and
    what doesn't rise above the clip's noise (`loud_level`). report: called with the seconds that are done,
    after each minute.
    """
    from pocketsphinx import Vad

    peak = float(max(samples16k.max(initial=0), -samples16k.min(initial=0)))
    if peak == 0:
        return Spans()

    def frames(start: int, stop: int) -> np.ndarray:
        pcm = np.round(samples16k[start:stop] * (32767 / peak)).astype("<i2")
        return np.pad(pcm, (0, -len(pcm) % _FRAME))

    vad = Vad(_VAD_MODE, RATE, _FRAME / RATE)
    # The detector takes its first frames for speech, so it first hears the beginning backwards.
    lead = frames(0, _LEAD * _FRAME)
    for frame in np.pad(lead, (0, _LEAD * _FRAME - len(lead)))[::-1].reshape(-1, _FRAME):
        vad.is_speech(frame.tobytes())
    voiced: list[bool] = []
    for start in range(0, len(samples16k), _PIECE):
        report(start // RATE)
        piece = frames(start, start + _PIECE).reshape(-1, _FRAME)
        voiced += [vad.is_speech(frame.tobytes()) for frame in piece]
    spans = _tidy(np.array(voiced), _FRAME / RATE, len(samples16k) / RATE)
    loud = _rms(samples16k, _ENERGY_HOP, report) > 10 ** (loud_level(samples16k) / 20)
    step = _ENERGY_HOP / RATE
    return Spans(span for span in spans if loud[int(span[0] / step) : int(span[1] / step) + 1].any())


def loud_spans(
    samples16k: np.ndarray, floor_db: float | None = None, report: Callable[[int], None] = silent
) -> Spans:
    """Seconds (start, end) in which a song is above `floor_db` dBFS (RMS over 30 ms), by default the clip's
    `loud_level`; the rest is silence."""
    rms = _rms(samples16k, _ENERGY_HOP, report)
    floor_db = loud_level(samples16k) if floor_db is None else floor_db
    return _tidy(rms > 10 ** (floor_db / 20), _ENERGY_HOP / RATE, len(samples16k) / RATE)


def loud_level(samples16k: np.ndarray) -> float:
    """dBFS (RMS over 30 ms) above which a clip is more than its own noise: 15 dB over its noise floor, and
    never below -65."""
    return max(noise_floor(samples16k) + _ABOVE_NOISE_DB, _LEAST_DB)


def noise_floor(samples16k: np.ndarray) -> float:
    """dBFS of the quietest steady noise in float32 [n] at 16 kHz, at least half a second of it; -inf where
    there is none below -25, or so little below the loudest that it can't be told apart."""
    count = max((len(samples16k) - _WINDOW) // _HOP + 1, 0)
    levels, noisy = np.full(count, _NO_NOISE_DB), np.zeros(count, bool)
    for first in range(0, count, _AT_ONCE):
        last = min(first + _AT_ONCE, count)
        piece = samples16k[first * _HOP : (last - 1) * _HOP + _WINDOW]
        windows = np.lib.stride_tricks.sliding_window_view(piece, _WINDOW)[::_HOP]
        levels[first:last], noisy[first:last] = _noise_like(windows)
    found = np.sort(levels[noisy])
    if len(found) < _FEWEST_WINDOWS:
        return -np.inf
    alike = np.searchsorted(found, found + _ALIKE_DB, "right") - np.arange(len(found))
    floors = found[alike >= _FEWEST_WINDOWS]
    if not len(floors) or floors[0] > _LOUDEST_NOISE_DB:
        return -np.inf
    floor = float(floors[0])
    heard = levels > _NO_NOISE_DB
    apart = np.percentile(levels[heard], 95) - floor >= _ABOVE_NOISE_DB
    return floor if apart or noisy.sum() >= _ALL_NOISE * heard.sum() else -np.inf


def _noise_like(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of float32 [k, n]: dBFS of each, and whether it is nothing but noise."""
    levels = 10 * np.log10(np.maximum(windows.var(axis=1, dtype=np.float64), 10 ** (_NO_NOISE_DB / 10)))
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
    noisy[rows] = (flatness * means).sum(axis=1) > _FLAT * means.sum(axis=1)
    return levels, noisy


def looks_like_song(samples16k: np.ndarray, report: Callable[[int], None] = silent) -> bool:
    """Whether float32 [n] at 16 kHz is sung or spoken over music, by its share of low-energy frames.

    Speech falls below half of the mean level of its second far more often than music does (Saunders 1996;
    Scheirer and Slaney 1997). Measured: six recordings of speech 0.35 to 0.49, eleven songs and pieces of
    music 0.01 to 0.26, speech over equally loud music 0.05 to 0.25. Speech in loud noise (-40 dBFS) may fall
    below 0.30 too; taking it for a song only costs its pauses.
    """
    level = _rms(samples16k, _ENERGY_HOP, report)
    second = RATE // _ENERGY_HOP
    if len(level) < second:
        return False
    windows = level[: len(level) // second * second].reshape(-1, second)
    means = windows.mean(axis=1, keepdims=True)
    windows, means = (part[means[:, 0] > 0.01 * level.max()] for part in (windows, means))
    return bool(np.mean(windows < 0.5 * means) < _QUIET_SHARE) if len(windows) else False


def gate(
    times: Sequence[Fraction] | Sequence[float] | np.ndarray,
    spans: Iterable[tuple[float, float]],
    fade: float = 0.08,
) -> np.ndarray:
    """float32 [n], 1 inside the spans, 0 further than `fade` seconds outside, a raised cosine between."""
    spans = Spans(spans)
    at = np.array([float(time) for time in times])
    if not spans:
        return np.zeros(len(at), np.float32)
    edges = np.array(spans)
    nearest = np.searchsorted(edges[:, 0], at, "right") - 1
    since = at - edges[np.maximum(nearest, 0), 1]
    since[nearest < 0] = np.inf
    following = np.minimum(nearest + 1, len(edges) - 1)
    until = np.where(nearest + 1 < len(edges), edges[following, 0] - at, np.inf)
    distance = np.clip(np.minimum(since, until), 0, fade) / fade if fade > 0 else np.minimum(since, until) > 0
    return (0.5 + 0.5 * np.cos(np.pi * distance)).astype(np.float32)


def _rms(samples: np.ndarray, hop: int, report: Callable[[int], None]) -> np.ndarray:
    """RMS of 30 ms around the middle of each hop."""
    powers = [np.zeros(1, np.float32)]
    for start in range(0, len(samples), _PIECE):
        report(start // RATE)
        piece = samples[start : start + _PIECE]
        padded = np.pad(piece, (0, -len(piece) % hop)).reshape(-1, hop)
        powers.append(np.square(padded, dtype=np.float32).sum(axis=1))
    power = np.concatenate([*powers, powers[0]])
    return np.sqrt((power[:-2] + power[1:-1] + power[2:]) / (3 * hop))


def _tidy(active: np.ndarray, step: float, end: float) -> Spans:
    """Runs of True as spans: bridged over short pauses, without blips."""
    changes = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    runs = Spans((first * step, last * step) for first, last in changes.reshape(-1, 2).tolist())
    runs = runs.bridged(_BRIDGE)
    return Spans((start, min(stop, end)) for start, stop in runs if stop - start >= _SHORTEST)
