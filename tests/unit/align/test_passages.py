"""What goes to a recogniser, and where its times lie in the sound."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_studio.align.transcribe.passages import language_samples, passages, resolved

RATE = 16000


@pytest.fixture(scope="module")
def phrases(sentence):
    """Three phrases with pauses of 5 s between them, and where their first sounds begin."""
    gap = np.zeros(5 * RATE, np.float32)
    sound = np.concatenate([part for _ in range(3) for part in (gap, sentence.samples)])
    period = (len(gap) + len(sentence.samples)) / RATE
    return sound, [5.0 + sentence.phones[0].start + number * period for number in range(3)]


def test_speech_goes_without_its_pauses_and_times_lead_back(phrases, sentence):
    sound, starts = phrases
    (part,) = passages(sound, "speech", 120.0)
    assert part.duration < 3 * (len(sentence.samples) / RATE + 1.1)
    assert len(part.spans) == 3
    # Each phrase lies in the passage, half a second after the one before it and its own edge.
    for start, (first, last) in zip(starts, part.spans, strict=True):
        assert first == pytest.approx(start - 0.5, abs=0.06)
        at = sum(b - a for a, b in part.spans if b <= first)
        assert part.clock.opening(at) == pytest.approx(first, abs=1e-3)
        assert part.clock.closing(at + last - first) == pytest.approx(last, abs=1e-3)
    assert np.abs(part.samples).max() == pytest.approx(0.7, abs=1e-3)


def test_songs_are_never_gated_by_voice():
    time = np.arange(40 * RATE) / RATE
    # A pad that no voice detector would hold for a voice, with half a minute of silence after it.
    pad = np.sin(2 * np.pi * 220 * time).astype(np.float32) * 0.02
    (part,) = passages(np.concatenate([pad, np.zeros(30 * RATE, np.float32)]), "song", 120.0)
    assert part.spans == [(0.0, pytest.approx(40.5, abs=0.05))]


def test_endless_sound_is_cut_where_it_is_quietest():
    rng = np.random.default_rng(0)
    sound = rng.standard_normal(100 * RATE).astype(np.float32) * 0.1
    for dip in (25.0, 52.0, 78.0):
        sound[round(dip * RATE) : round((dip + 0.3) * RATE)] *= 0.05
    parts = passages(sound, "song", 30.0)
    cuts = [part.spans[0][0] for part in parts[1:]]
    assert cuts == pytest.approx([25.15, 52.15, 78.15], abs=0.15)
    assert max(part.duration for part in parts) <= 30.0
    assert sum(part.duration for part in parts) == pytest.approx(100.0, abs=0.01)


@pytest.mark.parametrize("level", [0.0, 1e-4])
@pytest.mark.parametrize("content", ["speech", "song"])
def test_what_nobody_can_hear_makes_no_passage(level, content):
    noise = np.random.default_rng(0).uniform(-level, level, 20 * RATE).astype(np.float32)
    assert passages(noise, content, 120.0) == []


def test_auto_tells_speech_from_song(phrases):
    tune = np.sin(2 * np.pi * 220 * np.arange(10 * RATE) / RATE).astype(np.float32)
    assert [resolved("auto", sound) for sound in (phrases[0], tune)] == ["speech", "song"]
    assert resolved("song", phrases[0]) == "song"


def test_language_is_heard_in_places_over_the_whole_sound():
    sound = np.repeat(np.linspace(0.1, 1.0, 300, dtype=np.float32), RATE)
    # A tone of 4 kHz: what stays where it is nobody hears.
    sound *= np.resize(np.array([1, 1, -1, -1], np.float32), len(sound))
    samples = language_samples(passages(sound, "song", 120.0))
    levels = [np.abs(part).mean() for part in samples]
    assert len(samples) == 4
    assert levels == sorted(levels)
    assert levels[0] < 0.2 * levels[-1]
    assert len(language_samples(passages(sound[: 5 * RATE], "song", 120.0))) == 1
