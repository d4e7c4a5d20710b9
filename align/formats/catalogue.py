"""The formats: by name, by a file's suffix, and by what a text holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...engine.errors import LyricsFormatError
from ..words import WordTimings
from . import ass, json_words, labels, lrc, lrc_write, microdvd, plain, qrc, sbv, srt, ttml, ultrastar, vtt
from .clock import INVISIBLE, TIMING
from .document import Lyrics, WriteOptions
from .refused import refuse


@dataclass(frozen=True, slots=True)
class Format:
    """suffixes: of its files, the first for writing; none where files of others have the same. write: None
    for what is only read."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: Callable[[str], Lyrics]
    write: Callable[[WordTimings, WriteOptions], str] | None = None


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("lrc", "LRC", (".lrc",), lrc.read, lrc_write.write),
        Format("elrc", "Enhanced LRC", (".elrc",), lrc.read, lrc_write.write_enhanced),
        Format("srt", "SubRip", (".srt",), srt.read, srt.write),
        Format("vtt", "WebVTT", (".vtt",), vtt.read, vtt.write),
        Format("ass", "ASS", (".ass", ".ssa"), ass.read, ass.write),
        Format("json", "JSON", (".json",), json_words.read, json_words.write),
        Format("txt", "plain text", (".txt",), plain.read, plain.write),
        Format("ttml", "TTML", (".ttml", ".dfxp"), ttml.read, ttml.write),
        Format("sbv", "SubViewer of YouTube", (".sbv",), sbv.read),
        Format("microdvd", "MicroDVD", (".sub",), microdvd.read),
        Format("qrc", "QRC, YRC or KRC", (".qrc", ".yrc", ".krc"), qrc.read),
        Format("ultrastar", "UltraStar", (), ultrastar.read),
        Format("labels", "labels of Audacity", (), labels.read),
    )
}
WRITTEN: Mapping[str, Format] = {name: one for name, one in FORMATS.items() if one.write}
SUFFIXES: Mapping[str, Format] = {suffix: one for one in FORMATS.values() for suffix in one.suffixes}
WRITTEN_SUFFIXES: Mapping[str, Format] = {suffix: one for suffix, one in SUFFIXES.items() if one.write}
_Sign = Callable[[str], object]
_TT = re.compile(r"<(?:[A-Za-z][A-Za-z0-9]{0,20}:)?tt[\s>]")
_PROLOGUE = 4000  # characters of comments and declarations
_LRC = re.compile(
    rf"^[ \t{INVISIBLE}]*[\[［【] ?[0-9]{{1,6}} ?[:：] ?[0-9]{{1,2}}"
    r"(?: ?[.:,：] ?[0-9]{1,6}){0,2} ?[\]］】]",
    re.MULTILINE,
)
_ASS = re.compile(
    r"^[ \t]*\[(Script Info|Events)\]|^Dialogue:[^,\n]*,[ \t]*[0-9]{1,6}:[0-9]", re.MULTILINE | re.IGNORECASE
)
_SIGNS: tuple[tuple[str, _Sign], ...] = (
    # These begin the file; the others may come after a preface.
    ("vtt", re.compile(r"\s*WEBVTT(\s|$)").match),
    ("json", re.compile(r'\s*(\{\s*"(?!t"\s*:)|\[\s*\{)').match),
    ("ttml", lambda text: text.lstrip()[:1] == "<" and _TT.search(text, 0, _PROLOGUE)),
    ("ass", _ASS.search),
    ("srt", re.compile("^" + TIMING.pattern, re.M).search),
    ("microdvd", microdvd.ROW.search),
    ("qrc", lambda text: qrc.ROW.search(text) or qrc.XML.search(text)),
    ("sbv", re.compile("^" + sbv.TIMING.pattern, re.M).search),
    ("ultrastar", lambda text: ultrastar.HEADER.search(text) and ultrastar.NOTE.search(text)),
    ("lrc", _LRC.search),
    ("labels", labels.ROW.search),
)


def format_named(name: str) -> Format:
    """Raises LyricsFormatError for a name that is not in FORMATS."""
    if name not in FORMATS:
        raise LyricsFormatError(f"There is no lyrics format {name!r}: use one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def format_of(path: Path) -> Format:
    """By the suffix, for writing. Raises LyricsFormatError for one that no format which is written has."""
    if path.suffix.lower() not in WRITTEN_SUFFIXES:
        raise LyricsFormatError(
            f"{path.name} does not say which format is meant: end it with one of "
            f"{', '.join(WRITTEN_SUFFIXES)}."
        )
    return WRITTEN_SUFFIXES[path.suffix.lower()]


def detect(text: str) -> str:
    """The name of the format that a text is in, "txt" when nothing else.

    Raises LyricsFormatError for one of `refused.FORMATS`, by its name."""
    refuse(text)
    return next((name for name, sign in _SIGNS if sign(text)), "txt")
