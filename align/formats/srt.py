"""SubRip: numbered cues of "HH:MM:SS,mmm --> HH:MM:SS,mmm" and text."""

from __future__ import annotations

import re

from ..words import WordTimings
from .clock import hours_stamp, units, whole_second
from .cues import After, Cues
from .document import Lyrics, Problems, TimedText, WriteOptions, lyrics_of, numbered_rows
from .pieces import WORD_JOINER, escape_guarded, join_rows, line_text, unescaped

# Styling that players know in SubRip: HTML's i, b, u, font, and ASS overrides such as {\an8}.
_STYLING = re.compile(r"</?[A-Za-z][^<>]*>|\{\\[^{}]*\}")
_STYLING_LIKE = re.compile(r"(<)(?=/?[A-Za-z])|(\{)(?=\\)")


def read(text: str) -> Lyrics:
    """Cues with their numbers missing, repeated or in disorder are read alike; their rows become one line.
    Stamps may be rounded up to 60 s or 1000 ms, have spaces, or another arrow between them."""
    problems = Problems()
    cues = Cues(problems, whole_second(text, 3))
    rows: list[str] | None = None
    numbered, before = False, ""
    for number, raw in numbered_rows(text):
        row = raw.strip()
        after = _after(rows)
        # Where cues have numbers, one begins after no text.
        opened = None if numbered and after == "text" else cues.opened(row, number, after)
        if opened is not None:
            numbered = numbered or before.isdecimal()
            if rows and rows[-1].isdecimal():
                rows.pop()
            rows = opened
        elif rows is not None:
            rows.append(row)
        elif row and not row.isdecimal():
            problems.add(number, f"{row[:40]!r} stands outside a cue; it is left out.")
        before = row
    while rows and not rows[-1]:
        rows.pop()
    if rows and len(rows) > 1 and rows[-1].isdecimal() and not rows[-2]:
        # The number of a cue that was cut off.
        rows.pop()
    lines = [
        TimedText(cue.start, cue.end, _plain(join_rows(map(_shown, cue.rows))), guessed=cue.guessed)
        for cue in cues.all(_shown)
    ]
    return lyrics_of(lines, "srt", problems)


def _after(rows: list[str] | None) -> After:
    if rows is None or (rows and (not rows[-1] or rows[-1].isdecimal())):
        return "gap"
    return "text" if rows else "timing"


def _shown(row: str) -> str:
    return unescaped(_STYLING.sub("", row)).strip()


def _plain(text: str) -> str:
    return re.sub(rf"([<{{]|--(?=.>)){WORD_JOINER}", r"\1", text)


def write(timings: WordTimings, options: WriteOptions) -> str:
    """A cue for each line, 1 ms long at least."""
    cues = []
    for line in timings.lines:
        if text := line_text(line):
            start = units(line.start, 1000)
            end = max(max(units(word.end, 1000) for word in line.words), start + 1)
            cues.append((start, end, _guarded(text)))
    cues.sort(key=lambda cue: cue[0])
    return "".join(
        f"{number}\n{hours_stamp(start, ',')} --> {hours_stamp(end, ',')}\n{text}\n\n"
        for number, (start, end, text) in enumerate(cues, 1)
    )


def _guarded(text: str) -> str:
    text = _STYLING_LIKE.sub(lambda match: match[0] + WORD_JOINER, escape_guarded(text))
    return text.replace("-->", f"--{WORD_JOINER}>")
