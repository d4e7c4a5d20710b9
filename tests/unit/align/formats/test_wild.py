"""Files as people found them, and others of their kinds."""

import json
from pathlib import Path

import pytest

from lipsync_studio.align.formats import parse, read_lyrics, serialise
from lipsync_studio.align.formats.report import report
from lipsync_studio.align.text import read_text

FOLDER = Path(__file__).parents[3] / "data" / "lyrics" / "wild"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_case(name):
    read = read_lyrics(FOLDER / name)
    lines, expected = read.timings.lines, EXPECTED[name]
    texts = [line.text for line in lines] or read.text.split("\n")
    if "lines" in expected:
        found = [[pytest.approx(line.start), pytest.approx(line.end), line.text] for line in lines]
        assert expected["lines"] == found
    if "starts" in expected:
        assert [line.start for line in lines] == pytest.approx(expected["starts"])
    if "texts" in expected:
        assert [text for text in texts if not text.startswith("[")] == expected["texts"]
    if "voices" in expected:
        assert [line.voice for line in lines] == expected["voices"]
    if "words" in expected:
        assert [[word.start, word.text] for word in read.timings.words()] == expected["words"]


def test_the_cases_that_may_be_refused_are_read():
    words = read_lyrics(FOLDER / "qrc_krc.txt").timings.words()
    assert [(word.text, word.start, word.end) for word in words] == [
        ("Hello", 10.0, 10.5), ("there", 10.5, 12.0),
    ]  # fmt: skip
    words = read_lyrics(FOLDER / "ultrastar.txt").timings.words()
    assert [(word.text, word.start, word.end) for word in words] == [
        ("Hello", 1.0, 2.0), ("there", 2.0, 2.5),
    ]  # fmt: skip


def test_furniture_and_stray_bytes_are_told():
    said = report(read_lyrics(FOLDER / "genius_footer.txt"), "genius_footer.txt")
    for piece in ("12 ContributorsRiver Song Lyrics", "You might also like", "4Embed", "[Verse 1]"):
        assert piece in said
    sung = read_text(read_lyrics(FOLDER / "genius_footer.txt").text).lines
    assert [len(line.words) for line in sung] == [6, 6, 3]
    (problem,) = read_lyrics(FOLDER / "utf8_one_bad.lrc").problems
    assert problem.line == 1


def cues(text, name="srt"):
    lines = parse(text, name).timings.lines
    return [(round(line.start, 3), round(line.end, 3), line.text) for line in lines]


@pytest.mark.parametrize(
    "timing",
    [
        "00:00:01,500 --> 00:00:03,000",
        "00:00:01,500 -> 00:00:03,000",
        "00:00:01,500 – > 00:00:03,000",
        "00:00:01,500 —> 00:00:03,000",
        "00:00:01,500 - -> 00:00:03,000",
        "00:00:01,500 ==> 00:00:03,000",
        "00:00:01,500 → 00:00:03,000",
        "00:00:01,500 --&gt; 00:00:03,000",
        "00 : 00 : 01 , 500 --> 00 : 00 : 03 , 000",
        "00：00：01，500 --> 00：00：03，000",
        "00:00:01;500 --> 00:00:03;000",
        "٠٠:٠٠:٠١,٥٠٠ --> ٠٠:٠٠:٠٣,٠٠٠",
        "\u200e00:00:01,500 --> 00:00:03,000",
        "00:00:01.500 --> 00:00:02.1000",
        "0:0:1,500.0000000001 --> 0:0:2,999.99999999",
        "00:00:01,500 --> 00:00:03,4.5e-11",
    ],
)
def test_timings_of_cues(timing):
    """Translated, typed, put through HTML, of programs that count in floats or round too late."""
    assert cues(f"1\n{timing}\nHello\n\n2\n00:00:04,000 --> 00:00:05,000\nyou\n") == [
        (1.5, 3.0, "Hello"), (4.0, 5.0, "you"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stamps", "starts"),
    [
        (["00:58.10", "00:60.00", "01:02.00"], [58.1, 60.0, 62.0]),
        (["00:58.10", "00:59.100", "01:02.00"], [58.1, 60.0, 62.0]),
        (["00:58.100", "00:59.1000", "01:02.000"], [58.1, 60.0, 62.0]),
        # Nothing says that these are rounded.
        (["00:58.100", "00:59.100", "01:02.250"], [58.1, 59.1, 62.25]),
        (["00:58.100", "00:59.100"], [58.1, 59.1]),
        (["0:58.5", "1:60.5", "59:60.5"], [58.5, 120.5, 3600.5]),
        (["00: 58.10", " 00:59 .10 ", "01 : 02.00"], [58.1, 59.1, 62.0]),
    ],
)
def test_stamps_of_lrc(stamps, starts):
    text = "".join(f"[{stamp}]la {n}\n" for n, stamp in enumerate(stamps))
    assert [line.start for line in parse(text, "lrc").timings.lines] == pytest.approx(starts)


@pytest.mark.parametrize(
    ("last", "start"), [("0:00:48.100", 49.0), ("0:00:60.00", 60.0), ("0:00:48.10", 48.1)]
)
def test_stamps_of_ass(last, start):
    head = "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    text = head + f"Dialogue: 0,{last},0:01:10.00,Default,,0,0,0,,la\n"
    assert cues(text, "ass")[0][0] == start
    # A program that writes milliseconds throughout means them.
    text += "Dialogue: 0,0:01:05.125,0:01:10.00,Default,,0,0,0,,la\n"
    assert cues(text, "ass")[0][0] == (48.1 if last.endswith(".100") else start)


def test_text_is_kept_where_its_time_is_lost():
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:?? --> 00:00:04,000\ntwo\n\n"
        "3\n00:00:02,99x --> 00:00:04,000\nthree\n\n4\n00:00:05,000 --> 00:00:06,000\nfour\n"
    )
    assert cues(text) == [(1.0, 2.0, "one"), (2.0, 3.5, "two"), (3.5, 5.0, "three"), (5.0, 6.0, "four")]
    lost = parse("1\n00:00:xx --> 00:00:04,000\none\n\n2\nxx:00:01 --> 00:00:04,000\ntwo\n", "srt")
    assert (lost.precision, lost.text, lost.timings.lines) == ("none", "one\ntwo", ())
    lost = parse("[00:1x.00]one\n[0O:05.00]two\n", "lrc")
    assert (lost.precision, lost.text) == ("none", "one\ntwo")
    assert len(lost.problems) == 2


@pytest.mark.parametrize(
    "text",
    [
        "0:00:01.000,0:00:02.000\none\n\n0:0?:03.000,0:00:04.000\ntwo\n\n0:00:05.000,0:00:06.000\nthree\n",
        "{1}{1}25\n{25}{50}one\n{7x}{100}{y:i}two\n{125}{150}three\n",
        "[1000,1000]one(1000,1000)\n[3x00,1000]two(3000,1000)\n[5000,1000]three(5000,1000)\n",
        "1.0\t2.0\tone\n3,x\t4.0\ttwo\n5.0\t6.0\tthree\n",
    ],
    ids=["sbv", "microdvd", "qrc", "labels"],
)
def test_text_is_kept_in_formats_that_are_only_read(text):
    read = parse(text)
    words = read.timings.words()
    assert [(word.text, word.start, word.end) for word in words] == [
        ("one", 1.0, 2.0), ("two", 2.0, 5.0), ("three", 5.0, 6.0),
    ]  # fmt: skip
    assert [word.confidence for word in words] == [1.0, 0.25, 1.0]
    assert len(read.problems) == 1


def test_a_note_without_beats_keeps_its_syllable():
    read = parse("#BPM:120\n: 0 4 1 Hel\n: x 4 1 lo\n: 8 4 1  you\nE\n")
    assert [(word.text, word.start, word.end) for word in read.timings.words()] == [
        ("Hello", 0.0, 0.5), ("you", 1.0, 1.5),
    ]  # fmt: skip


def test_times_that_are_spoken_of_are_text():
    spoken = "10:00:00,000 --> 11:00:00,000"
    for rows in ([spoken], ["Meet at", spoken], [spoken, "tomorrow"], ["from", spoken + " sharp", "on"]):
        text = (
            "1\n00:00:01,000 --> 00:00:03,000\n"
            + "\n".join(rows)
            + "\n\n2\n00:00:04,000 --> 00:00:05,000\nla\n"
        )
        assert cues(text) == [(1.0, 3.0, " ".join(rows)), (4.0, 5.0, "la")]


def test_a_chain_of_words_is_not_trusted_where_times_are_lost():
    text = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},800\nword{n}\n\n" for n in range(1, 6))
    read = parse(text.replace("00:00:03,000", "00:00:0x,000"), "srt")
    assert [word.confidence for word in read.timings.words()] == [1.0, 1.0, 0.25, 1.0, 1.0]


ROWS = ["hey there folks", "this is the second", "and this the third", "and a fourth"]


@pytest.mark.parametrize("name", ["srt", "vtt"])
@pytest.mark.parametrize("instants", [True, False])
def test_captions_that_roll(name, instants):
    """Two rows, pushed up by each new one, with an instant between in which nothing moves, or none."""
    text, point = ("", ",") if name == "srt" else ("WEBVTT\n\n", ".")
    for n, row in enumerate(ROWS):
        shown = "\n".join([*ROWS[max(0, n - 1) : n], row])
        text += f"00:00:0{n}{point}010 --> 00:00:0{n + 1}{point}000\n{shown}\n\n"
        if instants:
            text += f"00:00:0{n + 1}{point}000 --> 00:00:0{n + 1}{point}010\n{row}\n\n"
    assert cues(text, name) == [(n + 0.01, n + 1.0, row) for n, row in enumerate(ROWS)]


@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_a_chorus_that_is_sung_twice_stays(name):
    sung = ["la la la", "la la la", "oh\nla la la", "home again", "home again", "home again"]
    text = "WEBVTT\n\n" if name == "vtt" else ""
    for n, row in enumerate(sung):
        text += f"00:00:0{n}.000 --> 00:00:0{n + 1}.000\n{row}\n\n"
    assert [line for _, _, line in cues(text, name)] == [row.replace("\n", " ") for row in sung]


def test_who_sings_in_lrc_goes_both_ways():
    text = (
        "[00:10.00]v1: <00:10.00>Hello <00:11.00>you<00:11.50>\n"
        "[bg: <00:10.50>ooh<00:12.50>]\n"
        "[00:12.00]V2: <00:12.00>There<00:13.00>\n"
        "[00:14.00][bg: ah]\n[00:15.00]v1000: all\n[bg: oh]\n"
    )
    read = parse(text)
    assert [(line.voice, line.text, line.start) for line in read.timings.lines] == [
        ("v1", "Hello you", 10.0), ("bg", "ooh", 10.5), ("v2", "There", 12.0), ("bg", "ah", 14.0),
        ("v1000", "all", 15.0), ("bg", "oh", 15.0),
    ]  # fmt: skip
    # What is sung behind it cuts nothing off.
    assert read.timings.lines[0].end == 11.5
    assert "Voices: v1, bg, v2, v1000." in report(read, "song.lrc")
    assert read.problems == ()
    for name in ("elrc", "ttml", "vtt", "ass", "json", "lrc"):
        again = parse(serialise(read.timings, name), name).timings
        assert [line.voice for line in again.lines] == [line.voice for line in read.timings.lines], name
        assert [line.text for line in again.lines] == [line.text for line in read.timings.lines], name


HEAD = "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"


def ass(*events):
    return HEAD + "".join(
        f"Dialogue: 0,0:00:0{start}.00,0:00:0{start + 1}.00,{style},,0,0,0,,{text}\n"
        for start, style, text in events
    )


def test_of_several_styles_the_one_with_karaoke_is_sung():
    read = parse(ass(
        (1, "English", "Hello"), (1, "Romaji", r"{\k50}kon{\k50}nichi"),
        (3, "Romaji", "wa"), (3, "Sign", "Shop"),
    ))  # fmt: skip
    assert [line.text for line in read.timings.lines] == ["konnichi", "wa"]
    assert [line.text for line in read.translations] == ["Hello", "Shop"]
    assert "Translations, which are left out: 2 lines" in report(read, "x")


@pytest.mark.parametrize("tag", ["", r"{\k50}"])
def test_of_styles_shown_together_one_is_sung(tag):
    events = [
        (n, style, tag + text) for n in range(1, 5) for style, text in [("Kanji", "愛"), ("Romaji", "ai")]
    ]
    read = parse(ass(*events))
    assert [line.text for line in read.timings.lines] == ["愛"] * 4
    assert [line.text for line in read.translations] == ["ai"] * 4


def test_styles_of_a_duet_are_both_sung():
    read = parse(ass((1, "Anna", r"{\k50}one"), (3, "Ben", r"{\k50}two"), (5, "Anna", r"{\k50}three")))
    assert [line.text for line in read.timings.lines] == ["one", "two", "three"]
    read = parse(ass((1, "Anna", "one"), (3, "Ben", "two"), (3, "Anna", "three")))
    assert [line.text for line in read.timings.lines] == ["one", "two", "three"]


CREDITS = [
    "作词 : 某人", "作曲：某人", "词/曲：某人", "编曲 / 制作人: 某人", "作詞：だれか", "작곡: 누구",
    "Lyrics by: Somebody", "Written by: Somebody", "Synced & corrected by somebody",
    "Subtitles by the Amara.org community",
    "Support us and become VIP member", "by RentAnAdviser.com", "www.megalobiz.com/lrc", "The Ferry - Nobody",
]  # fmt: skip


@pytest.mark.parametrize("name", ["lrc", "srt", "vtt"])
def test_those_who_made_a_file_are_not_sung(name):
    sung = ["Slow is the river", "Written by: the river", "Music: my first love", "Home by the water"]
    texts = [*CREDITS, *sung, *CREDITS[:3]]
    stamped = {
        "lrc": "[ti:The Ferry]\n[ar:Nobody]\n" + "".join(f"[00:{n:02}.00]{t}\n" for n, t in enumerate(texts)),
        "srt": "".join(f"00:00:{n:02},000 --> 00:00:{n:02},900\n{t}\n\n" for n, t in enumerate(texts)),
    }
    stamped["vtt"] = "WEBVTT\n\n" + stamped["srt"]
    read = parse(stamped[name], name)
    expected = sung if name == "lrc" else [CREDITS[-1], *sung]
    assert [line.text for line in read.timings.lines] == expected
    assert len(read.problems) == len(texts) - len(expected)
    # Of a file that holds nothing else they are the text.
    assert len(parse("[00:01.00]作词 : 某人\n[00:02.00]作曲 : 某人\n").timings.lines) == 2


def test_netease():
    text = (
        '\u200b{"t":0,"c":[{"tx":"作词: "},{"tx":"某人","li":"http://x"}]}\n'
        '{"t":1000,"c":[{"tx":"作曲: "},{"tx":"Somebody"}]}\n'
        "\ufeff[00:10.00]It&apos;s me &amp;amp; you&nbsp;&#33;\n\u200e[00:12.00]AT&T &unknown; 1 < 2\n"
    )
    read = parse(text)
    assert (read.format, read.text) == ("lrc", "It's me & you\u00a0!\nAT&T &unknown; 1 < 2")
    assert [str(problem) for problem in read.problems] == [
        "line 1: “作词: 某人” is a credit; it is left out.",
        "line 2: “作曲: Somebody” is a credit; it is left out.",
    ]
