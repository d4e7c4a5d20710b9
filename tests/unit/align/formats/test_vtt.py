"""WebVTT: subtitles, karaoke, automatic captions."""

from lipsync_studio.align.formats import WriteOptions, parse, serialise
from lipsync_studio.align.words import Line, Word, WordTimings

FILE = """\
WEBVTT - The Ferry

STYLE
::cue(:past) { color: yellow }

REGION
id:bill

NOTE
This is a note; it may hold
several lines.

intro
00:01.000 --> 00:02.500 align:start line:0
<v Anna>Who goes <i>there</i>?</v>

00:00:03.000 --> 00:00:06.000
Salt &amp; <00:00:04.000><c.loud>pepper</c> <00:00:05.000>&lt;3

NOTE one more

00:00:07.000 --> 00:00:08.000
<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>
です
"""

CAPTIONS = """\
WEBVTT
Kind: captions
Language: en

00:00:00.500 --> 00:00:02.000 align:start position:0%
\x20
slow<00:00:00.900><c> is</c><00:00:01.200><c> the</c>

00:00:02.000 --> 00:00:02.010 align:start position:0%
slow is the
\x20

00:00:02.010 --> 00:00:04.000 align:start position:0%
slow is the
river<00:00:02.800><c> deep</c>
"""


def test_a_file():
    read = parse(FILE)
    assert (read.format, read.precision, read.problems) == ("vtt", "word", ())
    assert read.tags == {"title": "The Ferry"}
    first, second, third = read.timings.lines
    assert (first.voice, first.text, first.start, first.end) == ("Anna", "Who goes there?", 1.0, 2.5)
    assert [(w.text, w.start, w.end) for w in second.words[1:]] == [("pepper", 4.0, 5.0), ("<3", 5.0, 6.0)]
    assert second.text == "Salt & pepper <3"
    assert third.text == "漢字です"


def test_captions_that_roll():
    read = parse(CAPTIONS)
    assert (read.text, read.timings.language) == ("slow is the\nriver deep", "en")
    assert [(w.text, w.start) for w in read.timings.words()] == [
        ("slow", 0.5), ("is", 0.9), ("the", 1.2), ("river", 2.01), ("deep", 2.8),
    ]  # fmt: skip


def test_malformed_cues_are_reported_by_number():
    text = (
        "00:01.000 --> 00:02.000\none\n\nstray\n\n00:0x.000 --> 00:04.000\nlost\n\n"
        "00:05.000 --> 00:06.000\n<00:04.000>before <00:05.500>in\n"
    )
    read = parse(text, "vtt")
    assert [(line.start, line.text) for line in read.timings.lines] == [
        (1.0, "one"), (2.0, "lost"), (5.0, "before in"),
    ]  # fmt: skip
    assert [problem.line for problem in read.problems] == [1, 4, 6, 9]


def test_stamps_lie_inside_their_cue_and_increase():
    """Words of the same millisecond are written 1 ms apart."""
    line = Line((Word("a", 1.0, 1.0), Word("b", 1.0, 1.0), Word("c", 1.0, 2.0), Word("d", 3.0, 3.0)))
    assert serialise(WordTimings((line,)), "vtt") == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.001\n"
        "a <00:00:01.001>b <00:00:01.002>c<00:00:02.000> <00:00:03.000>d\n\n"
    )


def test_written():
    line = Line((Word("R&B", 1.0, 1.5), Word("-->", 1.5, 2.0), Word("<i>", 2.0, 3723.25)), "Anna")
    options = WriteOptions(karaoke=False, tags={"title": "The Ferry"})
    assert serialise(WordTimings((line,)), "vtt", options) == (
        "WEBVTT - The Ferry\n\n00:00:01.000 --> 01:02:03.250\n<v Anna>R&amp;B --&gt; &lt;i&gt;\n\n"
    )
