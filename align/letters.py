"""Times of pieces of a text, as an aligner cuts it, for the lyrics' own words, by the letters they share."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from .text import LyricLine
from .timing import settled
from .words import Line


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, a part of one or several, seconds. confidence: 0..1. start, end: None where it got no time."""

    text: str
    start: float | None
    end: float | None
    confidence: float = 0.0


def timed_lines(
    lines: Sequence[LyricLine], pieces: Iterable[Piece], duration: float
) -> tuple[tuple[Line, ...], int]:
    """Every word of the lyrics in order, inside 0..duration seconds, and how many of them got no time.

    Letters and digits are compared without case and accents; a piece may lack some, or have others. A word
    without a time stands where the one before it ends, without confidence.
    """
    owners: list[int] = []  # of each letter, its word
    text: list[str] = []
    words = [word for line in lines for word in line.words]
    for number, word in enumerate(words):
        letters = _letters(word.display)
        text += letters
        owners += [number] * len(letters)
    timed: list[Piece] = []  # of each letter of the pieces, the piece
    given: list[str] = []
    for piece in pieces:
        letters = _letters(piece.text)
        given += letters
        timed += [piece] * len(letters)
    found: dict[int, list[Piece]] = {}
    for block in Levenshtein.opcodes(text, given):
        if block.tag in ("equal", "replace"):
            for offset in range(block.src_end - block.src_start):
                piece = timed[block.dest_start + offset]
                if piece.start is not None and piece.end is not None:
                    found.setdefault(owners[block.src_start + offset], []).append(piece)
    result: list[Line] = []
    number, before = 0, 0.0
    for line in lines:
        placed = []
        for word in line.words:
            if parts := found.get(number):
                start = min(float(part.start) for part in parts if part.start is not None)
                before = max(float(part.end) for part in parts if part.end is not None)
                confidence = sum(part.confidence for part in parts) / len(parts)
                placed.append(word.at(start, max(start, before), round(min(1.0, confidence), 3)))
            else:
                placed.append(word.at(before, before, 0.0))
            number += 1
        result.append(Line(tuple(placed)))
    return settled(result, duration), len(words) - len(found)


def _letters(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return [letter for letter in plain if letter.isalnum()]
