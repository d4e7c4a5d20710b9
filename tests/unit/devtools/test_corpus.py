from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from lipsync_studio.align.text import read_text
from lipsync_studio.align.words import Word
from lipsync_studio.devtools import corpus
from lipsync_studio.devtools.corpus import espeak
from lipsync_studio.devtools.corpus.case import RATE, Case
from lipsync_studio.devtools.paths import ROOT


def level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def check_truth(case: Case) -> None:
    displayed = [word.display for line in read_text(case.lyrics).lines for word in line.words]
    assert [word.text for word in case.truth] == displayed
    ends = [0.0, *(word.end for word in case.truth)]
    for end, word in zip(ends, case.truth, strict=False):
        assert end <= word.start < word.end <= case.duration


def pitch(samples: np.ndarray) -> float:
    """Hz, by autocorrelation."""
    spectrum = np.abs(np.fft.rfft(samples, 4 * samples.size)) ** 2
    correlation = np.fft.irfft(spectrum)[RATE // 500 : RATE // 60]
    return RATE / (RATE // 500 + int(np.argmax(correlation)))


@pytest.mark.parametrize("voice", corpus.VOICES)
def test_speech_sounds_where_the_truth_says(voice: str):
    case = corpus.spoken(voice, 150)
    check_truth(case)
    outside = case.samples.copy()
    for word in case.truth:
        here = slice(round(word.start * RATE), round(word.end * RATE))
        assert level(case.samples[here]) > 0.005, word
        outside[here] = 0
    # Closures of plosives and the room between sentences.
    assert level(outside) < 0.1 * level(case.samples)


def test_slower_speech_is_longer():
    durations = [corpus.spoken("british", wpm).duration for wpm in corpus.RATES]
    assert durations[0] < 0.8 * durations[1] < 0.8 * 0.85 * durations[2]


def test_the_same_is_said_every_time(tmp_path, monkeypatch):
    """By a voice with breath, which is noise."""
    said = []
    for turn in ("once", "again"):
        monkeypatch.setattr(espeak, "FOLDER", tmp_path / turn)
        said += espeak.speak([espeak.Utterance("Hush, little baby", "en-us+f3", 150)])
    assert np.array_equal(said[0].samples, said[1].samples)


def test_words_that_the_dictionary_joins_are_told_apart():
    """Three of them in the Korean text that nothing was fitted to."""
    case = corpus.reading("ko", held_out=True).case
    words = case.truth
    check_truth(case)
    at = [word.text for word in words].index("어느")
    assert [word.text for word in words[at : at + 3]] == ["어느", "누구도", "노예상태"]
    assert all(word.end - word.start > 0.1 for word in words)


def test_sung_words_start_on_beats_and_hold_their_notes():
    case = corpus.sung("american")
    check_truth(case)
    beat = 0.42
    beats = np.array([(word.start - 0.5) / beat for word in case.truth])
    assert np.abs(beats - np.round(beats)).max() < 0.01
    assert np.mean([word.end - word.start for word in case.truth]) > 1.5 * beat
    star, are = (next(w for w in case.truth if w.text == text) for text in ("star,", "are!"))
    tones = [
        pitch(case.samples[round((w.start + 0.5) * RATE) : round((w.start + 0.9) * RATE)])
        for w in (star, are)
    ]
    # The fourth note of the tune and the sixth.
    assert 12 * np.log2(tones[0] / tones[1]) == pytest.approx(7 - 2, abs=0.5)


def test_music_is_mixed_at_its_level_and_silent_sounds_have_no_words():
    case = corpus.spoken()
    for snr in corpus.SNRS:
        mixed = corpus.with_music(case, snr, seed=3)
        assert mixed.truth == case.truth
        assert np.abs(mixed.samples).max() <= 1.0
    bed = corpus.with_music(case, 10, seed=3).samples - case.samples
    spans = [case.samples[round(word.start * RATE) : round(word.end * RATE)] for word in case.truth]
    assert 20 * np.log10(level(np.concatenate(spans)) / level(bed)) == pytest.approx(10, abs=0.1)
    for quiet in (corpus.music(5), corpus.silence(5), corpus.silence(5, noise_db=-60)):
        assert (quiet.truth, quiet.lyrics, quiet.duration) == ((), "", 5.0)
    assert np.array_equal(corpus.music(5, 1).samples, corpus.music(5, 1).samples)
    assert not np.array_equal(corpus.music(5, 1).samples, corpus.music(5, 2).samples)


def test_ten_minutes():
    case = corpus.long_speech(600)
    assert 600 <= case.duration < 700
    check_truth(case)


def test_recordings_begin_and_end_with_their_words():
    for case in corpus.recorded():
        check_truth(case)
        first, last = case.truth[0], case.truth[-1]
        assert level(case.samples[: round((first.start - 0.05) * RATE)]) < 0.05 * level(case.samples)
        assert level(case.samples[round((last.end + 0.15) * RATE) :]) < 0.2 * level(case.samples)


def test_simulated_recognition_has_the_errors_asked_for():
    truth = corpus.performed(corpus.spoken().lyrics * 5, seed=1)
    assert all(a.end <= b.start + 1e-9 for a, b in zip(truth, truth[1:], strict=False))
    assert [(word.text, round(word.start, 1)) for word in corpus.misheard(truth, 0.0)] == [
        (word.text, pytest.approx(word.start, abs=0.3)) for word in truth
    ]
    heard = corpus.misheard(truth, 0.3, seed=2)
    right = corpus.errors(truth, heard)
    # Of 30 % errors 24 are words that are not there.
    assert right.matched == pytest.approx(0.76, abs=0.05)
    assert corpus.misheard(truth, 0.3, seed=2) == heard


def test_garbled_lyrics_know_where_their_words_come_from():
    lyrics = corpus.spoken().lyrics
    typed, source = corpus.garbled(lyrics, 0.15, seed=1)
    words, original = typed.split(), lyrics.split()
    assert len(source) == len(words)
    kept = [index for index in source if index is not None]
    assert kept == sorted(set(kept))
    assert all(
        original[index] == word for index, word in zip(source, words, strict=True) if index is not None
    )
    altered = len(original) - len(kept) + source.count(None)
    # A wrong word counts twice here: as one that is lost, and as one that nobody says.
    assert altered == pytest.approx(0.15 * len(original) * 4 / 3, abs=1)
    assert corpus.garbled(lyrics, 0.15, seed=1) == (typed, source)
    assert len(typed.splitlines()) == len(lyrics.splitlines())


def test_errors_of_known_shifts():
    truth = [Word(text, float(at), at + 0.5) for at, text in enumerate(["one", "two", "three", "four"])]
    lates = (0.05, -0.2, 0.4, 0.05)
    shifted = [replace(word, start=word.start + late) for word, late in zip(truth, lates, strict=True)]
    measured = corpus.errors(truth, shifted)
    assert measured.mean == pytest.approx(0.175)
    assert measured.median == pytest.approx(0.125)
    assert measured.bias == pytest.approx(0.05)
    assert (measured.within_100, measured.within_300, measured.matched) == (0.5, 0.75, 1.0)


def test_errors_of_other_texts_pair_equal_words():
    truth = [Word(text, float(at), at + 0.5) for at, text in enumerate(["la", "la", "Hello,", "la"])]
    heard = [Word("yellow", 0.0, 0.5), Word("hello", 2.1, 2.5), Word("la", 3.0, 3.5)]
    measured = corpus.errors(truth, heard)
    assert (measured.matched, measured.within_300) == (0.5, 0.5)
    # A single word said is the nearest of those like it.
    assert corpus.errors(truth, [Word("la", 1.1, 1.4)]).mean == pytest.approx(0.1)
    assert corpus.errors(truth, []).matched == 0.0


def test_errors_of_garbled_lyrics_count_the_right_words_only():
    truth = [Word(text, float(at), at + 0.5) for at, text in enumerate(["one", "two", "three"])]
    timed = [Word("one", 0.0, 0.5), Word("wrong", 9.0, 9.5), Word("three", 2.0, 2.5)]
    measured = corpus.errors(truth, timed, (0, None, 2))
    assert (measured.mean, measured.within_300, measured.matched) == (0.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="2 words were given and 3"):
        corpus.errors(truth, timed, (0, 1))


def test_the_pack_itself_never_imports_the_gpl_synthesiser():
    own = [folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    importers = [
        path
        for folder in own
        for path in folder.rglob("*.py")
        if re.search(r"^\s*(import|from) espeakng", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert importers
    tools = {ROOT / "devtools", ROOT / "tests"}
    assert all(tools & set(path.parents) for path in importers)
