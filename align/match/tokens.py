"""Lyrics and recognised words as sequences of keys."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..syllables import syllables
from ..text import LyricLine
from ..words import Word
from .keys import match_keys, script_of

# "[Music]", "*applause*", "♪": what recognisers write for what is no word.
_NO_WORD = re.compile(r"\s*(?:\[.*\]|\*.*\*|[♪♫\W]*)\s*")
# Shorter words are those that a recogniser could not place, seconds.
_SHORTEST = 0.02


@dataclass(frozen=True, slots=True)
class Sung:
    """A key of the lyrics. word: counted over all lyrics. held: it belongs to a line's last word."""

    key: str
    word: int
    syllables: int
    opens_line: bool
    opens_stanza: bool
    held: bool
    aside: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """A key of what was recognised, seconds. word: index among the words given. lasting: the word has a
    length, without which its time can't be trusted."""

    key: str
    word: int
    start: float
    end: float
    confidence: float
    lasting: bool


def in_different_scripts(lines: Sequence[LyricLine], recognised: Sequence[Word]) -> bool:
    """Whether texts must be romanised to be compared."""
    scripts = (
        script_of(word.display for line in lines for word in line.words),
        script_of(word.text for word in recognised),
    )
    return all(scripts) and scripts[0] != scripts[1]


def sung_keys(lines: Sequence[LyricLine], language: str, romanise: bool) -> list[Sung]:
    """At least one for each word; a word that has none gets an empty one, which is like nothing."""
    keys: list[Sung] = []
    number = 0
    for line_number, line in enumerate(lines):
        for at, word in enumerate(line.words):
            for part, key in enumerate(match_keys(word.display, language, romanise) or ("",)):
                opens = at == part == 0 and line_number > 0
                last = at == len(line.words) - 1
                length = syllables(key) if key else 1
                stanza = opens and line.opens_stanza
                keys.append(Sung(key, number, length, opens, stanza, last, word.aside))
            number += 1
    return keys


def heard_keys(recognised: Sequence[Word], duration: float, language: str, romanise: bool) -> list[Heard]:
    """In order of time inside 0..duration; words of several keys share their time by syllables."""
    order = [
        number
        for number, word in enumerate(recognised)
        if math.isfinite(word.start) and math.isfinite(word.end) and not _NO_WORD.fullmatch(word.text)
    ]
    order.sort(key=lambda number: recognised[number].start)
    keys: list[Heard] = []
    for at, number in enumerate(order):
        word = recognised[number]
        start = min(max(word.start, 0.0), duration)
        end = min(max(word.end, start), duration)
        if at + 1 < len(order):
            # The later of two words that overlap is where it begins.
            end = min(end, max(start, recognised[order[at + 1]].start))
        parts = match_keys(word.text, language, romanise)
        weights = [syllables(part) for part in parts]
        done = 0
        for part, weight in zip(parts, weights, strict=True):
            opening, closing = (
                start + (end - start) * share / sum(weights) for share in (done, done + weight)
            )
            keys.append(Heard(part, number, opening, closing, word.confidence, end - start >= _SHORTEST))
            done += weight
    return keys
