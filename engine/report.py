"""What became of each frame: the run report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class FrameState(StrEnum):
    """`generated`: the mouth was repainted; the others say why the source frame was passed through."""

    GENERATED = "generated"
    NO_FACE = "passed: no face"
    SILENCE = "passed: silence"
    YAW = "passed: head turned away"
    OCCLUDED = "occluded"


class Caution(str):
    """A note that a person should see at once, beside the result. kind, values: what it says, for pages that
    have it in other languages."""

    kind: str
    values: dict[str, Any]

    # Without a kind a copy is made of it by pickle, which then brings the rest.
    def __new__(cls, text: str, kind: str = "", **values: Any) -> Caution:
        note = super().__new__(cls, text)
        note.kind, note.values = kind, values
        return note


@dataclass(frozen=True)
class Span:
    """Frames first..last (both included) that share a state."""

    state: str
    first: int
    last: int


def spans(states: Iterable[FrameState]) -> list[Span]:
    found: list[Span] = []
    for index, state in enumerate(states):
        if found and found[-1].state == state.value:
            found[-1] = Span(state.value, found[-1].first, index)
        else:
            found.append(Span(state.value, index, index))
    return found


def generated(spans: Iterable[Span]) -> int:
    """Frames with a new mouth."""
    return sum(s.last - s.first + 1 for s in spans if s.state == FrameState.GENERATED.value)


@dataclass(frozen=True)
class PersonReport:
    """What became of one of several people who speak. person: as they were asked for. generated: frames with
    a new mouth. spans, score: as in the run's report."""

    person: str
    generated: int
    spans: list[Span]
    score: dict[str, Any] | None = None


@dataclass
class RunReport:
    """Everything a person wants to know about a finished run; `to_json` is what the nodes hand out.

    score: of engine/score/score.py, as its `to_dict` has it; None where none was wanted, or where several
    people speak, who then have one each in `people`."""

    backend: str
    frames: int
    fps: str
    duration: float
    size: tuple[int, int]
    spans: list[Span]
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    score: dict[str, Any] | None = None
    people: list[PersonReport] = field(default_factory=list)

    @property
    def generated(self) -> int:
        return generated(self.spans)

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "generated": self.generated}

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=2)
