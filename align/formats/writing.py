"""Lyrics and subtitle files out."""

from __future__ import annotations

from pathlib import Path

from ...engine.errors import OutputError
from ..words import WordTimings
from .catalogue import format_named, format_of
from .options import WriteOptions

_PLAIN = WriteOptions()


def serialise(timings: WordTimings, format: str, options: WriteOptions = _PLAIN) -> str:
    """The text of a file, rows ending in a line feed.

    Reading it gives the same words, with the times that the format has, rounded to its resolution: 10 ms in
    LRC (1 ms with three digits) and in ASS, else 1 ms. Raises LyricsFormatError for a format that is not in
    FORMATS."""
    return format_named(format).write(timings, options)


def write(timings: WordTimings, path: Path, format: str | None = None, options: WriteOptions = _PLAIN) -> str:
    """Write a file, by its suffix unless a format is given, and return its text, rows ending in a line feed.

    Nothing is left at `path` unless it is whole. Raises LyricsFormatError for a suffix or format that is not
    in FORMATS, OutputError for a place that can't be written to."""
    text = serialise(timings, format or format_of(path).name, options)
    data = ("\ufeff" * options.bom + text.replace("\n", options.newline)).encode("utf-8")
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(f"{path.name} cannot be written: {error.strerror or error}.") from error
    return text
