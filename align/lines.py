"""Words that come without lines as lines of the kind that lyrics and subtitles have."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from .words import Line, Word

# A subtitle's line holds 42 letters (Netflix' and the BBC's guides say 42 and 37); wide ones count twice.
LONGEST = 42
_PAUSE = 0.6
_SENTENCE_ENDS = tuple(".?!…。？！")
_CLAUSE_ENDS = tuple(",;:、，；：")
# What makes a good place to break a line that is too long, in the unit of a pause in seconds.
_CLAUSE = 0.5
_CAPITAL = 0.3
_IMBALANCE = 1.0
_LONE_CAPITALS = {"i", "i'm", "i'll", "i've", "i'd"}


def break_lines(segments: Sequence[Sequence[Word]]) -> list[Line]:
    """Lines end where a segment ends, at pauses and sentences, and where they grow too long."""
    found: list[Line] = []
    for segment in segments:
        first = 0
        for at in range(1, len(segment) + 1):
            if at == len(segment) or _ends(segment[at - 1], segment[at]):
                found += _fitting(segment[first:at])
                first = at
    return found


def _ends(word: Word, following: Word) -> bool:
    return following.start - word.end >= _PAUSE or word.text.rstrip("\"'”’」』)").endswith(_SENTENCE_ENDS)


def _fitting(words: Sequence[Word]) -> list[Line]:
    """One line, or several where it is too long."""
    widths = [_width(word) for word in words]
    if sum(widths) - words[-1].space <= LONGEST or len(words) == 1:
        return [Line(tuple(words))]
    total = sum(widths)

    def merit(at: int) -> float:
        before, after = words[at - 1], words[at]
        first = after.text.lstrip("\"'“‘")
        capital = first[:1].isupper() and first.strip(",.").lower().replace("’", "'") not in _LONE_CAPITALS
        return (
            max(0.0, after.start - before.end)
            + _CLAUSE * before.text.endswith(_CLAUSE_ENDS)
            + _CAPITAL * capital
            - _IMBALANCE * abs(2 * sum(widths[:at]) / total - 1)
        )

    cut = max(range(1, len(words)), key=merit)
    return _fitting(words[:cut]) + _fitting(words[cut:])


def _width(word: Word) -> int:
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in word.text)
    return len(word.text) + wide + word.space
