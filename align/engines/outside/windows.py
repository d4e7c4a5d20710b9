"""Parts of a sound and the lines that are said in them, for aligners that take a short sound at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ....engine.errors import LipSyncError, MissingFilesError
from ...match import match_lyrics
from ...text import LyricLine
from ..protocol import Request

# Before a window's first line and after its last one, seconds; less where another line is nearer.
_MARGIN = 1.0


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds of the sound, and what is said there."""

    start: float
    end: float
    text: str


def windows(request: Request, longest: float, title: str) -> list[Window] | str:
    """Windows of up to `longest` seconds, or of one line; the lines of a longer sound are where a Whisper
    model hears them. A string: why they can't be found, as the end of a sentence.

    Raises MissingFilesError where a Whisper model is needed and there is none."""
    if request.duration <= longest:
        return [Window(0.0, request.duration, _text(request.lines))]
    try:
        recognised = request.whispers.heard()
    except LipSyncError as error:
        raise MissingFilesError(
            f"{title} takes {longest:.0f} seconds at once, and the lines of a longer sound are found by a "
            f"Whisper model, of which none can be used ({str(error).rstrip('.')})."
        ) from error
    match = match_lyrics(request.lines, recognised.words(), request.duration, language=request.spoken.tag)
    if match.fault:
        return match.fault.rstrip(".")
    spans = [(line.start, line.end) for line in match.timings.lines]
    groups: list[list[int]] = []
    for number, (_, end) in enumerate(spans):
        if groups and end - spans[groups[-1][0]][0] <= longest - 2 * _MARGIN:
            groups[-1].append(number)
        else:
            groups.append([number])
    edges = [0.0, *((a[1] + b[0]) / 2 for a, b in pairwise(spans)), request.duration]
    return [
        Window(
            max(edges[group[0]], spans[group[0]][0] - _MARGIN),
            min(edges[group[-1] + 1], spans[group[-1]][1] + _MARGIN),
            _text([request.lines[number] for number in group]),
        )
        for group in groups
    ]


def _text(lines: Sequence[LyricLine]) -> str:
    """In one row, as these aligners take it."""
    return " ".join("".join(word.display + " " * word.space for word in line.words).strip() for line in lines)
