"""Music that is computed: chords, bass, a lead and drums, without any voice. 16 kHz mono, deterministic."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .case import RATE

Samples = npt.NDArray[np.float32]

# Semitones above the key's tonic: I–V–vi–IV and i–VI–III–VII, which half of pop goes by.
_PROGRESSIONS = (
    ((0, 4, 7), (7, 11, 14), (9, 12, 16), (5, 9, 12)),
    ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17)),
)
_SCALES = ((0, 2, 4, 7, 9), (0, 3, 5, 7, 10))
_TONIC = 130.8  # Hz, C3
_BEATS_PER_CHORD = 4
_PARTIALS = 8
_LEVEL = 0.1  # root mean square


def compose(seconds: float, seed: int) -> Samples:
    """Float32 [n] with an RMS of 0.1; the seed sets key, mode, tempo and the lead's tune."""
    rng = np.random.default_rng(seed)
    mode = int(rng.integers(len(_PROGRESSIONS)))
    tonic = _TONIC * 2.0 ** (int(rng.integers(-4, 5)) / 12.0)
    beat = 60.0 / float(rng.uniform(85.0, 125.0))
    mix = np.zeros(round(seconds * RATE), np.float32)
    kick, snare, hat = _kick(), _snare(rng), _hat(rng)
    for number in range(int(seconds / beat) + 1):
        at = number * beat
        chord = _PROGRESSIONS[mode][number // _BEATS_PER_CHORD % 4]
        if number % _BEATS_PER_CHORD == 0:
            for semitone in chord:
                _add(mix, 0.14 * _tone(_pitch(tonic, semitone), beat * _BEATS_PER_CHORD, decay=1.2), at)
        _add(mix, 0.30 * _tone(_pitch(tonic, chord[0] - 12), beat * 0.9, decay=2.0), at)
        if rng.random() < 0.6:
            note = int(rng.choice(_SCALES[mode])) + 12
            _add(mix, 0.12 * _tone(_pitch(tonic, note), beat * float(rng.choice([0.5, 1.0])), decay=3.0), at)
        _add(mix, 0.7 * (kick if number % 2 == 0 else snare), at)
        for half in (0.0, 0.5):
            _add(mix, 0.15 * hat, at + half * beat)
    return mix * np.float32(_LEVEL / np.sqrt(np.mean(np.square(mix))))


def _pitch(tonic: float, semitones: int) -> float:
    return tonic * 2.0 ** (semitones / 12.0)


def _add(mix: Samples, sound: npt.NDArray[np.float64], at: float) -> None:
    first = round(at * RATE)
    room = mix[first : first + sound.size]
    room += sound[: room.size].astype(np.float32)


@lru_cache(maxsize=64)
def _tone(frequency: float, seconds: float, decay: float) -> npt.NDArray[np.float64]:
    """A plucked string: harmonics, the higher the weaker and the sooner gone."""
    time = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros(time.size)
    for partial in range(1, _PARTIALS + 1):
        if partial * frequency < RATE / 2:
            fading = np.exp(-decay * partial * time / 2) / partial
            sound += np.sin(2 * np.pi * partial * frequency * time) * fading
    attack = np.minimum(time / 0.01, 1.0)
    release = np.minimum((seconds - time) / 0.02, 1.0)
    return sound * attack * release


def _kick() -> npt.NDArray[np.float64]:
    time = np.arange(round(0.25 * RATE)) / RATE
    # A sine that falls from 150 to 50 Hz.
    cycles = 50.0 * time + 4.0 * (1.0 - np.exp(-25.0 * time))
    return np.sin(2 * np.pi * cycles) * np.exp(-14.0 * time)


def _snare(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    time = np.arange(round(0.2 * RATE)) / RATE
    noise = rng.standard_normal(time.size) * 0.5
    return (noise + 0.5 * np.sin(2 * np.pi * 190.0 * time)) * np.exp(-22.0 * time)


def _hat(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    time = np.arange(round(0.05 * RATE)) / RATE
    # The difference of white noise is bright.
    return np.diff(rng.standard_normal(time.size + 1)) * np.exp(-90.0 * time)
