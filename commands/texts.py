"""Lyrics and words that a command is given as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..engine.errors import TextError

if TYPE_CHECKING:
    from ..align.formats import Lyrics
    from ..align.words import WordTimings


def read_words(path: Path) -> WordTimings:
    """Raises TextError for a file that can't be read, or is without times."""
    lyrics = read_text(path)
    if lyrics.precision == "none":
        raise TextError(f"{path.name} has no times: time its words with `align` first.")
    return lyrics.timings


def read_text(path: Path) -> Lyrics:
    """Lyrics of any format, for their text. Raises TextError."""
    from ..align.formats import read_lyrics

    try:
        return read_lyrics(path)
    except TextError as error:
        said = str(error)
        raise TextError(said if path.name in said else f"{path.name} can't be read: {said}") from error
