from __future__ import annotations

import sys

import numpy as np
import pytest

from lipsync_studio.align.chain import align_offline
from lipsync_studio.align.place import place_words
from lipsync_studio.align.pocket_aligner import PocketAligner
from lipsync_studio.align.recognise import recognise_phones
from lipsync_studio.align.spread import phones_within_words
from lipsync_studio.align.text import read_text
from lipsync_studio.align.timing import settled
from lipsync_studio.align.words import Line, Phone, Word, WordTimings
from lipsync_studio.engine.errors import AlignmentError, AudioError, MissingFilesError, TextError

from .conftest import check_order

RATE = 16000


def align_words(samples, lyrics):
    return PocketAligner().align(samples, read_text(lyrics).lines)


def test_phones_are_where_the_synthesiser_put_them(sentence):
    timings = align_words(sentence.samples, sentence.text)
    found = [phone for word in timings.words() for phone in word.phones]
    assert [phone.name for phone in found] == [phone.name for phone in sentence.phones]
    errors = [abs(a.start - b.start) for a, b in zip(found, sentence.phones, strict=True)]
    assert np.mean(errors) < 0.025
    assert max(errors) < 0.08


def test_words_keep_their_text_and_lines_in_order(sentence):
    timings = align_words(sentence.samples, "[Verse]\n— Maybe Bob\nwill jump, above\n\nmy puppy!")
    assert [line.text for line in timings.lines] == ["— Maybe Bob", "will jump, above", "my puppy!"]
    assert (timings.language, timings.engine) == ("en", "pocketsphinx")
    assert min(word.confidence for word in timings.words()) > 0.5
    check_order(timings, len(sentence.samples) / RATE)


def test_words_the_dictionary_lacks_and_numbers_are_aligned(sentence):
    timings = align_words(sentence.samples, "Maybbe Bahb will jummp abuv mie puppie")
    check_order(timings, len(sentence.samples) / RATE)
    assert timings.words()[-1].start == pytest.approx(1.70, abs=0.06)


def test_minutes_with_digital_silence_in_between(sentence):
    gap = np.zeros(2 * RATE, np.float32)
    repeats = 15
    long = np.concatenate([np.concatenate([sentence.samples, gap])] * repeats)
    timings = align_words(long, "\n\n".join([sentence.text] * repeats))
    period = (len(sentence.samples) + len(gap)) / RATE
    first = timings.lines[0].words
    for number, line in enumerate(timings.lines):
        for word, expected in zip(line.words, first, strict=True):
            assert word.start == pytest.approx(expected.start + number * period, abs=0.1)
    # No word swallows the pause that follows it.
    assert max(word.end - word.start for word in timings.words()) < 0.8


def test_a_wrong_text_is_refused(sentence):
    samples = np.concatenate([sentence.samples] * 3)
    with pytest.raises(AlignmentError, match="words that are heard"):
        align_words(
            samples, "She sells sea shells on the shore, the shells she sells are sea shells I am sure."
        )


def test_more_words_than_the_sound_can_hold(sentence):
    with pytest.raises(AlignmentError):
        align_words(sentence.samples[:RATE], sentence.text * 5)


@pytest.mark.parametrize("lyrics", ["سلام دنیا", "שלום עולם"])
def test_what_nobody_can_pronounce_is_refused(sentence, lyrics):
    text = read_text(lyrics)
    with pytest.raises(TextError, match="can't be pronounced"):
        PocketAligner().align(sentence.samples, text.lines, text.language)
    with pytest.raises(TextError, match="None of the words can be pronounced in English"):
        align_words(sentence.samples, lyrics)


def test_a_text_in_another_language_than_is_spoken_is_refused(sentence):
    text = read_text("quiero bailar contigo siempre, noche, corazón ardiendo y la luna estrellada")
    assert text.language.code == "es"
    with pytest.raises(AlignmentError, match="words that are heard"):
        PocketAligner().align(sentence.samples, text.lines, text.language)


def test_empty_sound():
    for align in (align_words, lambda samples, text: place_words(samples, read_text(text).lines, [])):
        with pytest.raises(AudioError, match="empty"):
            align(np.zeros(0, np.float32), "hello")


def test_without_pocketsphinx_the_message_names_the_command(sentence, monkeypatch):
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    for use in (
        lambda: align_words(sentence.samples, sentence.text),
        lambda: recognise_phones(sentence.samples),
    ):
        with pytest.raises(MissingFilesError, match="pip install pocketsphinx"):
            use()


def test_placed_words_fill_the_voiced_spans_and_nothing_else():
    samples = np.zeros(20 * RATE, np.float32)
    spans = [(2.0, 4.0), (10.0, 13.0)]
    timings = place_words(samples, read_text("one two three four\nfive six seven eight nine").lines, spans)
    words = timings.words()
    check_order(timings, 20.0)
    assert words[0].start == pytest.approx(2.0)
    assert words[-1].end == pytest.approx(13.0, abs=0.01)
    assert not [word for word in words if 4.0 < word.start < 10.0]
    assert {word.confidence for word in words} == {0.2}


def test_placed_words_are_as_long_as_their_syllables_and_lines_pause():
    timings = place_words(np.zeros(3 * RATE, np.float32), read_text("a banana cat\nend").lines, [(0.0, 3.0)])
    short, long, _, end = timings.words()
    assert long.end - long.start == pytest.approx(3 * (short.end - short.start))
    assert end.start - timings.lines[0].end == pytest.approx(2 * (short.end - short.start))


def test_placed_words_are_not_stretched_over_an_hour():
    timings = place_words(
        np.zeros(600 * RATE, np.float32), read_text("just four little words").lines, [(0.0, 600.0)]
    )
    assert timings.words()[-1].end < 5.0


@pytest.mark.parametrize(
    ("lyrics", "why"),
    [
        ("سلام دنیا", "Words in Persian"),
        ("completely different words were never said here", "The lyrics"),
    ],
)
def test_fallback_says_why(sentence, lyrics, why):
    text = read_text(lyrics)
    sound = np.concatenate([sentence.samples] * 2)
    timings = align_offline(sound, text.lines, [(0.2, 2.3)], text.language)
    assert timings.engine.startswith(f"placed by syllables: {why}")
    assert timings.lines[0].text == lyrics


def test_settled_times_are_in_order_inside_the_sound():
    words = (Word("a", -1.0, 0.2), Word("b", 0.1, 0.1), Word("c", 0.15, 9.0), Word("d", 1.98, 2.5))
    timings = WordTimings(settled([Line(words)], 2.0))
    check_order(timings, 2.0)
    assert min(word.end - word.start for word in timings.words()) == pytest.approx(0.06)


def test_settled_closes_short_gaps_inside_a_line_only():
    lines = [
        Line((Word("a", 0.0, 0.5), Word("b", 0.6, 0.8), Word("c", 1.0, 1.2))),
        Line((Word("d", 1.3, 1.5),)),
    ]
    ends = [word.end for line in settled(lines, 2.0) for word in line.words]
    assert ends == [0.6, 0.8, 1.2, 1.5]


def test_phones_spread_over_words_from_elsewhere():
    sung = Word("baby", 1.0, 3.0)
    phones = phones_within_words([sung])
    assert [phone.name for phone in phones] == ["B", "EY", "B", "IY"]
    assert (phones[0].start, phones[-1].end) == (1.0, pytest.approx(3.0))
    # A held word holds its vowels.
    assert phones[0].end - phones[0].start < 0.1
    assert phones[1].end - phones[1].start > 0.8
    hurried = phones_within_words([Word("baby", 1.0, 1.1)])
    assert hurried[-1].end == pytest.approx(1.1)


def test_words_that_tell_nothing_about_the_mouth_give_no_phones():
    own = Word("hey", 0.0, 0.5, phones=(Phone("HH", 0.0, 0.2), Phone("EY", 0.2, 0.5)))
    assert phones_within_words([own]) == list(own.phones)
    assert phones_within_words([Word("سلام", 0.0, 1.0), Word("hello", 1.0, 2.0)]) == []
    assert phones_within_words([Word("hello", 0.0, 1.0, confidence=0.2)]) == []
    assert phones_within_words([]) == []


def test_recognised_phones_cover_the_sound_in_order(sentence):
    samples = np.concatenate([sentence.samples] * 8)
    phones = recognise_phones(samples)
    assert all(a.end <= b.start + 1e-6 for a, b in zip(phones, phones[1:], strict=False))
    assert sum(phone.end - phone.start for phone in phones) > 0.9 * len(samples) / RATE
    vowels = sum(phone.name in {"EY", "IY", "AA", "AH", "AY", "IH"} for phone in phones)
    assert vowels > 8 * 6
