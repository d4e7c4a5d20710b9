"""Who speaks when: as it is found, shown, and put right by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import InputError

# As the report says it.
_SAID = re.compile(r"^\s*(?:note:\s*)?who speaks\s*:", re.IGNORECASE)
_TIME = r"(?:(\d+):)?(\d+(?:[.,]\d+)?)"
_TURN = re.compile(rf"{_TIME}\s*[-–]\s*{_TIME}\s*[: ]\s*(?:person\s*)?(\d{{1,9}})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """start, end: seconds of the sound. person: an id of the face track."""

    start: float
    end: float
    person: int


def parse_turns(text: str) -> tuple[Turn, ...]:
    """One a line, or with ; between them: `0:04.2-0:09.85 2` or `4.2-9.85 2`. In order of time. The
    report's line may be given as it is, "Who speaks: " and all.

    Raises InputError for anything else, and for a turn that ends before it begins."""
    turns = []
    parts = (_SAID.sub("", each, count=1).strip() for each in re.split(r"[;\n]", text))
    for part in filter(None, parts):
        match = _TURN.fullmatch(part)
        start, end = (_seconds(*match.group(*pair)) for pair in ((1, 2), (3, 4))) if match else (0.0, 0.0)
        if match is None or end <= start:
            raise InputError(f'"{part}" is no turn: write when it begins and ends, and who: 4.2-9.85 2.')
        turns.append(Turn(start, end, int(match[5])))
    return tuple(sorted(turns, key=lambda turn: (turn.start, turn.end)))


def turns_text(turns: Iterable[Turn]) -> str:
    """What `parse_turns` reads."""
    return "; ".join(f"{turn.start:.2f}-{turn.end:.2f} {turn.person}" for turn in turns)


def _seconds(minutes: str | None, seconds: str) -> float:
    return 60 * int(minutes or 0) + float(seconds.replace(",", "."))
