"""ASS and SSA: karaoke, subtitles, what other programs leave in a script."""

import pytest

from lipsync_studio.align.formats import WriteOptions, parse, serialise
from lipsync_studio.align.words import Line, Word, WordTimings

HEAD = """\
[Script Info]
; a comment
Title: The Ferry
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def script(*texts, start="0:00:10.00", end="0:00:15.00"):
    return HEAD + "".join(f"Dialogue: 0,{start},{end},Default,,0,0,0,,{text}\n" for text in texts)


def timed(text):
    return [(w.text, round(w.start, 4), round(w.end, 4)) for w in parse(script(text)).timings.words()]


@pytest.mark.parametrize("tag", ["k", "kf", "K", "ko"])
def test_karaoke(tag):
    text = f"{{\\{tag}50}}Slow {{\\{tag}25}}is{{\\k25}} {{\\{tag}100}}ri{{\\{tag}50}}ver"
    read = parse(script(text))
    assert (read.format, read.precision, read.tags) == ("ass", "word", {"title": "The Ferry"})
    assert timed(text) == [("Slow", 10.0, 10.5), ("is", 10.5, 10.75), ("river", 11.0, 12.5)]
    assert [s.text for s in read.timings.words()[2].syllables] == ["ri", "ver"]


def test_absolute_starts_fractions_and_a_pause_before_the_first_word():
    assert timed(r"{\kt100\kf50}late {\k12.5}x{\k12.5}y") == [("late", 11.0, 11.5), ("xy", 11.5, 11.75)]
    assert timed(r"{\fad(200,200)\k80}{\kf20}word") == [("word", 10.8, 11.0)]


def test_overrides_breaks_and_escapes():
    text = r"{\pos(10,10)\i1}Slow{\i0} is,\Nthe\hriver \{deep\} {\p1}m 0 0 l 10 10{\p0}\nand {wide"
    read = parse(script(text))
    assert read.precision == "line"
    assert read.text == "Slow is, the\u00a0river {deep} and {wide"
    assert (read.timings.lines[0].start, read.timings.lines[0].end) == (10.0, 15.0)


def test_karaoke_templates_leave_effects_beside_their_lines():
    events = (
        "Comment: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,template syl,!retime()!\n"
        "Comment: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,karaoke,{\\k100}one {\\k100}two\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,fx,{\\pos(1,1)}one\n"
        "Dialogue: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,fx,{\\pos(9,1)}two\n"
    )
    assert parse(HEAD + events).text == "one two"


def test_the_same_line_on_another_layer_is_its_outline():
    events = "".join(
        f"Dialogue: {layer},0:00:01.00,0:00:03.00,Default,Anna,0,0,0,,{text}\n"
        for layer, text in [(0, "la"), (1, "la"), (0, "la"), (0, "le")]
    )
    read = parse(HEAD + events)
    assert [(line.voice, line.text) for line in read.timings.lines] == [("Anna", "la")] * 2 + [("Anna", "le")]


def test_the_older_format():
    text = (
        "[Script Info]\nScriptType: v4.00\n\n[Events]\n"
        "Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: Marked=0,0:00:01.50,0:00:02.00,*Default,,0000,0000,0000,,One, two\n"
    )
    assert [(line.start, line.text) for line in parse(text).timings.lines] == [(1.5, "One, two")]


def test_malformed_events_are_reported_by_number():
    lines = HEAD.count("\n")
    text = HEAD + (
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,good\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default\n"
        "Dialogue: 0,soon,0:00:02.00,Default,,0,0,0,,lost\n"
        "rubbish\n"
        "Dialogue: 0,0:00:05.00,0:00:04.00,Default,,0,0,0,,backwards\n"
    )
    read = parse(text)
    assert [(line.start, line.end, line.text) for line in read.timings.lines] == [
        (1.0, 2.0, "good"), (2.0, 5.0, "lost"), (5.0, 5.0, "backwards"),
    ]  # fmt: skip
    assert [problem.line for problem in read.problems] == [lines + n for n in (2, 3, 4, 5)]


def test_written():
    words = (Word("{Slow}", 1.0, 1.504), Word("\\N", 2.0, 2.25), Word("il", 2.25, 2.5))
    line = Line(words, "Anna, B")
    options = WriteOptions(tags={"title": "T"}, size=(1280, 720))
    written = serialise(WordTimings((line,), "en"), "ass", options)
    assert "PlayResX: 1280\nPlayResY: 720\n" in written
    assert "Title: T\n" in written
    assert written.splitlines()[-1] == (
        "Dialogue: 0,0:00:01.00,0:00:02.50,Lyrics,Anna; B,0,0,0,,"
        "{\\kf50}\\{Slow\\}{\\k50} {\\kf25}\\\u2060N {\\kf25}il"
    )
    assert parse(written).text == "{Slow} \\N il"
    plain = serialise(WordTimings((line,)), "ass", WriteOptions(karaoke=False))
    assert "\\k" not in plain
