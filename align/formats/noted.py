"""Lyrics and words that are given as files, and notes of what in them can't be read."""

from __future__ import annotations

from pathlib import Path

from ...engine.errors import TextError
from ..words import WordTimings
from .document import Lyrics
from .files import read_lyrics


def read_words(path: Path, notes: list[str]) -> WordTimings:
    """notes: gets what in the file can't be read. Raises TextError for one without times, or of which nothing
    can."""
    lyrics = read_text(path, notes)
    if lyrics.precision == "none":
        raise TextError(f"{path.name} has no times: time its words with `align` first.")
    return lyrics.timings


def read_voice(path: Path, singer: str, notes: list[str], name: str) -> WordTimings:
    """`read_words`, of one singer's lines; all with "". name: of the file, for messages. Raises TextError for
    a singer whom the file doesn't know, too."""
    words = read_words(path, notes)
    if not singer:
        return words
    try:
        return words.of_voice(singer)
    except TextError as error:
        raise TextError(f"{name}: {error}") from error


def read_plain(path: Path, notes: list[str]) -> str:
    """The text alone, of lyrics of any format. notes: gets what can't be read, or that there is none."""
    text = read_text(path, notes).text
    if not text.strip():
        notes.append(f"{path.name} holds no text: it was not used.")
    return text


def read_text(path: Path, notes: list[str]) -> Lyrics:
    """Lyrics of any format, for their text; notes: as in `read_words`. Raises TextError."""
    try:
        lyrics = read_lyrics(path)
    except TextError as error:
        said = str(error)
        raise TextError(said if path.name in said else f"{path.name} can't be read: {said}") from error
    notes += [f"{path.name}, {problem}" for problem in lyrics.problems]
    return lyrics
