"""Where somebody speaks or sings, and where a mouth should therefore move."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

import numpy as np

from ..host.reporter import silent
from .noise import RATE, hum_of, noise_floor, without_hum
from .spans import Spans

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
    hum = hum_of(samples16k)

    def frames(start: int, stop: int) -> np.ndarray:
        # What is taken away may have lowered the peak, or come on top of it.
        heard = np.clip(without_hum(samples16k, hum, start, stop) * (32767 / peak), -32768, 32767)
        pcm = np.round(heard).astype("<i2")
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
    loud = _rms(samples16k, hum, report) > 10 ** (loud_level(samples16k, hum) / 20)
    step = _ENERGY_HOP / RATE
    return Spans(span for span in spans if loud[int(span[0] / step) : int(span[1] / step) + 1].any())


def loud_spans(
    samples16k: np.ndarray, floor_db: float | None = None, report: Callable[[int], None] = silent
) -> Spans:
    """Seconds (start, end) in which a song is above `floor_db` dBFS (RMS over 30 ms), by default the clip's
    `loud_level`; the rest is silence."""
    hum = hum_of(samples16k)
    rms = _rms(samples16k, hum, report)
    floor_db = loud_level(samples16k, hum) if floor_db is None else floor_db
    return _tidy(rms > 10 ** (floor_db / 20), _ENERGY_HOP / RATE, len(samples16k) / RATE)


def loud_level(samples16k: np.ndarray, hum: int) -> float:
    """dBFS (RMS over 30 ms, less the mains' `hum` in Hz) above which a clip is more than its own noise: 15 dB
    over its noise floor, and never below -65."""
    return max(noise_floor(samples16k, hum) + _ABOVE_NOISE_DB, _LEAST_DB)


def looks_like_song(samples16k: np.ndarray, report: Callable[[int], None] = silent) -> bool:
    """Whether float32 [n] at 16 kHz is sung or spoken over music, by its share of low-energy frames.

    Speech falls below half of the mean level of its second far more often than music does (Saunders 1996;
    Scheirer and Slaney 1997). Measured: six recordings of speech 0.35 to 0.49, eleven songs and pieces of
    music 0.01 to 0.26, speech over equally loud music 0.05 to 0.25. Speech in loud noise (-40 dBFS) may fall
    below 0.30 too; taking it for a song only costs its pauses.
    """
    level = _rms(samples16k, hum_of(samples16k), report)
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


def _rms(samples: np.ndarray, hum: int, report: Callable[[int], None]) -> np.ndarray:
    """RMS of 30 ms around the middle of each hundredth of a second, without the hum of so many Hz."""
    powers = [np.zeros(1, np.float32)]
    for start in range(0, len(samples), _PIECE):
        report(start // RATE)
        power = _powers(without_hum(samples, hum, start, start + _PIECE))
        if hum:
            # Where hum begins or ends, a period of it is like none before, or none after.
            end = len(samples) - start
            backwards = without_hum(samples[::-1], hum, max(end - _PIECE, 0), end)[::-1]
            power = np.minimum(power, _powers(backwards))
        powers.append(power)
    power = np.concatenate([*powers, powers[0]])
    return np.sqrt((power[:-2] + power[1:-1] + power[2:]) / (3 * _ENERGY_HOP))


def _powers(piece: np.ndarray) -> np.ndarray:
    padded = np.pad(piece, (0, -len(piece) % _ENERGY_HOP)).reshape(-1, _ENERGY_HOP)
    return np.square(padded, dtype=np.float32).sum(axis=1)


def _tidy(active: np.ndarray, step: float, end: float) -> Spans:
    """Runs of True as spans: bridged over short pauses, without blips."""
    changes = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    runs = Spans((first * step, last * step) for first, last in changes.reshape(-1, 2).tolist())
    runs = runs.bridged(_BRIDGE)
    return Spans((start, min(stop, end)) for start, stop in runs if stop - start >= _SHORTEST)
