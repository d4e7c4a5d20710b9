"""MicroDVD (.sub): "{first frame}{last frame}text|text". Its times count frames, of a rate that the file
names in its first row ("{1}{1}23.976") or not at all. pysubs2 knows its styling, which is left out."""

from __future__ import annotations

import re

from pysubs2 import SSAFile

from .cues import placed_between
from .document import Lyrics, Problems, TimedText, lyrics_of, numbered_rows
from .pieces import clean, join_rows, unescaped

ROW = re.compile(r"^[ \t\ufeff]*\{[ \t]*[0-9]{1,9}[ \t]*\}[ \t]*\{[ \t]*[0-9]{0,9}[ \t]*\}", re.MULTILINE)
_ROW = re.compile(r"[ \t\ufeff]*\{[ \t]*([0-9]{1,9})[ \t]*\}[ \t]*\{[ \t]*([0-9]{0,9})[ \t]*\}(.*)")
_BROKEN = re.compile(r"[ \t\ufeff]*\{[^{}]{0,20}\}[ \t]*\{[^{}]{0,20}\}(.*)")
_RATE = re.compile(r"\s*([0-9]{1,3}(?:[.,][0-9]{1,6})?)\s*")
_SLOWEST, _FASTEST = 5.0, 250.0


def read(text: str) -> Lyrics:
    """Without a frame rate only the text is read."""
    problems = Problems()
    rows: list[tuple[int, int, int | None, str]] = []
    for number, raw in numbered_rows(text):
        match = _ROW.fullmatch(raw)
        if match:
            rows.append((number, int(match[1]), int(match[2]) if match[2] else None, match[3]))
        elif broken := _BROKEN.fullmatch(raw):
            problems.add(
                number, f"{raw.strip()[:40]!r} has no such frames; it is placed between its neighbours."
            )
            rows.append((number, -1, -1, broken[1]))
        elif raw.strip():
            problems.add(number, f"{raw.strip()[:40]!r} has no frames in braces; it is left out.")
    rate = _rate(rows)
    if rate:
        rows = rows[1:]
    else:
        problems.add(
            0,
            "The file does not say its frame rate, so its times are not known: make a first row "
            "{1}{1}25, with the rate of the film in place of 25.",
        )
    rows = [(*row[:3], text) for row in rows if (text := _closed(clean(row[3]))).strip()]
    cues = []
    for at, (number, first, last, content) in enumerate(rows):
        if last is None:
            last = max(first, rows[at + 1][1]) if at + 1 < len(rows) else first
        first, last = max(0, first), max(0, last)
        if last < first:
            problems.add(number, "The cue ends before it starts; it is taken to last no time.")
        cues.append(f"{{{first}}}{{{max(first, last)}}}{content}\n")
    events = SSAFile.from_string("".join(cues), "microdvd", fps=rate or _SLOWEST)
    lines = [
        TimedText(
            event.start / 1000, event.end / 1000, _shown(event.plaintext), guessed=not rate or row[1] < 0
        )
        for event, row in zip(events, rows, strict=True)
    ]
    lines = placed_between(lines, lambda line: line.text)
    return lyrics_of(sorted(lines, key=lambda line: line.start), "microdvd", problems)


def _rate(rows: list[tuple[int, int, int | None, str]]) -> float:
    """Frames a second as the first row names them, 0.0 if it doesn't."""
    if not rows or rows[0][1] != rows[0][2] or rows[0][1] > 1:
        return 0.0
    match = _RATE.fullmatch(rows[0][3])
    rate = float(match[1].replace(",", ".")) if match else 0.0
    return rate if _SLOWEST <= rate <= _FASTEST else 0.0


def _closed(content: str) -> str:
    """Without braces that nothing closes, which pysubs2 would look through again and again."""
    last = content.rfind("}") + 1
    return content[:last] + content[last:].replace("{", "")


def _shown(text: str) -> str:
    """Without the slash that makes a row italic."""
    return join_rows(unescaped(row.removeprefix("/")) for row in text.split("\n"))
