"""Lyrics and subtitle files in and out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ...engine.errors import LyricsFormatError
from ...engine.partial import write_whole
from ...engine.unwritable import unwritable
from ..words import WordTimings
from . import lrc
from .catalogue import FORMATS, SUFFIXES, WRITTEN, detect, format_named, format_of
from .document import Lyrics, Problem, WriteOptions
from .encodings import decode

# A day of words in JSON has 20 MB.
_LARGEST_FILE = 32 << 20
_PLAIN = WriteOptions()


def read_lyrics(
    path: Path,
    format: str | None = None,
    *,
    encoding: str = "",
    offset_sign: lrc.OffsetSign = "earlier",
) -> Lyrics:
    """A file of any of FORMATS; what it holds counts for more than its suffix.

    format: its name, where neither shall decide. encoding: "" to find it out. offset_sign: what a positive
    [offset:] of LRC does to the lyrics. Raises LyricsFormatError for a file that can't be opened, or is none
    of lyrics.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise LyricsFormatError(f"The lyrics file {path.name} cannot be opened: {error.strerror}.") from error
    if len(data) > _LARGEST_FILE:
        raise LyricsFormatError(
            f"The file {path.name} is larger than 32 MB: choose a lyrics or subtitle file."
        )
    text, name, wrong = decode(data, encoding)
    named = SUFFIXES.get(path.suffix.lower())
    # A text that looks like nothing else is what its name says.
    found = detect(text)
    if not format and found == "txt" and named:
        found = named.name
    read = _decoded(_read(text, format or found, offset_sign), name, wrong)
    if not format and named and named.name not in (found, "txt", "elrc"):
        note = Problem(0, f"The file is named {path.suffix} but holds {found.upper()}; it is read as that.")
        read = replace(read, problems=(note, *read.problems))
    return read


def parse(
    data: bytes | str,
    format: str | None = None,
    *,
    encoding: str = "",
    offset_sign: lrc.OffsetSign = "earlier",
) -> Lyrics:
    """As `read_lyrics`, of bytes or text; without a format by what it holds."""
    if isinstance(data, str):
        return _read(data.removeprefix("\ufeff"), format, offset_sign)
    text, name, wrong = decode(data, encoding)
    return _decoded(_read(text, format, offset_sign), name, wrong)


def _read(text: str, format: str | None, offset_sign: lrc.OffsetSign) -> Lyrics:
    named = format_named(format or detect(text))
    return lrc.read(text, offset_sign) if named.read is lrc.read else named.read(text)


def _decoded(read: Lyrics, encoding: str, wrong: int) -> Lyrics:
    """With the first row that has bytes of another encoding, 0 for none, among the problems."""
    if not wrong:
        return replace(read, encoding=encoding)
    note = Problem(wrong, f"From here on some bytes are not of the encoding {encoding}.")
    return replace(read, encoding=encoding, problems=(note, *read.problems))


def serialise(timings: WordTimings, format: str, options: WriteOptions = _PLAIN) -> str:
    """The text of a file, rows ending in a line feed.

    Reading it gives the same words, with the times that the format has, rounded to its resolution: 10 ms in
    LRC (1 ms with three digits) and in ASS, else 1 ms. Raises LyricsFormatError for a format that is not in
    WRITTEN."""
    write = format_named(format).write
    if write is None:
        raise LyricsFormatError(f"{FORMATS[format].title} is only read: write one of {', '.join(WRITTEN)}.")
    return write(timings, options)


def write(timings: WordTimings, path: Path, format: str | None = None, options: WriteOptions = _PLAIN) -> str:
    """Write a file in UTF-8, by its suffix unless a format is given, and return its text.

    Nothing is left at `path` unless it is whole. Raises LyricsFormatError for a suffix or format that is not
    in WRITTEN, OutputError for a place that can't be written to."""
    text = serialise(timings, format or format_of(path).name, options)
    try:
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise unwritable(path, error) from error
    return text
