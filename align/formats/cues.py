"""Cues of subtitles: their times, where these are lost, and captions that roll."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from .clock import ARROW, Timing, timing_of
from .document import Problems, TimedText
from .pieces import likely_length

# Seconds. Captions that roll follow each other without a pause, many with an instant between them in which
# nothing moves.
_PAUSE = 0.25
_INSTANT = 0.05
# Of the cues that follow another at once, those that repeat its rows where captions roll.
_ROLLING_SHARE = 0.5
# Rows that are on the screen together.
_MOST_ROWS = 4
# Of two times.
_FEWEST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Cue:
    """number: of its timing row in the file; start, end: seconds; rows: its text, as it stands. guessed: its
    own times could not be read."""

    number: int
    start: float
    end: float
    rows: list[str]
    guessed: bool = False


After = Literal["gap", "timing", "text"]


def _is_damaged(row: str) -> bool:
    """Whether a row is meant as a timing."""
    digits = sum(sign.isdecimal() for sign in row)
    return "-->" in row or (digits >= _FEWEST_DIGITS and ":" in row and bool(ARROW.search(row)))


class Cues:
    """Collects cues as their rows come. full: as `clock.whole_second` has it; timing_of: of a format's rows,
    as `clock.timing_of`; damaged: whether a row outside of text was meant as a timing."""

    def __init__(
        self,
        problems: Problems,
        full: str,
        timing_of: Callable[[str, str], Timing] = timing_of,
        damaged: Callable[[str], bool] = _is_damaged,
    ) -> None:
        self._problems = problems
        self._full = full
        self._timing_of = timing_of
        self._damaged = damaged
        self._found: list[Cue] = []

    def opened(self, row: str, number: int, after: After) -> list[str] | None:
        """The rows of a new cue, to be filled; None for a row that is no timing. after: what the row before
        was; text may speak of times, and what follows a timing is text."""
        timing = self._timing_of(row, self._full)
        if timing is None:
            if after != "gap" or not self._damaged(row):
                return None
            times, text = None, ""
        else:
            times, text = timing
            if after == "timing" or (after == "text" and text):
                return None
        rows = [text] if text else []
        if times is None:
            self._problems.add(
                number,
                f"{row.strip()[:40]!r} is not the timing of a cue; its text is placed between its "
                "neighbours.",
            )
            self._found.append(Cue(number, 0.0, 0.0, rows, guessed=True))
            return rows
        start, end = times
        if end < start:
            self._problems.add(number, "The cue ends before it starts; it is taken to last no time.")
        self._found.append(Cue(number, start, max(start, end), rows))
        return rows

    def all(
        self, shown: Callable[[str], str], stamped: Callable[[str], bool] = lambda row: False
    ) -> list[Cue]:
        """In order of time, without what rolling captions repeat. shown: what of a row is seen; stamped:
        whether a row has stamps of its own."""
        placed = placed_between(self._found, lambda cue: " ".join(map(shown, cue.rows)))
        return unrolled(sorted(placed, key=lambda cue: cue.start), shown, stamped)


Timed = TypeVar("Timed", Cue, TimedText)


def placed_between(cues: Sequence[Timed], text: Callable[[Timed], str]) -> list[Timed]:
    """Cues without times share the time between their neighbours in the file."""
    placed: list[Timed] = []
    at = 0
    while at < len(cues):
        past = at
        while past < len(cues) and cues[past].guessed:
            past += 1
        lost = cues[at:past]
        if lost:
            opened = placed[-1].end if placed else 0.0
            length = sum(likely_length(text(cue)) for cue in lost)
            closed = max(opened, cues[past].start) if past < len(cues) else opened + length
            step = (closed - opened) / len(lost)
            placed += [
                replace(cue, start=opened + n * step, end=opened + (n + 1) * step)
                for n, cue in enumerate(lost)
            ]
        placed += cues[past : past + 1]
        at = past + 1
    return placed


def unrolled(cues: Sequence[Cue], shown: Callable[[str], str], stamped: Callable[[str], bool]) -> list[Cue]:
    """Captions that roll without what they repeat: each row once, from when it first appears.

    A chorus that is sung twice stays: rows go only where cues push up what the cue before has shown.
    """
    full = [[row for row in cue.rows if shown(row)] for cue in cues]
    texts = [[shown(row) for row in rows] for rows in full]
    repeated = [0] * len(cues)
    followed = scrolled = held = 0
    for at in range(1, len(cues)):
        if not texts[at - 1] or not texts[at] or cues[at].start - cues[at - 1].end > _PAUSE:
            continue
        followed += 1
        fresh = next((n for n, row in enumerate(full[at]) if stamped(row)), len(texts[at]))
        repeated[at] = _overlap(texts[at - 1], texts[at][:fresh])
        if repeated[at] == len(texts[at]):
            held += cues[at].end - cues[at].start <= _INSTANT
        else:
            scrolled += repeated[at] > 0
    rolls = scrolled + held > 1 and scrolled > 0 and scrolled + held >= _ROLLING_SHARE * followed
    if not rolls:
        return list(cues)
    return [replace(cue, rows=rows[n:]) for cue, rows, n in zip(cues, full, repeated, strict=True)]


def _overlap(before: Sequence[str], after: Sequence[str]) -> int:
    """How many rows at the end of one text are at the beginning of the next."""
    longest = min(len(before), len(after), _MOST_ROWS)
    return next((n for n in range(longest, 0, -1) if before[-n:] == after[:n]), 0)
