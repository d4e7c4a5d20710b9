"""The cases: speech at three rates in three voices, the same over music, sung, and sounds without a voice.

Called again they return the same arrays: not to be written to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torchaudio.functional import resample

from lipsync_studio.align.words import Word

from . import espeak
from .case import RATE, Case
from .music import compose
from .singing import sing
from .texts import LYRICS

VOICES = {"american": ("en-us", 50), "british": ("gmw/en", 70), "female": ("en-us+f3", 50)}
"""Name → eSpeak voice and pitch parameter, which make about 90, 110 and 180 Hz."""
RATES = (150, 110, 80)
"""Words a minute: speech, a ballad, and as slow as the synthesiser goes."""
SNRS = (20, 10, 0)
"""Decibels of the voice above the music."""

# Speech reaches this level while it sounds, so that music may be mixed to it without clipping.
_LEVEL = 0.1
_PAUSE = 1.0


@lru_cache(maxsize=16)
def spoken(voice: str = "american", wpm: int = 150) -> Case:
    """The lyrics said by one of VOICES at so many words a minute, from 80."""
    name, pitch = VOICES[voice]
    (speech,) = espeak.speak([espeak.Utterance(LYRICS, name, wpm, pitch)])
    words = [
        Word(text, phones[0].start, phones[-1].end)
        for text, phones in zip(LYRICS.split(), speech.words, strict=True)
    ]
    return case_of(f"{voice} {wpm} wpm", speech.samples, words, LYRICS)


@lru_cache(maxsize=4)
def sung(voice: str = "american") -> Case:
    """The lyrics on a tune: every word starts on a beat, its vowels are held, lines end on a long note."""
    lines = [line.split() for line in LYRICS.splitlines() if line]
    samples, words = sing(lines, VOICES[voice][0])
    return case_of(f"{voice} sung", samples, words, LYRICS)


def with_music(case: Case, snr_db: float, seed: int = 0) -> Case:
    """The case over music, the voice (while it sounds) snr_db above the music's mean level."""
    music = compose(case.duration, seed)[: case.samples.size]
    gain = _active_level(case.samples, case.truth) / _rms(music) * 10.0 ** (-snr_db / 20.0)
    mixed = case.samples + np.float32(gain) * music
    mixed /= np.float32(max(1.0, float(np.abs(mixed).max()) / 0.99))
    return replace(case, samples=mixed, name=f"{case.name}, music at {snr_db:g} dB")


def music(seconds: float = 60.0, seed: int = 0) -> Case:
    """Music without a voice; no words."""
    return Case(compose(seconds, seed), (), "", f"music {seconds:g} s")


def silence(seconds: float = 60.0, noise_db: float | None = None) -> Case:
    """Digital silence, or white noise at a level in dB of full scale; no words."""
    samples = np.zeros(round(seconds * RATE), np.float32)
    if noise_db is not None:
        noise = np.random.default_rng(0).standard_normal(samples.size, dtype=np.float32)
        samples = noise * np.float32(10.0 ** (noise_db / 20.0))
    name = "digital silence" if noise_db is None else f"noise at {noise_db:g} dB"
    return Case(samples, (), "", f"{name} {seconds:g} s")


def long_speech(seconds: float = 600.0) -> Case:
    """At least so many seconds of speech: the lyrics again and again, by each voice at 150 and 110 words a
    minute in turn, with pauses of a second."""
    readings = [spoken(voice, wpm) for wpm in RATES[:2] for voice in VOICES]
    chosen: list[Case] = []
    while sum(case.duration + _PAUSE for case in chosen) < seconds:
        chosen.append(readings[len(chosen) % len(readings)])
    return joined(chosen, _PAUSE, f"speech {seconds:g} s")


def joined(cases: Sequence[Case], pause: float, name: str) -> Case:
    """Cases one after the other, each followed by a pause in seconds; their lyrics as stanzas."""
    gap = np.zeros(round(pause * RATE), np.float32)
    samples = np.concatenate([part for case in cases for part in (case.samples, gap)])
    truth: list[Word] = []
    at = 0
    for case in cases:
        offset = at / RATE
        truth += [replace(word, start=word.start + offset, end=word.end + offset) for word in case.truth]
        at += case.samples.size + gap.size
    return Case(samples, tuple(truth), "\n".join(case.lyrics for case in cases), name)


def case_of(name: str, samples: npt.NDArray[np.float32], words: Sequence[Word], lyrics: str) -> Case:
    """eSpeak's samples at the level and rate of the corpus."""
    heard = resample(torch.from_numpy(samples), espeak.RATE, RATE).numpy()
    level = _active_level(heard, words)
    return Case(heard * np.float32(_LEVEL / level), tuple(words), lyrics, name)


def _active_level(samples: npt.NDArray[np.float32], words: Sequence[Word]) -> float:
    """RMS inside the words."""
    spans = [samples[round(word.start * RATE) : round(word.end * RATE)] for word in words]
    return _rms(np.concatenate(spans))


def _rms(samples: npt.NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
