"""SubRip as programs write it, and as people do."""

import pytest

from lipsync_studio.align.formats import parse, serialise
from lipsync_studio.align.words import Line, Word, WordTimings

FILM = """\
1
00:00:01,000 --> 00:00:02,500
<i>Who goes</i> there?

2
00:00:03,200 --> 00:00:05,000 X1:100 X2:200 Y1:10 Y2:20
{\\an8}- A friend.
- <font color="#ffff00">Pass, friend.</font>

"""


def cues(text):
    return [(line.start, line.end, line.text) for line in parse(text, "srt").timings.lines]


def test_a_file():
    read = parse(FILM)
    assert (read.format, read.precision, read.problems) == ("srt", "line", ())
    assert cues(FILM) == [(1.0, 2.5, "Who goes there?"), (3.2, 5.0, "- A friend. - Pass, friend.")]


@pytest.mark.parametrize("broken", ["\r\n", "\r", "\n"])
def test_line_breaks(broken):
    assert cues(FILM.replace("\n", broken)) == cues(FILM)


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("00:00:01,5", 1.5),
        ("00:00:01,05", 1.05),
        ("00:00:01.500", 1.5),
        ("0:00:01,500", 1.5),
        ("00:01,500", 1.5),
        ("00:00:01", 1.0),
        ("123:00:01,500", 442801.5),
    ],
)
def test_stamps(stamp, seconds):
    assert cues(f"1\n{stamp} --> 200:00:00,000\nword\n")[0][0] == seconds


@pytest.mark.parametrize(
    "text",
    [
        "00:00:01,000 --> 00:00:02,000\none\n\n00:00:03,000 --> 00:00:04,000\ntwo\n",
        "1\n00:00:01,000 --> 00:00:02,000\none\n\n1\n00:00:03,000 --> 00:00:04,000\ntwo\n",
        "7\n00:00:03,000 --> 00:00:04,000\ntwo\n\n9\n00:00:01,000 --> 00:00:02,000\none",
        "1\n00:00:01,000 --> 00:00:02,000\none\n2\n00:00:03,000 --> 00:00:04,000\ntwo",
        "\n\n1\n00:00:01,000-->00:00:02,000\none\n\n\n\n2\n00:00:03,000 -->  00:00:04,000\ntwo\n\n3\n",
    ],
    ids=["no numbers", "same numbers", "disorder", "no blank line", "cut off"],
)
def test_numbers_and_blank_lines_do_not_matter(text):
    assert cues(text) == [(1.0, 2.0, "one"), (3.0, 4.0, "two")]


def test_a_number_as_text_is_text():
    assert cues("1\n00:00:01,000 --> 00:00:02,000\n1999\n\n2\n00:00:03,000 --> 00:00:04,000\n42\n\n") == [
        (1.0, 2.0, "1999"), (3.0, 4.0, "42"),
    ]  # fmt: skip


def test_rows_in_a_script_without_spaces_are_joined_without_one():
    assert cues("1\n00:00:01,000 --> 00:00:02,000\n桜の花が\n咲く頃\n")[0][2] == "桜の花が咲く頃"


def test_a_word_to_each_cue_makes_real_word_times():
    text = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},800\nword{n}\n\n" for n in range(1, 5))
    read = parse(text)
    assert read.precision == "word"
    assert {word.confidence for word in read.timings.words()} == {1.0}


def test_malformed_cues_are_reported_by_number():
    text = (
        "preface\n1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:0x,000 --> 00:00:04,000\nlost\n\n"
        "3\n00:00:05,000 --> 00:00:04,000\nbackwards\n\n4\n00:00:61,000 --> 00:01:04,000\nlost too\n"
    )
    read = parse(text)
    assert cues(text) == [
        (1.0, 2.0, "one"), (2.0, 5.0, "lost"), (5.0, 5.0, "backwards"), (5.0, 7.0, "lost too"),
    ]  # fmt: skip
    assert [problem.line for problem in read.problems] == [1, 7, 11, 15]


def test_written():
    text = ["<i>", "{\\an8}", "a", "-->", "b"]
    line = Line(tuple(Word(word, 3600 + n, 3600.9995 + n) for n, word in enumerate(text)))
    written = serialise(WordTimings((line, Line((Word("1", 0, 0),)))), "srt")
    assert written == (
        "1\n00:00:00,000 --> 00:00:00,001\n1\n\n"
        "2\n01:00:00,000 --> 01:00:05,000\n<\u2060i> {\u2060\\an8} a --\u2060> b\n\n"
    )
    assert parse(written).text == "1\n<i> {\\an8} a --> b"
