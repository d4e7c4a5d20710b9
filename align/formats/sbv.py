"""SubViewer as YouTube writes it (.sbv): rows of "H:MM:SS.mmm,H:MM:SS.mmm", then text."""

from __future__ import annotations

import re

from .clock import CLOCK, INVISIBLE, plain_digits, seconds_of, whole_second
from .cues import After, Cues, Timing
from .document import Lyrics, Problems, TimedText, lyrics_of, numbered_rows
from .pieces import join_rows, unescaped

TIMING = re.compile(rf"[ \t{INVISIBLE}]*{CLOCK}[ \t]*,[ \t]*{CLOCK}[ \t]*$", re.MULTILINE)
_DAMAGED = re.compile(r"[ \t]*[0-9][^,\s]{0,12}:[^,\s]{1,12}[ \t]*,[ \t]*[^,\s]{1,12}:[^,\s]{1,12}[ \t]*")
_BREAK = re.compile(r"\[br\]", re.IGNORECASE)


def read(text: str) -> Lyrics:
    problems = Problems()
    cues = Cues(problems, whole_second(text, 3), _timing_of, lambda row: bool(_DAMAGED.fullmatch(row)))
    rows: list[str] | None = None
    for number, raw in numbered_rows(text):
        row = raw.strip()
        after: After = "gap" if rows is None or (rows and not rows[-1]) else "text" if rows else "timing"
        opened = cues.opened(row, number, after)
        if opened is not None:
            rows = opened
        elif rows is not None:
            rows += _BREAK.split(row)
        elif row:
            problems.add(number, f"{row[:40]!r} stands outside a cue; it is left out.")
    lines = [
        TimedText(cue.start, cue.end, join_rows(map(_shown, cue.rows)), guessed=cue.guessed)
        for cue in cues.all(_shown)
    ]
    return lyrics_of(lines, "sbv", problems)


def _shown(row: str) -> str:
    return unescaped(row).strip()


def _timing_of(row: str, full: str) -> Timing:
    match = TIMING.match(plain_digits(row))
    if not match:
        return None
    start, end = seconds_of(*match.groups()[:4], full=full), seconds_of(*match.groups()[4:], full=full)
    return (None if start is None or end is None else (start, end)), ""
