"""Plain text: lyrics without times."""

from __future__ import annotations

from ..words import WordTimings
from .document import Lyrics
from .options import WriteOptions
from .pieces import clean, line_text
from .rows import numbered_rows


def read(text: str) -> Lyrics:
    rows = [clean(row).rstrip() for _, row in numbered_rows(text)]
    return Lyrics(WordTimings(()), "none", "\n".join(rows).strip("\n"), "txt")


def write(timings: WordTimings, options: WriteOptions) -> str:
    return "".join(text + "\n" for line in timings.lines if (text := line_text(line)))
