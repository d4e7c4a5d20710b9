from __future__ import annotations

import sys

import numpy as np
import pytest

from lipsync_studio.backends.speech import Speech
from lipsync_studio.backends.viseme.acoustic import motion_from_sound
from lipsync_studio.backends.viseme.motion import motion_from_phones
from lipsync_studio.backends.viseme.pipeline import _motion

FPS = 25
RATE = 16000


def frames(samples: np.ndarray) -> np.ndarray:
    return np.arange(len(samples) * FPS // RATE) / FPS


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(first, second)[0, 1])


def test_follows_the_motion_of_the_true_phones(sentence):
    times = frames(sentence.samples)
    truth = motion_from_phones(sentence.phones, times, 1 / FPS)
    heard = motion_from_sound(sentence.samples, times, 1 / FPS)
    # Of ten closures in two seconds some are heard elsewhere.
    assert correlation(heard.open, truth.open) >= 0.5
    assert heard.sealed.sum() >= 4


def test_the_band_levels_alone_still_follow(sentence, monkeypatch):
    times = frames(sentence.samples)
    truth = motion_from_phones(sentence.phones, times, 1 / FPS)
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    heard = motion_from_sound(sentence.samples, times, 1 / FPS)
    assert correlation(heard.open, truth.open) >= 0.5
    assert heard.sealed.any()


def test_level_does_not_matter(sentence):
    times = frames(sentence.samples)
    loud = motion_from_sound(sentence.samples, times, 1 / FPS)
    for gain in (0.3, 0.01):
        quiet = motion_from_sound(sentence.samples * np.float32(gain), times, 1 / FPS)
        assert correlation(loud.open, quiet.open) > 0.98


def test_rest_in_the_pause_between_two_sentences(sentence):
    pause = np.zeros(RATE, np.float32)
    samples = np.concatenate([sentence.samples, pause, sentence.samples])
    times = frames(samples)
    motion = motion_from_sound(samples, times, 1 / FPS)
    end = len(sentence.samples) / RATE
    resting = (times > end + 0.2) & (times < end + 0.7)
    assert not motion.open[resting].any()
    assert not motion.active[resting].any()


@pytest.mark.parametrize("level", [0.0, 1e-3])
def test_silence_and_faint_noise_move_nothing(level: float):
    samples = (np.random.default_rng(1).standard_normal(2 * RATE) * level).astype(np.float32)
    motion = motion_from_sound(samples, frames(samples), 1 / FPS)
    assert not motion.open.any()
    assert not motion.active.any()
    assert not motion.sealed.any()


@pytest.mark.parametrize("size", [0, 1, 100, 4000])
def test_hardly_any_sound(size: int):
    motion = motion_from_sound(np.full(size, 0.1, np.float32), np.arange(5) / FPS, 1 / FPS)
    assert len(motion) == 5
    assert np.isfinite(motion.open).all()


def test_a_gate_closes_the_mouth(sentence):
    times = frames(sentence.samples)
    motion = motion_from_sound(sentence.samples, times, 1 / FPS, gate=np.zeros(len(times), np.float32))
    assert not motion.open.any()


def test_what_is_left_out_of_the_text_is_noted(sentence):
    times = frames(sentence.samples)
    gate, notes = np.ones(len(times), np.float32), []
    lengths, lyrics = np.full(len(times), 1 / FPS), "[Verse 1: Anna]\nA puppy x2"
    _motion(Speech(sentence.samples, times, lengths, gate, "rest", None, lyrics), notes)
    assert notes[:2] == [
        "Left out of the lyrics, line 1: “[Verse 1: Anna]” (section header)",
        "Left out of the lyrics, line 2: “x2” (repeat mark)",
    ]


def sung(seconds: float, pitch: float = 220.0) -> np.ndarray:
    """/a/: harmonics with a vibrato under two formants, float32 at 16 kHz."""
    time = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * pitch * time + 0.3 * np.sin(2 * np.pi * 5.5 * time)
    note = np.zeros(len(time))
    for harmonic in range(1, 25):
        frequency = harmonic * pitch
        formants = sum(1 / (1 + ((frequency - centre) / 120) ** 2) for centre in (750, 1150))
        note += (0.05 + formants) / harmonic * np.sin(harmonic * phase)
    note *= np.minimum(1, np.minimum(time / 0.06, (seconds - time) / 0.1))
    return (0.3 * note / np.abs(note).max()).astype(np.float32)


def test_a_held_note_is_sung_to_its_end():
    pause = np.zeros(RATE, np.float32)
    samples = np.concatenate([pause, sung(2.5), pause])
    times = frames(samples)
    motion = motion_from_sound(samples, times, 1 / FPS)
    held = (times > 1.2) & (times < 3.3)
    assert motion.open[held].min() > 0.08
    assert np.ptp(motion.open[held]) < 0.05
    assert motion.active[held].min() == 1
    assert not motion.sealed[held].any()
    assert not motion.open[(times < 0.8) | (times > 3.7)].any()
