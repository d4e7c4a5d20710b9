"""Which of a recogniser's words are kept, and how they become lines."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_studio.align.lines import LONGEST, break_lines
from lipsync_studio.align.transcribe.passages import Passage
from lipsync_studio.align.transcribe.protocol import Segment
from lipsync_studio.align.transcribe.sieve import plausible
from lipsync_studio.align.words import Word

RATE = 16000


def words(text, start=0.0, length=0.3, confidence=0.9, space=True):
    return tuple(
        Word(part, start + at * length, start + (at + 1) * length, confidence, space=space)
        for at, part in enumerate(text.split())
    )


@pytest.fixture(scope="module")
def passage():
    """Ten seconds: noise, of which seconds 0 to 4 count as voiced, and silence from 8 on."""
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 10 * RATE).astype(np.float32)
    samples[8 * RATE :] = 0
    return Passage(samples, [(0.0, 10.0)], [(0.0, 4.0)])


def kept(passage, **numbers):
    return plausible([Segment(words("so let us go"), **numbers)], passage)


@pytest.mark.parametrize(
    "numbers",
    [
        {"log_probability": -1.6, "no_speech": 0.91},  # chords and drums
        {"log_probability": -0.71, "no_speech": 0.95},  # silence: "you"
        {"log_probability": -0.22, "no_speech": 0.50, "compression": 13.7},  # clicks: a loop
    ],
)
def test_what_tiny_en_invents_is_dropped(passage, numbers):
    assert kept(passage, **numbers) == []


@pytest.mark.parametrize(
    "numbers",
    [
        {"log_probability": -0.25, "no_speech": 0.05},  # clear speech
        {"log_probability": -0.64, "no_speech": 0.27},  # song 5 dB below music
        {"log_probability": -0.92, "no_speech": 0.52},  # a radio call
        {"log_probability": -0.10, "no_speech": 0.05, "compression": 4.0},  # a chorus of one word
    ],
)
def test_what_tiny_en_hears_stays(passage, numbers):
    assert len(kept(passage, **numbers)) == 1


def test_words_without_sound_go(passage):
    heard = plausible([Segment((*words("up above"), *words("the world", 9.0)))], passage)
    assert [word.text for segment in heard for word in segment.words] == ["up", "above"]


def test_unvoiced_words_need_confidence(passage):
    doubtful, sure = words("maybe", 6.0, confidence=0.3), words("surely", 6.0)
    heard = plausible([Segment(doubtful), Segment(sure)], passage)
    assert [word.text for segment in heard for word in segment.words] == ["surely"]


def test_a_text_without_length_goes(passage):
    assert plausible([Segment(words("thank you for watching", 2.0, length=0.0))], passage) == []


def test_sounds_are_no_words(passage):
    typed = "[Music] Hello (soft applause) , world ♪ ♪ *sighs* !"
    (segment,) = plausible([Segment(words(typed, length=0.2))], passage)
    assert [word.text for word in segment.words] == ["Hello,", "world!"]


def test_lines_end_at_sentences_pauses_and_segments():
    first = (*words("Up above the world."), *words("So high", 1.2))
    second = words("like a diamond", 3.0)
    third = (*words("in the", 5.0), *words("sky", 6.5))
    assert [line.text for line in break_lines([first, second, third])] == [
        "Up above the world.",
        "So high",
        "like a diamond",
        "in the",
        "sky",
    ]


def test_long_lines_break_where_lyrics_would():
    sung = words("Twinkle, twinkle, little star How I wonder what you are")
    first, second = break_lines([sung])
    assert (first.text, second.text) == ("Twinkle, twinkle, little star", "How I wonder what you are")
    spoken = words("and then we went on for a very long while, without I think a single pause in it at all")
    found = break_lines([spoken])
    assert [line.text for line in found][0].endswith("while,")
    assert all(len(line.text) <= LONGEST for line in found)


def test_wide_scripts_break_by_width_and_have_no_spaces():
    letters = " ".join("きらきらひかるおそらのほしよまばたきしてはみんなをみてる")
    sung = words(letters, length=0.1, space=False)
    found = break_lines([sung])
    assert len(found) == 2
    assert "".join(line.text for line in found) == "".join(word.text for word in sung)
