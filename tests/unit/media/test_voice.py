"""Speech, song, silence, and the gate they make."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from lipsync_studio.backends.speech import speech_spans
from lipsync_studio.engine.media.noise import hum_of, noise_floor, without_hum
from lipsync_studio.engine.media.spans import Spans
from lipsync_studio.engine.media.voice import gate, looks_like_song, loud_level, loud_spans, voiced_spans

RATE = 16000


def syllables(seconds: float, pauses: tuple[tuple[float, float], ...] = (), level: float = 0.5) -> np.ndarray:
    """Speech-like: a buzzing 120 Hz voice through two formants, four syllables a second, gaps between."""
    time = np.arange(round(seconds * RATE)) / RATE
    voice = sum(
        np.sin(2 * np.pi * 120 * k * time + k * k) / (1 + ((120 * k - f) / 90) ** 2)
        for k in range(1, 28)
        for f in (600, 1200, 2500)
    )
    envelope = np.clip(np.sin(2 * np.pi * 4 * time), 0, None) ** 0.7
    for start, end in pauses:
        envelope[(time >= start) & (time < end)] = 0
    signal = voice / np.abs(voice).max() * envelope
    noise = np.random.default_rng(1).standard_normal(len(time)) * 1e-4
    return (level * signal + noise).astype(np.float32)


def music(seconds: float) -> np.ndarray:
    """Sustained chords with a drum on each beat."""
    time = np.arange(round(seconds * RATE)) / RATE
    notes = (220.0, 277.2, 329.6)
    chord = sum(np.sin(2 * np.pi * f * k * time + k * f) / k for f in notes for k in range(1, 5))
    drum = np.random.default_rng(2).standard_normal(len(time)) * np.exp(-(time % 0.5) / 0.03)
    return (chord / np.abs(chord).max() * 0.5 + 0.3 * drum / np.abs(drum).max()).astype(np.float32)


@pytest.mark.parametrize("level", [0.5, 0.02])
def test_voiced_spans_find_the_pause(level):
    spans = voiced_spans(syllables(6.0, ((0.0, 1.0), (3.0, 4.0)), level))
    assert len(spans) == 2
    (first, second) = spans
    assert first == pytest.approx((1.0, 2.9), abs=0.2)
    assert second == pytest.approx((4.0, 5.9), abs=0.25)


def test_silence_and_nothing():
    assert voiced_spans(np.zeros(RATE, np.float32)) == ()
    assert voiced_spans(np.zeros(0, np.float32)) == ()
    assert loud_spans(np.zeros(RATE, np.float32)) == ()
    assert loud_spans(np.zeros(0, np.float32)) == ()
    assert not looks_like_song(np.zeros(5 * RATE, np.float32))
    assert not looks_like_song(np.zeros(0, np.float32))


def test_voiced_spans_end_with_the_sound():
    samples = syllables(1.111)
    assert voiced_spans(samples)[-1][1] <= len(samples) / RATE


def test_only_true_silence_is_not_loud():
    song = music(6.0)
    song[2 * RATE : 3 * RATE] *= 0.05
    song[4 * RATE : 5 * RATE] *= 0.0005
    spans = loud_spans(song)
    assert len(spans) == 2
    assert np.array(spans) == pytest.approx(np.array([(0.0, 4.0), (5.0, 6.0)]), abs=0.05)
    assert len(loud_spans(song, floor_db=-30.0)) == 3


def room(seconds: float, level_db: float, slope: float = 0.5) -> np.ndarray:
    """Noise whose power falls with frequency, as a room's does, with a hum of 50 Hz."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(4).standard_normal(count))
    spectrum /= np.maximum(np.fft.rfftfreq(count, 1 / RATE), 40) ** slope
    noise = np.fft.irfft(spectrum, count)
    hum = 0.3 * np.sin(2 * np.pi * 50 * np.arange(count) / RATE)
    return (10 ** (level_db / 20) * (noise / noise.std() + hum)).astype(np.float32)


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("level", [-60.0, -45.0, -35.0])
def test_room_noise_moves_nothing(level, slope):
    noise = room(8.0, level, slope)
    assert noise_floor(noise) == pytest.approx(level, abs=3 + 5 * slope)
    assert loud_spans(noise) == voiced_spans(noise) == ()
    with_silence = np.concatenate([np.zeros(3 * RATE, np.float32), noise, np.zeros(RATE, np.float32)])
    assert loud_spans(with_silence) == voiced_spans(with_silence) == ()


def hum(seconds: float, mains: float, level_db: float, first: int = 1) -> np.ndarray:
    """Of the mains: harmonics from `first` on, weaker the higher they are, at `level_db` in all."""
    time = np.arange(round(seconds * RATE)) / RATE
    tones = sum(np.sin(2 * np.pi * mains * k * time + k * k) / k for k in range(first, 13))
    return (10 ** (level_db / 20) * tones / tones.std()).astype(np.float32)


@pytest.mark.parametrize("noise", [None, -75.0, -60.0])
@pytest.mark.parametrize("first", [1, 2])
@pytest.mark.parametrize("mains", [50.0, 60.0, 49.95, 60.02])
@pytest.mark.parametrize("level", [-51.0, -40.0])
def test_the_hum_of_the_mains_is_no_voice(level, mains, first, noise):
    """Whatever sort of sound it is taken for, which `auto` decides."""
    samples = hum(8.0, mains, level, first)
    if noise is not None:
        samples += room(8.0, noise)
    assert speech_spans(samples, "auto", False) == ()
    assert loud_spans(samples) == voiced_spans(samples) == ()
    within = np.concatenate([np.zeros(20000, np.float32), samples, np.zeros(RATE, np.float32)])
    assert loud_spans(within) == voiced_spans(within) == ()


def low_voice(sentence: np.ndarray, semitones: float) -> np.ndarray:
    """The sentence slower, and so lower, with a second of silence before, between and after."""
    count = round(len(sentence) * 2 ** (-semitones / 12))
    slow = np.interp(np.linspace(0, len(sentence) - 1, count), np.arange(len(sentence)), sentence)
    pause = np.zeros(RATE)
    said = np.concatenate([pause, slow, pause, slow, pause])
    return (said * (0.1 / said.std())).astype(np.float32)


@pytest.mark.parametrize("semitones", [0, -3, -7])
@pytest.mark.parametrize("mains", [50.0, 60.0])
@pytest.mark.parametrize(("gain", "level"), [(1.0, -51.0), (0.1, -51.0), (1.0, -38.0)])
def test_a_voice_is_told_from_hum(sentence, semitones, mains, gain, level):
    """Flite's is a man's, of 90 to 140 Hz; a fifth lower it is a deep bass."""
    voice = low_voice(sentence.samples, semitones) * np.float32(gain)
    hummed = voice + hum(len(voice) / RATE, mains, level)
    for spans_of in (voiced_spans, loud_spans, lambda samples: speech_spans(samples, "auto", False)):
        wanted, found = gate_of(spans_of(voice), voice), gate_of(spans_of(hummed), voice)
        assert (wanted & found).sum() > 0.9 * (wanted | found).sum()


def gate_of(spans: Spans, samples: np.ndarray) -> np.ndarray:
    return gate(np.arange(0, len(samples) / RATE, 0.01), spans, fade=0) > 0


@pytest.mark.parametrize("semitones", [0, -7])
def test_a_voice_without_hum_is_heard_as_it_is(sentence, semitones):
    voice = low_voice(sentence.samples, semitones)
    assert hum_of(voice) == hum_of(music(6.0)) == hum_of(syllables(6.0)) == hum_of(room(8.0, -45.0)) == 0
    np.testing.assert_array_equal(without_hum(voice, 0, 100, 2000), voice[100:2000])


def test_a_stretch_without_hum_is_the_same_as_within_the_whole():
    samples = hum(3.0, 60.0, -40.0) + room(3.0, -50.0)
    whole = without_hum(samples, 60)
    assert len(whole) == len(samples)
    np.testing.assert_array_equal(whole[5000:9000], without_hum(samples, 60, 5000, 9000))
    assert 10 * np.log10(whole.var()) == pytest.approx(-50, abs=1.5)


@pytest.mark.parametrize(("level", "noise"), [(0.5, -40.0), (0.5, -50.0), (0.1, -60.0)])
def test_a_voice_is_told_from_its_room(level, noise):
    samples = syllables(8.0, ((0.0, 1.5), (4.0, 6.0)), level) + room(8.0, noise)
    assert loud_level(samples, hum_of(samples)) == pytest.approx(noise + 15, abs=3)
    for spans in (loud_spans(samples).bridged(0.3), voiced_spans(samples)):
        assert len(spans) == 2
        assert np.array(spans) == pytest.approx(np.array([(1.5, 4.0), (6.0, 8.0)]), abs=0.25)


@pytest.mark.parametrize("gain", [1.0, 0.03, 0.01])
def test_a_quiet_song_is_heard_as_a_loud_one(gain):
    """The floor of -45 dBFS that there was took one for silence."""
    song = music(6.0)
    song[2 * RATE : 3 * RATE] = 0
    spans = loud_spans(song * np.float32(gain))
    assert np.array(spans) == pytest.approx(np.array([(0.0, 2.0), (3.0, 6.0)]), abs=0.05)


def test_nothing_is_a_voice_below_the_least():
    song = music(6.0)
    faint = song * np.float32(10 ** (-67 / 20) / np.sqrt(np.mean(song**2)))
    assert loud_spans(faint) == voiced_spans(faint) == ()
    for samples in (music(6.0), np.zeros(RATE, np.float32)):
        assert loud_level(samples, hum_of(samples)) == -65


def test_steady_music_is_no_noise():
    time = np.arange(6 * RATE) / RATE
    for tones in ((440,), (220, 277, 330, 440)):
        pad = sum(np.sin(2 * np.pi * tone * k * time + k) / k for tone in tones for k in range(1, 7)) * 0.05
        assert noise_floor(pad.astype(np.float32)) == -np.inf
        assert loud_spans(pad.astype(np.float32)) == ((0.0, 6.0),)


def test_noise_that_was_meant_is_heard():
    hiss = room(8.0, -18.0, 0.0)
    assert noise_floor(hiss) == -np.inf
    assert loud_spans(hiss) == ((0.0, 8.0),)


def test_song_or_speech():
    speech, song = syllables(8.0, ((2.0, 2.6),)), music(8.0)
    assert not looks_like_song(speech)
    assert looks_like_song(song)
    assert looks_like_song(song + speech * 0.8)
    assert not looks_like_song(speech + song * 0.01)


def test_gate_fades_outside_the_spans():
    times = [Fraction(n, 100) for n in range(300)]
    envelope = gate(times, [(0.5, 1.0), (1.1, 1.5), (2.0, 2.2)], fade=0.1)
    assert (envelope.dtype, envelope.shape) == (np.float32, (300,))
    for start, end in ((50, 100), (110, 150), (200, 220)):
        assert envelope[start : end + 1].min() == 1
    assert envelope[45] == pytest.approx(0.5, abs=1e-6)
    assert envelope[105] == pytest.approx(0.5, abs=1e-6)
    assert envelope[:41].max() == pytest.approx(0, abs=1e-6)
    assert envelope[161:190].max() == pytest.approx(0, abs=1e-6)
    assert np.abs(np.diff(envelope)).max() < 0.17
    assert gate(times, []).max() == 0
    assert gate([0.4, 0.5, 1.0, 1.01], [(0.5, 1.0)], fade=0).tolist() == [0, 1, 1, 0]


def test_spans_are_in_order_and_apart():
    spans = Spans([(2.0, 3.0), (0.0, 1.0), (2.5, 2.7), (0.9, 1.2), (1.2, 1.3), (5.0, 6.0)])
    assert spans == ((0.0, 1.3), (2.0, 3.0), (5.0, 6.0))
    assert Spans(spans) is spans
    assert spans.bridged(0.7) == spans
    assert spans.bridged(0.71) == ((0.0, 3.0), (5.0, 6.0))
    assert spans.padded(1.0, 0.0, 6.5) == ((0.0, 6.5),)
    assert Spans([(6.0, 4.0), (1.0, 5.0)]) == ((1.0, 5.0), (6.0, 6.0))
    assert Spans() == ()


def test_a_held_note_is_open_under_shorter_words():
    """A backing voice sings within the held word; the word's end is not theirs."""
    times = np.arange(0, 5, 0.04)
    held = [(0.5, 4.0), (1.0, 1.5), (2.0, 2.2)]
    for order in (held, held[::-1]):
        envelope = gate(times, order)
        assert (envelope[(times >= 0.5) & (times <= 4.0)] == 1).all()
        assert not envelope[times > 4.1].any()
