"""Plain text: lyrics without times."""

from __future__ import annotations

from ..furniture import without_furniture
from ..words import WordTimings
from .document import Lyrics, Problems, WriteOptions, numbered_rows
from .pieces import clean, line_text


def read(text: str) -> Lyrics:
    """As it stands, but for what a site of lyrics has added, which is among the problems."""
    rows, removed = without_furniture([(number, clean(row).rstrip()) for number, row in numbered_rows(text)])
    problems = Problems()
    for number, piece in removed:
        problems.add(number, f"“{piece}” is of the site that the lyrics come from; it is left out.")
    emptied = {number for number, _ in removed}
    kept = "\n".join(row for number, row in rows if row or number not in emptied)
    return Lyrics(WordTimings(()), "none", kept.strip("\n"), "txt", problems=problems.all())


def write(timings: WordTimings, options: WriteOptions) -> str:
    return "".join(text + "\n" for line in timings.lines if (text := line_text(line)))
