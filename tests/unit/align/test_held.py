"""Vowels that are held so long that the decoder takes a part of them for a pause."""

import numpy as np
import pytest

from lipsync_studio.align.held import with_held
from lipsync_studio.align.language import ENGLISH
from lipsync_studio.align.pauses import Silences
from lipsync_studio.align.pocket_aligner import PocketAligner, _joined
from lipsync_studio.align.pocket_units import units_of
from lipsync_studio.align.text import read_text
from lipsync_studio.align.words import Phone
from lipsync_studio.devtools.corpus import recorded

RATE = 16000
LOW, HIGH = (300.0, 600.0, 900.0), (400.0, 2000.0, 3200.0)


def sound(*parts):
    """Parts of so many seconds, of sines of these frequencies at a level."""
    found = []
    for seconds, hertz, level in parts:
        times = np.arange(round(seconds * RATE)) / RATE
        found.append(level * sum((np.sin(2 * np.pi * each * times) for each in hertz), np.zeros_like(times)))
    return np.concatenate(found).astype(np.float32)


def word(*phones):
    return tuple(Phone(*phone) for phone in phones)


# "what you", found with a gap from 0.5 to 1.1 s.
WHAT = word(("W", 0.2, 0.3), ("AH", 0.3, 0.45), ("T", 0.45, 0.5))
YOU = word(("Y", 1.1, 1.15), ("UW", 1.15, 1.4))


def held(samples, *, joined=True):
    return with_held([WHAT, YOU], [joined, False], samples, Silences(samples))


def test_what_sounds_like_the_word_before_is_its_end():
    before, after = held(sound((0.2, (), 0.0), (0.9, LOW, 0.1), (0.4, HIGH, 0.1), (0.3, (), 0.0)))
    assert after == YOU
    assert [(phone.name, round(phone.start, 2), round(phone.end, 2)) for phone in before] == [
        ("W", 0.2, 0.3), ("AH", 0.3, 1.05), ("T", 1.05, 1.1),
    ]  # fmt: skip


def test_what_sounds_like_the_word_after_is_its_beginning():
    before, after = held(sound((0.2, (), 0.0), (0.3, LOW, 0.1), (0.9, HIGH, 0.1), (0.3, (), 0.0)))
    assert before == WHAT
    assert [(phone.name, round(phone.start, 2), round(phone.end, 2)) for phone in after] == [
        ("Y", 0.5, 0.55), ("UW", 0.55, 1.4),
    ]  # fmt: skip


def test_what_sounds_like_both_is_the_end_of_the_word_before():
    before, after = held(sound((0.2, (), 0.0), (1.2, LOW, 0.1), (0.3, (), 0.0)))
    assert after == YOU
    assert before[-1].end == pytest.approx(1.1)


@pytest.mark.parametrize("level", [0.05, 0.0])
def test_what_is_quieter_than_the_words_beside_it_is_a_pause(level):
    """Music behind the words, and nothing."""
    paused = sound((0.2, (), 0.0), (0.3, LOW, 0.1), (0.6, LOW, level), (0.3, HIGH, 0.1), (0.3, (), 0.0))
    assert held(paused) == [WHAT, YOU]


def test_a_silence_parts_what_is_of_either_word():
    """At the end of a line, or a mark; elsewhere one of the words may not be where it was found."""
    samples = sound((0.2, (), 0.0), (0.5, LOW, 0.1), (0.1, (), 0.0), (0.6, LOW, 0.1), (0.3, (), 0.0))
    before, after = held(samples, joined=False)
    assert before[-1].end == pytest.approx(0.7)
    assert after[0].start == pytest.approx(0.8)
    assert held(samples) == [WHAT, YOU]


def test_over_music_that_never_stops_nothing_tells_a_pause():
    music = sound((1.7, HIGH, 0.03))
    assert held(sound((0.2, (), 0.0), (1.2, LOW, 0.1), (0.3, (), 0.0)) + music) == [WHAT, YOU]


def test_a_breath_is_no_word():
    breath = (0.15, HIGH, 0.02)
    samples = sound(
        (0.2, (), 0.0), (0.3, LOW, 0.1), (0.45, (), 0.0), breath, (0.3, HIGH, 0.1), (0.3, (), 0.0)
    )
    assert held(samples, joined=False) == [WHAT, YOU]


def test_where_the_text_pauses_so_may_the_voice():
    samples = sound((0.2, (), 0.0), (0.9, LOW, 0.1), (0.4, HIGH, 0.1), (0.3, (), 0.0))
    assert held(samples, joined=False) == [WHAT, YOU]


@pytest.mark.parametrize("milliseconds", range(4))
def test_a_sung_verse_does_not_hang_on_the_last_bit(milliseconds):
    """The decoder finds "above" 0.23 s late or not, as the sound begins a millisecond earlier or later."""
    verse, _ = recorded()
    late = milliseconds / 1000
    samples = np.concatenate([np.zeros(round(late * RATE), np.float32), verse.samples])
    found = PocketAligner().align(samples, read_text(verse.lyrics).lines).words()
    far = [abs(word.start - late - true.start) for word, true in zip(found, verse.truth, strict=True)]
    assert max(far) < 0.1


def test_a_pause_is_expected_where_the_text_has_a_mark():
    lines = read_text("Oh, all o’ 21 day\nmy dear").lines
    # 21 is two words.
    assert _joined(lines, units_of(lines, ENGLISH)) == [False, *[True] * 4, False, True, False]
