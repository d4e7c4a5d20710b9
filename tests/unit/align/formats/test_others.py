"""Formats that are read and not written, and those that are refused by their names."""

import pytest

from lipsync_studio.align.formats import parse, read_lyrics, serialise
from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.engine.errors import LyricsFormatError


def lines(text, name=None):
    read = parse(text, name)
    return [(round(one.start, 4), round(one.end, 4), one.text) for one in read.timings.lines]


def words(text):
    return [(word.text, round(word.start, 4), round(word.end, 4)) for word in parse(text).timings.words()]


def test_sbv():
    text = (
        "0:00:01.000,0:00:03.000\nHello &amp; there\n[br]you\n\n"
        "0:00:03.900,0:00:60.000\nat 0:00:01.000,0:00:03.000 sharp\n\n"
        "0:0x:04.000,0:00:05.000\nlost\n\n0:01:05.000,0:01:04.000\nback\n"
    )
    read = parse(text)
    assert read.format == "sbv"
    assert lines(text) == [
        (1.0, 3.0, "Hello & there you"), (3.9, 60.0, "at 0:00:01.000,0:00:03.000 sharp"),
        (60.0, 65.0, "lost"), (65.0, 65.0, "back"),
    ]  # fmt: skip
    assert [problem.line for problem in read.problems] == [8, 11]


def test_microdvd():
    text = (
        "{1}{1}25\n{25}{75}{y:i}Hello|{c:$0000ff}there\n{100}{}/again\n{125}{150}last\nrubbish\n{175}{170}x\n"
    )
    read = parse(text)
    assert read.format == "microdvd"
    assert lines(text) == [
        (1.0, 3.0, "Hello there"),
        (4.0, 5.0, "again"),
        (5.0, 6.0, "last"),
        (7.0, 7.0, "x"),
    ]
    assert [problem.line for problem in read.problems] == [5, 6]
    assert lines("{1}{1}23,976\n{240}{480}a b\n")[0][:2] == (10.01, 20.02)


def test_microdvd_with_braces_that_nothing_closes():
    """pysubs2 looks for their ends again and again."""
    assert lines("{1}{1}25\n{25}{75}{\n{25}{75}" + "{" * 100_000 + "la\n") == [(1.0, 3.0, "la")]


@pytest.mark.parametrize("first", ["", "{1}{1}0\n", "{1}{1}nan\n", "{1}{1}999\n"])
def test_microdvd_without_a_rate_has_text_only(first):
    read = parse(first + "{25}{75}Hello\n{100}{125}again\n")
    assert (read.precision, read.timings.lines) == ("none", ())
    assert read.text.endswith("Hello\nagain")
    assert "does not say its frame rate" in str(read.problems[0])


@pytest.mark.parametrize(
    "text",
    [
        "[ti:T]\n[10000,2000]Hello(10000,500) there(10500,1500)\n[13000,1000]whole line\n",
        "[ti:T]\n[10000,2000](10000,500,0)Hello (10500,1500,0)there\n[13000,1000](13000,1000,0)whole line\n",
        "[ti:T]\n[10000,2000]<0,500,0>Hello <500,1500,0>there\n[13000,1000]<0,1000,0>whole line\n",
        '<?xml version="1.0"?>\n<QrcInfos><LyricInfo><Lyric_1 LyricType="1" '
        'LyricContent="[ti:T]&#10;[10000,2000]Hello(10000,500) there(10500,1500)&#10;'
        '[13000,1000]whole line&#10;"/></LyricInfo></QrcInfos>',
    ],
    ids=["QRC", "YRC", "KRC", "XML"],
)
def test_karaoke_of_music_services(text):
    read = parse(text)
    assert (read.format, read.precision, read.tags, read.problems) == ("qrc", "word", {"title": "T"}, ())
    assert words(text)[:2] == [("Hello", 10.0, 10.5), ("there", 10.5, 12.0)]
    assert lines(text)[1] == (13.0, 14.0, "whole line")


def test_more_of_music_services():
    text = (
        '{"t":0,"c":[{"tx":"作词: "},{"tx":"X"}]}\n[offset:500]\n[language:e30=]\n[id:$1]\n'
        "[10000,2000](ooh)(10000,500) it&apos;s(10500,1500)\nstray\n"
    )
    read = parse(text)
    assert words(text) == [("(ooh)", 9.5, 10.0), ("it's", 10.0, 11.5)]
    assert [problem.line for problem in read.problems] == [1, 6]
    assert read.tags == {}


SONG = (
    "#TITLE:Song\n#ARTIST:Me\n#BPM:120,0\n#GAP:1000\n#P1:Anna\nP1\n: 0 4 10 Hel\n: 4 4 10 lo\n"
    ": 8 2 12 ~\n* 12 4 12  there\n- 20\nF 24 4 0 you\nP2\nR 0 8 3 Oh\nrubbish\nE\n: 99 1 1 never\n"
)


def test_ultrastar():
    """A beat lasts 60 / (4 · 120) = 0.125 s."""
    read = parse(SONG)
    assert (read.format, read.precision, read.tags) == (
        "ultrastar",
        "word",
        {"title": "Song", "artist": "Me"},
    )
    assert [(line.voice, line.text) for line in read.timings.lines] == [
        ("Anna", "Hello there"), ("P2", "Oh"), ("Anna", "you"),
    ]  # fmt: skip
    assert words(SONG) == [("Hello", 1.0, 2.25), ("there", 2.5, 3.0), ("Oh", 1.0, 2.0), ("you", 4.0, 4.5)]
    assert [(s.text, s.start) for s in read.timings.words()[0].syllables] == [("Hel", 1.0), ("lo", 1.5)]
    assert [problem.line for problem in read.problems] == [15]


def test_ultrastar_with_relative_beats_and_without_any():
    text = "#BPM:120\n#RELATIVE:YES\n: 0 4 1 one\n- 4 8\n: 0 4 1 two\n- 4\n: 0 4 1 three\nE\n"
    assert [start for start, _, _ in lines(text)] == [0.0, 1.0, 1.5]
    for bpm in ("", "#BPM:0\n", "#BPM:fast\n"):
        with pytest.raises(LyricsFormatError, match="UltraStar song has no #BPM"):
            parse(f"#TITLE:x\n{bpm}: 0 4 1 one\nE\n")


def test_labels_of_audacity():
    text = "1.5\t2.000000\tSlow\n\\\t100.0\t200.0\n2,0\t2.0\tis\n3.0\t3.5\tit\nrubbish\n5.0\t6.0\tDeep\n"
    read = parse(text)
    assert (read.format, read.precision, read.text) == ("labels", "word", "Slow is it\nDeep")
    assert words(text) == [("Slow", 1.5, 2.0), ("is", 2.0, 3.0), ("it", 3.0, 3.5), ("Deep", 5.0, 6.0)]
    assert [problem.line for problem in read.problems] == [5]
    assert lines("1.0\t2.0\ta line\n3.0\t4.0\tand another\n") == [
        (1.0, 2.0, "a line"),
        (3.0, 4.0, "and another"),
    ]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"krc18\x01\x02\x99", "an encrypted KRC"),
        (b"%PDF-1.7\n\x00\x01", "a PDF"),
        (b"{\\rtf1\\ansi la}", "rich text"),
        (b"PK\x03\x04\x14\x00", "an archive"),
        (b"MThd\x00\x00\x00\x06", "MIDI"),
        (b"\x00\x00\x01\xba\x44", "VobSub"),
        (b"<SAMI><BODY><SYNC Start=0>la</SAMI>", "SAMI"),
        (b'<?xml version="1.0"?><timedtext format="3"></timedtext>', "YouTube's own XML"),
        (b"<!DOCTYPE html>\n<html><body>la</body></html>", "a web page"),
        (b'File type = "ooTextFile"\nObject class = "TextGrid"\n', "a TextGrid"),
        (b"Scenarist_SCC V1.0\n\n00:00:00:00\t9420\n", "SCC"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_refused_by_its_name(data, name, tmp_path):
    with pytest.raises(LyricsFormatError, match=f"The file is .*{name}.* which is not read here: "):
        parse(data)
    (tmp_path / "lyrics.srt").write_bytes(data)
    with pytest.raises(LyricsFormatError, match=name):
        read_lyrics(tmp_path / "lyrics.srt")


@pytest.mark.parametrize("name", ["sbv", "microdvd", "qrc", "ultrastar", "labels"])
def test_what_is_only_read_is_not_written(name):
    with pytest.raises(LyricsFormatError, match="is only read: write one of lrc, elrc, srt"):
        serialise(WordTimings((Line((Word("la", 1.0, 2.0),)),)), name)
