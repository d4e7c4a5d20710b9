"""Damaged lyrics: made by number from small whole files of every format, read, judged and written again.

`main` runs as a process of its own, and answers each by a line of JSON.
"""

from __future__ import annotations

import contextlib
import json
import math
import random
import resource
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from lipsync_studio.align.formats import FORMATS, WRITTEN, parse, serialise
from lipsync_studio.align.formats.report import report
from lipsync_studio.align.text import read_text
from lipsync_studio.align.words import Line, Syllable, Word, WordTimings
from lipsync_studio.engine.errors import LipSyncError

from .run import Outcome

SECONDS = 20
WRITTEN_BACK = 5  # of these one is
_PROGRAM = f"import sys, {__name__}; sys.modules['{__name__}'].main(*map(int, sys.argv[1:]))"

_SUNG = WordTimings(
    (
        Line((Word("Slow", 59.9, 60.3), Word("R&B", 60.3, 61.0, 0.5), Word("<i>été", 61.0, 62.5)), "v1"),
        Line((Word("ooh", 60.5, 61.5),), "bg"),
        Line(
            (
                Word(
                    "愛して",
                    63.0,
                    64.0,
                    space=False,
                    syllables=(Syllable("愛", 63.0, 63.5), Syllable("して", 63.5, 64.0)),
                ),
                Word("る", 64.0, 65.0),
                Word("ฉันรักเธอ", 65.0, 66.0),
            ),
            "Anna, x",
        ),
        Line((Word("مرحبا", 66.0, 67.0), Word("👩‍👩‍👧", 67.0, 70.0))),
    ),
    "en",
    "an engine",
)
# Whole files, one after the other.
_TYPED = Path(__file__).with_name("lyrics_seeds.txt")
_SIGNS = [
    b"[", b"]", b"<", b">", b"{", b"}", b"-->", b"->", b"\\k", b"\\kt99999", b"\\p1", b"\n", b"\n\n", b"\r",
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf0\x9f", b"[00:", b"[99:99.99]",
    b"99999999999999999", b"&#x110000;", b"&#99999999;", b"&amp;amp;", b"&", b"NaN", b"1e999", b"-1",
    b"Format:", b"Dialogue:", b"[bg:", b"[offset:-9999999]", b"<v ", b"<rt>", b"WEBVTT", b"NOTE", b"null",
    b"[]", b"{}", b'"words":', b'"start":', b"v9:", b"<p>", b"</p>", b"<span begin='9t'>", b"</span>",
    b"<!ENTITY a 'b'>", b"]]>", b"<![CDATA[", b"<!--", b"<tt>", b"f", b"{0}{999999999}", b"#BPM:0.00001",
    b"\t", b"P3\n", b": -999999999 999999999 0 x\n", b"(999999999,999999999)", b"[999999999,999999999]",
    b"\xe0\xb9\x86", b"\xe2\x80\x8b", b"\xd9\xa3", b"\xef\xbc\x9a", b"\xe2\x86\x92", b"~",
]  # fmt: skip


def make_seeds() -> list[bytes]:
    """Small whole files in a fixed order, of each format that is read one at least."""
    typed = _TYPED.read_bytes().split(b"\n=====\n")
    return [*typed, *(serialise(_SUNG, name).encode() for name in WRITTEN)]


def damaged(number: int, seeds: list[bytes]) -> tuple[str | None, bytes]:
    """The case of a number: the format that it is read as, None for what it looks like, and its bytes."""
    dice = random.Random(number)
    format = dice.choice([None, None, *FORMATS])
    if number % 20 == 0:
        return format, dice.randbytes(dice.randrange(400))
    data = bytearray(seeds[number % len(seeds)])
    for _ in range(dice.randrange(1, 8)):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(7):
            case 0:
                data[at : at + 1] = dice.randbytes(1)
            case 1:
                data[at:at] = dice.choice(_SIGNS) * dice.choice([1, 1, 1, 30, 300])
            case 2:
                del data[at : at + dice.randrange(20)]
            case 3:
                other = dice.randrange(len(data) + 1)
                data[at:at] = data[other : other + dice.randrange(60)]
            case 4:
                data[at:] = dice.choice(seeds)[dice.randrange(200) :]
            case 5:
                del data[at:]
            case 6:
                # Digits are times, counts and codes.
                place = dice.choice([at for at, byte in enumerate(data) if 48 <= byte <= 57] or [0])
                data[place : place + 1] = dice.choice(
                    [b"9", b"60", b"-1", b".5", b"", b"999999999", b"0" * 40]
                )
    return format, bytes(data)


def check(format: str | None, data: bytes, *, written: bool) -> str:
    """Read a file, and write and read what it holds; what became of it: "read", or "refused: …" by an error
    of ours. Raises any other, and AssertionError for what makes no sense."""
    try:
        lyrics = parse(data, format)
    except LipSyncError as error:
        return f"refused: {error}"
    report(lyrics, "file")
    for line in lyrics.timings.lines:
        assert line.words, "a line without words"
        assert line.voice is None or line.voice.strip(), "a voice without a name"
    for word in lyrics.timings.words():
        assert word.text.strip(), "a word without text"
        assert math.isfinite(word.end), "a time that is none"
        assert 0 <= word.start <= word.end, "a word that ends before it starts"
    if written:
        with contextlib.suppress(LipSyncError):
            read_text(lyrics.text)
        for name in WRITTEN:
            again = serialise(lyrics.timings, name)
            assert serialise(parse(again, name).timings, name) is not None
    return "read"


def outcomes(numbers: range) -> Iterator[Outcome]:
    """In order, each within SECONDS once the process is ready; after a crash or a hang a new process goes on
    with the next."""
    at = numbers.start
    while at < numbers.stop:
        command = [sys.executable, "-c", _PROGRAM, str(at), str(numbers.stop - at)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as reader:
            assert reader.stdout is not None
            reader.stdout.readline()
            while at < numbers.stop:
                late = threading.Timer(SECONDS, reader.kill)
                late.start()
                began = time.monotonic()
                row = reader.stdout.readline()
                late.cancel()
                spent = time.monotonic() - began
                if row:
                    yield Outcome(**json.loads(row))
                else:
                    kind = "hang" if spent >= SECONDS else "crash"
                    yield Outcome(at, f"lyrics {at}", kind, f"after {spent:.1f} s", spent, 0)
                at += 1
                if not row:
                    break


def _answer(number: int, seeds: list[bytes]) -> Outcome:
    format, data = damaged(number, seeds)
    began = time.monotonic()
    try:
        said = check(format, data, written=number % WRITTEN_BACK == 0)
    except Exception:
        said = f"foreign: {traceback.format_exc(limit=-4)}"
    kind, _, said = said.partition(": ")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    return Outcome(number, f"lyrics {number}", kind, said, round(time.monotonic() - began, 3), peak)


def main(first: int, count: int) -> None:
    seeds = make_seeds()
    print("ready", flush=True)
    for number in range(first, first + count):
        found = _answer(number, seeds)
        print(json.dumps({name: getattr(found, name) for name in Outcome.__dataclass_fields__}), flush=True)
