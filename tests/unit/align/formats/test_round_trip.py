"""What is written is read again: the same words, and times to the format's resolution."""

import pytest

from lipsync_studio.align.formats import WRITTEN, WriteOptions, parse, serialise
from lipsync_studio.align.words import Line, Word, WordTimings

SEEDS = 120
TIMED = [name for name in WRITTEN if name != "txt"]
VARIANTS = [
    *((name, WriteOptions()) for name in TIMED),
    *((name, WriteOptions(digits=3)) for name in ("lrc", "elrc")),
    *((name, WriteOptions(karaoke=False)) for name in ("vtt", "ass", "ttml")),
]
# Seconds: half of what the format's last digit stands for, and a little for floats.
HALF_UNIT = {
    "lrc": 0.005,
    "elrc": 0.005,
    "ass": 0.005,
    "srt": 0.0005,
    "vtt": 0.0005,
    "json": 0.0005,
    "ttml": 0.0005,
}
FLOAT = 1e-6


def title(variant):
    name, options = variant
    return f"{name}{options.digits}" if name in ("lrc", "elrc") else f"{name}-{options.karaoke}"


@pytest.mark.parametrize("variant", VARIANTS, ids=map(title, VARIANTS))
def test_writing_what_was_read_gives_the_same_file(variant, hard_timings):
    name, options = variant
    for seed in range(SEEDS):
        written = serialise(hard_timings(seed), name, options)
        read = parse(written, name)
        assert serialise(read.timings, name, options) == written, seed
        assert read.problems == (), seed


def visible(text):
    """Without characters that can't be seen, which formats need or can't hold."""
    kept = "".join(c for c in text if c.isprintable())
    return kept.replace("\u2060", "").replace("\ufdd0", "").replace(" ", "")


@pytest.mark.parametrize("name", WRITTEN)
def test_no_text_is_lost(name, hard_timings):
    for seed in range(SEEDS):
        timings = hard_timings(seed)
        expected = [visible(line.text.replace("\ud800", "\ufffd")) for line in timings.lines]
        read = parse(serialise(timings, name), name)
        found = [visible(line) for line in read.text.split("\n")]
        assert sorted(filter(None, found)) == sorted(filter(None, expected)), seed


@pytest.mark.parametrize("variant", VARIANTS, ids=map(title, VARIANTS))
def test_times_keep_to_half_the_resolution(variant, sung_timings):
    name, options = variant
    tolerance = HALF_UNIT[name] / 10 ** (options.digits - 2) + FLOAT
    by_words = name in ("elrc", "json") or (options.karaoke and name in ("vtt", "ass", "ttml"))
    for seed in range(SEEDS):
        timings = sung_timings(seed)
        read = parse(serialise(timings, name, options), name).timings
        assert [line.text for line in read.lines] == [line.text for line in timings.lines]
        for one, other in zip(read.lines, timings.lines, strict=True):
            assert one.start == pytest.approx(other.start, abs=tolerance)
            if name != "lrc":
                assert one.end == pytest.approx(other.end, abs=tolerance)
        if by_words:
            for word, truth in zip(read.words(), timings.words(), strict=True):
                assert (word.text, word.confidence) == (truth.text, 1.0)
                assert word.start == pytest.approx(truth.start, abs=tolerance)
                assert word.end == pytest.approx(truth.end, abs=tolerance)


def test_lrc_has_ends_within_two_seconds(sung_timings):
    """The screen is cleared where a line ends well before the next; smaller gaps are not worth a line."""
    for seed in range(SEEDS):
        timings = sung_timings(seed)
        for one, other in zip(parse(serialise(timings, "lrc")).timings.lines, timings.lines, strict=True):
            assert abs(one.end - other.end) <= 2.0 + 0.01


@pytest.mark.parametrize(
    ("name", "stamp"),
    [
        ("lrc", "[01:00.00]"),
        ("elrc", "<01:00.00>"),
        ("srt", "00:00:59,995"),
        ("vtt", "00:00:59.995"),
        ("ass", "0:01:00.00"),
        ("json", "59.995"),
        ("ttml", "00:00:59.995"),
    ],
)
def test_rounding_carries(name, stamp):
    assert stamp in serialise(WordTimings((Line((Word("late", 59.995, 61.0),)),)), name)


def test_hundredths_do_not_add_up_in_ass():
    """100 words of 3.4 ms · k: summed roundings would be off by several words."""
    words = tuple(Word("la", 0.0342 * n, 0.0342 * (n + 1)) for n in range(100))
    read = parse(serialise(WordTimings((Line(words),)), "ass")).timings.words()
    assert len(read) == 100
    assert max(abs(a.start - b.start) for a, b in zip(read, words, strict=True)) <= 0.005 + FLOAT


@pytest.mark.parametrize("name", ["elrc", "ass", "json", "vtt", "ttml"])
def test_syllables_stay_inside_their_word(name):
    text = "[00:01.00]<00:01.00>won<00:01.20>der<00:01.40>ful <00:02.00>world<00:03.00>"
    read = parse(serialise(parse(text).timings, name)).timings.words()
    assert [word.text for word in read] == ["wonderful", "world"]
    assert [(s.text, s.start, s.end) for s in read[0].syllables] == [
        ("won", 1.0, 1.2), ("der", 1.2, 1.4), ("ful", 1.4, 2.0),
    ]  # fmt: skip
