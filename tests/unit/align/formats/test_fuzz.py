"""Files that are broken in every way are read, or refused in one sentence."""

import contextlib
import random

import pytest

from lipsync_studio.align.formats import FORMATS, Lyrics, parse, serialise
from lipsync_studio.engine.errors import TextError

FILES = 10_000
WRITTEN_BACK = 20  # of these one is
SIGNS = [
    b"[", b"]", b"<", b">", b"{", b"}", b"-->", b"\\k", b"\\kt99999", b"\\p1", b"\n", b"\n\n", b"\r", b"\x00",
    b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf0\x9f", b"[00:", b"[99:99.99]", b"99999999999999999",
    b"&#x110000;", b"&#99999999;", b"NaN", b"1e999", b"-1", b"Format:", b"Dialogue:", b"[offset:-9999999]",
    b"<v ", b"<rt>", b"WEBVTT", b"NOTE", b"null", b"[]", b"{}", b'"words":', b'"start":',
]  # fmt: skip


@pytest.fixture(scope="module")
def samples(hard_timings):
    found = []
    for seed in range(40):
        timings = hard_timings(seed)
        found += [serialise(timings, name).encode("utf-8", "replace")[:1500] for name in FORMATS]
    return [data for data in found if data]


def mutated(data, dice, samples):
    data = bytearray(data)
    for _ in range(dice.randrange(1, 8)):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(6):
            case 0:
                data[at : at + 1] = dice.randbytes(1)
            case 1:
                data[at:at] = dice.choice(SIGNS) * dice.choice([1, 1, 1, 30])
            case 2:
                del data[at : at + dice.randrange(20)]
            case 3:
                other = dice.randrange(len(data) + 1)
                data[at:at] = data[other : other + dice.randrange(60)]
            case 4:
                data[at:] = dice.choice(samples)[dice.randrange(200) :]
            case 5:
                del data[at:]
    return bytes(data)


def test_ten_thousand_broken_files(samples):
    dice = random.Random(1)
    refused = 0
    for number in range(FILES):
        data = (
            mutated(dice.choice(samples), dice, samples)
            if number % 10
            else dice.randbytes(dice.randrange(400))
        )
        try:
            read = parse(data, dice.choice([None, *FORMATS]))
        except TextError:
            refused += 1
            continue
        assert isinstance(read, Lyrics)
        assert all(0 <= word.start <= word.end for word in read.timings.words())
        if number % WRITTEN_BACK == 0:
            for name in FORMATS:
                parse(serialise(read.timings, name), name)
    # Most are read, and some can't be.
    assert FILES / 100 < refused < FILES / 2


LONG, MEDIUM, SHORT = 1_000_000, 200_000, 20_000
PREFIXES = {
    "lrc": "[00:01.00]",
    "vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\n",
    "srt": "1\n00:00:01,000 --> 00:00:02,000\n",
    "ass": "Dialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,",
    "json": '{"lines":',
    "txt": "",
}
FIRST = ["[", "<00:", "{", " "]
ENDLESS = ["<", "[00:", "{\\k", "-->", "&", "&amp", "\n", "9", '"', "…", "\\"]
REPEATED = [
    "[00:01.00]", "<00:01.00>a", "[00:01.00]a", "[00:01.00][00:02.00]a\n", "[00:01.00]\n", "{\\k1}a", "<c>a",
    "a ", "今", "今a", "a今", "… ", "ae", "\u0301", "1\n", " \n", "NOTE\n\n", "{}", "[{", '{"words":[', "م",
    "00:00:01,000 --> 00:00:02,000\na\n", "Dialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,a\n",
]  # fmt: skip


@pytest.mark.parametrize("name", PREFIXES)
@pytest.mark.parametrize(
    ("signs", "length"),
    [(FIRST, LONG), (ENDLESS, MEDIUM), (REPEATED, SHORT)],
    ids=["1 MB", "200 kB", "20 kB"],
)
def test_endless_files_are_read_in_one_go(name, signs, length):
    """A reader that looks again at what it has seen would take hours."""
    for sign in signs:
        for prefix in {"", PREFIXES[name]}:
            with contextlib.suppress(TextError):
                parse(prefix + sign * (length // len(sign)), name)


def test_unclosed_signs_after_much_white_space():
    for text in (
        "[ti" + " " * LONG,
        "00:01" + " " * LONG + "x",
        "<v" + " " * LONG,
        "[offset:" + "9" * LONG + "]",
    ):
        for name in ("lrc", "srt", "vtt", "ass"):
            parse(PREFIXES[name] + text, name)
            parse(text)
