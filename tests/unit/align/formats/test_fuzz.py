"""Files that are broken in every way are read, or refused in one sentence."""

import contextlib

import pytest

from lipsync_studio.align.formats import FORMATS, parse
from lipsync_studio.devtools.bench.fuzz import bounds
from lipsync_studio.devtools.fuzz.lyrics import check, damaged, make_seeds, outcomes
from lipsync_studio.devtools.fuzz.run import Outcome
from lipsync_studio.engine.errors import TextError

# Those that found something once; `dev.py bench fuzz` has 10 000.
FOUND = (1999, 7569, 13094)
NUMBERS = (*range(1_500), *FOUND)


def test_every_damaged_file_is_read_or_refused():
    seeds = make_seeds()
    assert {parse(seed).format for seed in seeds} == set(FORMATS)
    found = [
        check(*damaged(number, seeds), written=number % 20 == 0 or number in FOUND) for number in NUMBERS
    ]
    refused = [said for said in found if said != "read"]
    # Most are read, and some can't be.
    assert len(NUMBERS) / 100 < len(refused) < len(NUMBERS) / 2
    for said in refused:
        assert "\n" not in said, said
        assert len(said) < 400, said


def test_a_crash_and_a_hang_are_told(monkeypatch):
    """The process is started anew, and goes on with the next file."""
    from lipsync_studio.devtools.fuzz import lyrics

    assert [(each.number, each.kind) for each in outcomes(range(3, 5))] == [(3, "read"), (4, "read")]
    monkeypatch.setattr(lyrics, "_PROGRAM", "import sys; sys.exit(1)")
    assert [each.kind for each in outcomes(range(3, 5))] == ["crash", "crash"]
    monkeypatch.setattr(lyrics, "_PROGRAM", "import time; print(1, flush=True); time.sleep(60)")
    monkeypatch.setattr(lyrics, "SECONDS", 0.5)
    assert [each.kind for each in outcomes(range(3, 4))] == ["hang"]


def test_the_bench_excuses_a_crash_of_media_and_none_of_lyrics():
    read, crash = (Outcome(0, "a.lrc", kind, "", 0.1, 0) for kind in ("read", "crash"))
    assert [*bounds([read], [read]).values()] == [True, True]
    assert [*bounds([crash], [read]).values()] == [True, True]
    assert [*bounds([read], [crash]).values()] == [True, False]


LONG, MEDIUM, SHORT = 1_000_000, 200_000, 20_000
PREFIXES = {
    "lrc": "[00:01.00]",
    "vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\n",
    "srt": "1\n00:00:01,000 --> 00:00:02,000\n",
    "ass": "Dialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,",
    "json": '{"lines":',
    "txt": "",
    "ttml": '<tt><body><div><p begin="1s">',
    "sbv": "0:00:01.000,0:00:02.000\n",
    "microdvd": "{1}{1}25\n{25}{50}",
    "qrc": "[1000,1000]",
    "ultrastar": "#BPM:120\n: 0 4 1 ",
    "labels": "1.0\t2.0\t",
}
FIRST = ["[", "<00:", "{", " "]
ENDLESS = ["<", "[00:", "{\\k", "-->", "&", "&amp", "\n", "9", '"', "…", "\\"]
REPEATED = [
    "<p>", "<span begin='1s'>a", "</p>", "&amp;", "<a><b></b>", "{1}{2}a\n", "(1,1)a", "<1,1,1>a", "[1,1]a\n",
    ": 0 4 1 a\n", "~", "1\t2\ta\n", "\\t", "0:00:01.0,0:00:02.0\na\n\n", "[bg:a]\n", "v1:", "ก", "\u200b",
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
