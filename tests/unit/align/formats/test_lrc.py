"""LRC as programs write it, and as people do."""

import pytest

from lipsync_studio.align.formats import WriteOptions, parse, serialise
from lipsync_studio.align.words import Line, Word, WordTimings

SONG = """\
[ti:The Ferry]
[ar:Nobody & Sons]
[al: River Songs ]
[length:03:12]
[by:somebody]

[00:12.00]Slow is the river
[00:15.50]Slow is the ferry
[00:19.25]
[00:40.00]Home again, home
"""


def lines_of(text, **options):
    return [(round(line.start, 3), line.text) for line in parse(text, "lrc", **options).timings.lines]


def test_a_plain_file():
    read = parse(SONG)
    assert (read.format, read.precision, read.problems) == ("lrc", "line", ())
    assert read.tags == {
        "title": "The Ferry",
        "artist": "Nobody & Sons",
        "album": "River Songs",
        "length": "03:12",
        "by": "somebody",
    }
    assert read.text == "Slow is the river\nSlow is the ferry\nHome again, home"
    first, second, third = read.timings.lines
    # Up to the next stamp, up to the stamp that clears the screen, and as long as it takes to sing slowly.
    assert (first.start, first.end) == (12.0, 15.5)
    assert (second.start, second.end) == (15.5, 19.25)
    assert third.start == 40.0
    assert 42.0 <= third.end <= 44.0


def test_words_are_spread_over_their_line_by_syllables():
    words = parse(SONG).timings.lines[0].words
    assert [word.text for word in words] == ["Slow", "is", "the", "river"]
    assert [word.start for word in words] == pytest.approx([12.0, 12.7, 13.4, 14.1])
    assert {word.confidence for word in words} == {0.25}


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("[00:01]", 1.0),
        ("[00:01.5]", 1.5),
        ("[00:01.05]", 1.05),
        ("[00:01.005]", 1.005),
        ("[00:01:50]", 1.5),
        ("[00:01,50]", 1.5),
        ("[0:01.50]", 1.5),
        ("[1:02:03.50]", 3723.5),
        ("[125:00.00]", 7500.0),
        ("  [00:01.50]  ", 1.5),
    ],
)
def test_stamps(stamp, seconds):
    assert lines_of(f"{stamp}word") == [(seconds, "word")]


def test_several_stamps_before_one_text_are_repeats():
    text = "[00:30.00][00:10.00]Chorus line\n[00:20.00] [00:40.00]Verse line"
    assert lines_of(text) == [
        (10.0, "Chorus line"), (20.0, "Verse line"), (30.0, "Chorus line"), (40.0, "Verse line"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "sign", "seconds"),
    [
        ("[offset:500]", "earlier", 9.5),
        ("[offset: +500]", "earlier", 9.5),
        ("[offset:-500]", "earlier", 10.5),
        ("[offset:500]", "later", 10.5),
        ("[offset:99999]", "earlier", 0.0),
    ],
)
def test_offset(tag, sign, seconds):
    """It applies to all stamps, wherever it stands, also to those inside a line."""
    text = f"[00:10.00]<00:10.00>one <00:11.00>two<00:12.00>\n{tag}\n"
    read = parse(text, offset_sign=sign).timings.words()
    assert read[0].start == seconds
    assert read[0].end == read[1].start == (seconds + 1 if seconds else 0.0)
    assert "offset" not in serialise(parse(text, offset_sign=sign).timings, "elrc")


def test_enhanced():
    read = parse("[00:12.00] <00:12.04> Slow <00:12.16> is <00:12.82> the <00:13.30> river <00:15.00>\n")
    assert (read.format, read.precision, read.text) == ("elrc", "word", "Slow is the river")
    assert [(w.text, w.start, w.end, w.confidence) for w in read.timings.words()] == [
        ("Slow", 12.04, 12.16, 1.0),
        ("is", 12.16, 12.82, 1.0),
        ("the", 12.82, 13.3, 1.0),
        ("river", 13.3, 15.0, 1.0),
    ]


def test_enhanced_with_pauses_syllables_and_no_end():
    text = "[00:01.00]<00:01.00>Hel<00:01.25>lo<00:01.50> <00:02.00>you\n[00:02.60]Next"
    hello, you = parse(text).timings.lines[0].words
    assert (hello.text, hello.start, hello.end) == ("Hello", 1.0, 1.5)
    assert [(s.text, s.start) for s in hello.syllables] == [("Hel", 1.0), ("lo", 1.25)]
    assert (you.start, you.end) == (2.0, 2.6)


def test_stamps_in_square_brackets_inside_a_line():
    text = "[00:01.00] [00:01.00]Slow [00:01.50]is [00:02.00]the river[00:03.00]"
    read = parse(text).timings.words()
    assert [w.text for w in read] == ["Slow", "is", "the", "river"]
    assert [w.start for w in read] == pytest.approx([1.0, 1.5, 2.0, 2 + 1 / 3])
    assert [w.confidence for w in read] == [1.0, 1.0, 0.25, 0.25]


def test_repeated_enhanced_lines_move_as_a_whole():
    text = "[00:01.00][01:01.00]<00:01.00>la <00:01.50>le<00:02.00>"
    assert [(w.text, w.start) for w in parse(text).timings.words()] == [
        ("la", 1.0), ("le", 1.5), ("la", 61.0), ("le", 61.5),
    ]  # fmt: skip


def test_who_sings():
    text = (
        "[00:01.00]F: Come along\n[00:03.00]M:I will not\n"
        "[00:05.00]D: <00:05.00>Off <00:06.00>we go<00:07.00>\n"
    )
    read = parse(text).timings
    assert [(line.voice, line.text) for line in read.lines] == [
        ("F", "Come along"), ("M", "I will not"), ("D", "Off we go"),
    ]  # fmt: skip
    assert parse(serialise(read, "elrc")).timings.lines[2].voice == "D"


def test_text_that_looks_like_a_prefix_or_a_stamp_stays_text():
    line = Line(tuple(Word(text, n, n + 1) for n, text in enumerate(["F:", "[00:99]", "<00:01.00>"])))
    for name in ("lrc", "elrc"):
        read = parse(serialise(WordTimings((line,)), name)).timings.lines
        assert [(one.voice, one.text) for one in read] == [(None, "F: [00:99] <00:01.00>")]


def test_translations_below_their_line():
    text = "".join(
        f"[00:{n:02}.00]{own}\n[00:{n:02}.00]{other}\n"
        for n, own, other in [(1, "Hello", "Hallo"), (4, "Good day", "Guten Tag"), (8, "Bye", "Lebe wohl")]
    )
    read = parse(text)
    assert read.text == "Hello\nGood day\nBye"
    assert [(line.start, line.text) for line in read.translations] == [
        (1.0, "Hallo"), (4.0, "Guten Tag"), (8.0, "Lebe wohl"),
    ]  # fmt: skip


def test_two_voices_at_once_are_no_translation():
    text = "[00:01.00]one\n[00:05.00]two\n[00:05.00]three\n[00:09.00]four\n"
    assert lines_of(text) == [(1.0, "one"), (5.0, "two"), (5.0, "three"), (9.0, "four")]
    assert parse(text).translations == ()


def test_lines_sung_together_throughout_are_not_taken_for_translations():
    lines = tuple(Line((Word(text, 4.0 * n, 4.0 * n + 3),)) for n in range(4) for text in ("high", "low"))
    for name in ("lrc", "elrc"):
        read = parse(serialise(WordTimings(lines), name))
        assert (len(read.timings.lines), read.translations) == (8, ())
        for one, other in zip(read.timings.lines, lines, strict=True):
            assert one.start == pytest.approx(other.start, abs=0.011)


def test_malformed_lines_are_reported_by_number():
    text = (
        "[ti:x]\n[00:01.00]good\n[00:61.00]too many seconds\n[00:1x]no number\nno stamp\n[Chorus]\n"
        "[offset:fast]\n[00:05.00]<00:05.00>a <00:04.00>back <00:06.00>c\n"
    )
    read = parse(text)
    # A row whose stamp is broken lies between its neighbours; one that has none is text only.
    assert [(round(line.start, 3), line.text) for line in read.timings.lines] == [
        (1.0, "good"), (2.333, "too many seconds"), (3.667, "no number"), (5.0, "a back c"),
    ]  # fmt: skip
    assert read.text == "good\ntoo many seconds\nno number\nno stamp\n[Chorus]\na back c"
    assert [problem.line for problem in read.problems] == [3, 4, 5, 6, 7, 8]
    assert str(read.problems[0]).startswith("line 3: A time stamp has more than 59 seconds")
    assert str(read.problems[3]) == (
        "line 6: '[Chorus]' has no time stamp; it stays in the text, and is not among the times."
    )


def test_without_stamps_the_text_is_kept():
    read = parse("[ar:x]\nfirst line\nsecond line\n", "lrc")
    assert (read.precision, read.text) == ("none", "first line\nsecond line")


def test_written():
    timings = WordTimings(
        (
            Line((Word("Slow", 12, 12.5), Word("river", 12.6, 14.0))),
            Line((Word("Slow", 15.5, 16), Word("ferry", 16, 17.004))),
            Line((Word("Home", 6040, 6041),)),
        ),
        "en",
    )
    options = WriteOptions(tags={"title": "The Ferry", "artist": "Nobody"})
    assert serialise(timings, "lrc", options) == (
        "[ti:The Ferry]\n[ar:Nobody]\n[la:en]\n"
        "[00:12.00]Slow river\n[00:15.50]Slow ferry\n[00:17.00]\n[100:40.00]Home\n[100:41.00]\n"
    )
    assert serialise(timings, "elrc", WriteOptions(digits=3)).splitlines()[1] == (
        "[00:12.000]<00:12.000>Slow<00:12.500> <00:12.600>river<00:14.000>"
    )


DUET = "[00:01.00]Anna: One line\n[00:03.00]Ben: Another\n[00:05.00]Anna:<00:05.00>Two\n[00:07.00]BEN: Last\n"


def singers_of(text):
    return [(line.voice, line.text) for line in parse(text, "lrc").timings.lines]


def test_names_before_lines_are_who_sings():
    assert singers_of(DUET) == [("Anna", "One line"), ("Ben", "Another"), ("Anna", "Two"), ("Ben", "Last")]
    assert [str(each) for each in parse(DUET).problems] == [
        "The names before lines, Anna, Ben, are who sings them."
    ]
    together = parse(DUET + "[00:09.00]Both: La\n[00:11.00]Anna & Ben: Le\n[00:13.00]She said: go\n").timings
    assert [line.text for line in together.of_voice("ben").lines] == [
        "Another", "Last", "La", "Le", "She said: go",
    ]  # fmt: skip
    assert singers_of("[00:01.00]Anna: One line\n[00:03.00]Ben: Another") == [
        ("Anna", "One line"), ("Ben", "Another"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "[00:01.00]Anna: One line\n[00:03.00]Another\n[00:05.00]Anna: Two\n",
        "[00:01.00]Chorus: One\n[00:02.00]Verse 1: One\n[00:03.00]Chorus: One\n[00:04.00]Verse 1: One\n",
        "[00:01.00]Love: One\n[00:02.00]Baby: Two\n[00:03.00]Love: One\n[00:04.00]Baby: Two\n",
        "[00:01.00]Monday: rain\n[00:02.00]Tuesday: sun\n[00:03.00]Wednesday: snow\n",
    ],
)
def test_other_words_with_a_colon_are_sung(text):
    assert {voice for voice, _ in singers_of(text)} == {None}
    assert parse(text).problems == ()


def test_names_of_singers_are_written_and_read_again():
    spoken = [
        ("Anna Maria", "Hello"),
        ("Ben", "Note: this"),
        (None, "Ben: said"),
        ("v1", "so"),
        ("F", "Eve: yes"),
    ]
    lines = tuple(
        Line(tuple(Word(word, 3.0 * n, 3.0 * n + 1) for word in text.split()), voice)
        for n, (voice, text) in enumerate(spoken)
    )
    for name in ("lrc", "elrc"):
        written = serialise(WordTimings(lines), name)
        assert "[singers:Anna Maria, Ben]" in written
        read = parse(written, name)
        assert [(line.voice, line.text) for line in read.timings.lines] == spoken
        assert (read.problems, serialise(read.timings, name, WriteOptions(tags=read.tags))) == ((), written)
