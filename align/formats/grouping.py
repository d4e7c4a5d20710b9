"""Lines for words that come without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..script import GAP, needs_space
from ..words import Line, Word

# Subtitling's usual row of 42 letters; an ideograph takes the room of two.
_LONGEST_LINE = 42
_PAUSE_SECONDS = 0.7
_SENTENCE_ENDS = tuple(".?!…。？！")


def grouped(words: Sequence[Word]) -> tuple[Line, ...]:
    """Lines that break at pauses of 0.7 s, after sentences, and before they grow longer than 42 letters."""
    lines: list[list[Word]] = []
    width = 0
    for word in words:
        room = sum(1 if letter.isascii() else 2 - needs_space(letter, letter) for letter in word.text)
        if (
            not lines
            or word.start - lines[-1][-1].end >= _PAUSE_SECONDS
            or lines[-1][-1].text.endswith(_SENTENCE_ENDS)
            or width + room > _LONGEST_LINE
        ):
            lines.append([])
            width = 0
        lines[-1].append(word)
        width += room + word.space
    return tuple(Line(tuple(line)) for line in lines)


def spaced(words: Sequence[Word]) -> list[Word]:
    """Words as recognisers list them, with their spaces found: Whisper's own words begin with the space that
    is before them; stripped ones are spaced as their script is."""
    leading = any(GAP.match(word.text) for word in words[1:])
    found = []
    for at, word in enumerate(words):
        following = words[at + 1].text if at + 1 < len(words) else " "
        text = word.text.strip()
        space = bool(GAP.match(following)) if leading else needs_space(text, following.strip())
        found.append(replace(word, text=text, space=space))
    return found
