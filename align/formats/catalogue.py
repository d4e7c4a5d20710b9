"""The formats: by name, by a file's suffix, and by what a text holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...engine.errors import LyricsFormatError
from ..words import WordTimings
from . import ass, json_words, lrc, plain, srt, vtt
from .clock import TIMING
from .document import Lyrics, WriteOptions


@dataclass(frozen=True, slots=True)
class Format:
    """suffixes: of its files, the first for writing."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: Callable[[str], Lyrics]
    write: Callable[[WordTimings, WriteOptions], str]


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("lrc", "LRC", (".lrc",), lrc.read, lrc.write),
        Format("elrc", "Enhanced LRC", (".elrc",), lrc.read, lrc.write_enhanced),
        Format("srt", "SubRip", (".srt",), srt.read, srt.write),
        Format("vtt", "WebVTT", (".vtt",), vtt.read, vtt.write),
        Format("ass", "ASS", (".ass", ".ssa"), ass.read, ass.write),
        Format("json", "JSON", (".json",), json_words.read, json_words.write),
        Format("txt", "plain text", (".txt",), plain.read, plain.write),
    )
}
SUFFIXES: Mapping[str, Format] = {suffix: one for one in FORMATS.values() for suffix in one.suffixes}
_SIGNS = (
    ("vtt", re.compile(r"\s*WEBVTT(\s|$)")),
    ("json", re.compile(r'\s*(\{\s*"|\[\s*\{)')),
    (
        "ass",
        re.compile(r"^[ \t]*\[(Script Info|Events)\]|^Dialogue:[^,\n]*,[ \t]*[0-9]{1,6}:[0-9]", re.M | re.I),
    ),
    ("srt", re.compile("^" + TIMING.pattern, re.M)),
    ("lrc", re.compile(r"^[ \t]*\[[0-9]{1,6}:[0-9]{1,2}(?:[.:,][0-9]{1,6}){0,2}\]", re.M)),
)
# A signature begins the file; the others may come after a preface.
_FIRST = ("vtt", "json")


def format_named(name: str) -> Format:
    """Raises LyricsFormatError for a name that is not in FORMATS."""
    if name not in FORMATS:
        raise LyricsFormatError(f"There is no lyrics format {name!r}: use one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def format_of(path: Path) -> Format:
    """By the suffix. Raises LyricsFormatError for one that no format has."""
    if path.suffix.lower() not in SUFFIXES:
        raise LyricsFormatError(
            f"{path.name} does not say which format is meant: end it with one of {', '.join(SUFFIXES)}."
        )
    return SUFFIXES[path.suffix.lower()]


def detect(text: str) -> str:
    """ "vtt", "json", "ass", "srt", "lrc" (also enhanced), or "txt" when nothing else."""
    for name, sign in _SIGNS:
        if sign.match(text) if name in _FIRST else sign.search(text):
            return name
    return "txt"
