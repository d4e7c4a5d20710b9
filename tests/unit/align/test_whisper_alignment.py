"""The lists of ComfyUI-Whisper."""

import pytest

from lipsync_studio.align.whisper_alignment import from_whisper_alignment, to_whisper_alignment
from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.engine.errors import TextError


def entries(*rows):
    return [dict(zip(("value", "start", "end"), row, strict=True)) for row in rows]


WORDS = entries(
    ("Slow", 0.5, 1.0), ("is", 1.0, 1.2), ("the", 1.2, 1.4), ("river.", 1.4, 2.0), ("Deep", 3.0, 4.0)
)
SEGMENTS = entries(("Slow is", 0.5, 1.2), ("the river. Deep", 1.2, 4.0))


def test_words_in_their_segments():
    timings = from_whisper_alignment(WORDS, SEGMENTS, "en")
    assert [line.text for line in timings.lines] == ["Slow is", "the river. Deep"]
    assert (timings.language, timings.engine) == ("en", "whisper_alignment")
    assert [(w.text, w.start, w.end) for w in timings.words()] == [tuple(word.values()) for word in WORDS]
    assert {word.confidence for word in timings.words()} == {1.0}


def test_words_alone_are_set_in_lines():
    assert [line.text for line in from_whisper_alignment(WORDS).lines] == ["Slow is the river.", "Deep"]


def test_segments_alone_are_spread():
    timings = from_whisper_alignment(SEGMENTS)
    assert [line.text for line in timings.lines] == ["Slow is", "the river. Deep"]
    assert timings.lines[1].start == 1.2
    assert timings.lines[1].end == 4.0
    assert {word.confidence for word in timings.words()} == {0.25}


def test_japanese_has_no_spaces():
    words = entries(("桜", 0, 1), ("の", 1, 2), ("花", 2, 3))
    assert from_whisper_alignment(words).lines[0].text == "桜の花"


def test_there_and_back():
    lines = (Line((Word("Slow", 0.5, 1.0), Word("river", 1.0, 2.5))), Line((Word("deep", 3.0, 4.0),)))
    segments, words = to_whisper_alignment(WordTimings(lines))
    assert segments == entries(("Slow river", 0.5, 2.5), ("deep", 3.0, 4.0))
    assert from_whisper_alignment(words, segments).lines == lines


def test_silence_is_silence():
    assert from_whisper_alignment([]).lines == ()
    assert to_whisper_alignment(WordTimings(())) == ([], [])


@pytest.mark.parametrize(
    ("alignment", "segments", "message"),
    [
        ("words", None, "not a list of words"),
        (None, None, "not a list of words"),
        (WORDS, {"value": 1}, "not a list of words"),
        ([1, 2], None, "holds no words that can be read: Word 1 of the list has no text"),
    ],
)
def test_what_is_no_alignment_is_one_sentence(alignment, segments, message):
    with pytest.raises(TextError, match=message):
        from_whisper_alignment(alignment, segments)
