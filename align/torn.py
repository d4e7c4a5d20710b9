"""Lines whose words lie so far apart that nobody says them so: noticed, gathered, and told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from .syllables import SLOWEST_SYLLABLE
from .text import LyricLine
from .words import Line, WordTimings

LONGEST_PAUSE = 2.0
"""Seconds of silence within a line, of which a singer's breath is a tenth."""
# A word that is held for so long and doesn't end its line was begun in what isn't the line.
_LONGEST_WORD = 2.5
# Seconds a syllable of words that were moved: unhurried speech.
_PACE = 0.25


def is_torn(line: Line) -> bool:
    """Whether a line has a longer pause within, or begins with a word that is held like one."""
    return bool(_tears(line))


def _tears(line: Line) -> list[int]:
    """The numbers of the words before which the line is torn."""
    return [
        at
        for at, (before, after) in enumerate(pairwise(line.words), 1)
        if after.start - before.end > LONGEST_PAUSE or before.end - before.start > _LONGEST_WORD
    ]


def torn_lines(timings: WordTimings) -> list[str]:
    """A sentence for each line with a longer pause within: its first words were found in what isn't it."""
    torn = [
        line for line in timings.lines
        if any(after.start - before.end > LONGEST_PAUSE for before, after in pairwise(line.words))
    ]  # fmt: skip
    return [
        f"The line “{line.text}” is torn apart, from {line.words[0].start:.1f} to {line.words[-1].end:.1f} "
        "s: check its times, or give the voice alone."
        for line in torn
    ]


def gathered(line: Line, text: LyricLine) -> Line:
    """The line with its words beside those that hang together best, as the ones in between were sung without
    hurry; those that moved lose half of their confidence."""
    tears = _tears(line)
    if not tears:
        return line
    edges = [0, *tears, len(line.words)]
    parts = list(zip(edges, edges[1:], strict=False))
    # Of equals the later one: it is an intro that words stray into.
    first, last = max(parts, key=lambda part: (_worth(line, *part), part))
    words = list(line.words)
    lengths = [word.syllables * _PACE for word in text.words]
    held = words[last - 1]
    if last < len(words) and held.end - held.start > _LONGEST_WORD:
        words[last - 1] = replace(held, end=held.start + lengths[last - 1], phones=())
    before = words[first].start
    for at in reversed(range(first)):
        start = max(0.0, before - lengths[at])
        words[at] = replace(
            words[at], start=start, end=before, confidence=words[at].confidence / 2, phones=()
        )
        before = start
    after = words[last - 1].end
    for at in range(last, len(words)):
        words[at] = replace(
            words[at], start=after, end=after + lengths[at], confidence=words[at].confidence / 2, phones=()
        )
        after = words[at].end
    return replace(line, words=tuple(words))


def _worth(line: Line, first: int, last: int) -> float:
    """How much the words of a part are heard, each for no more than it can be sung for."""
    words: Sequence = line.words[first:last]
    return sum(
        word.confidence * min(word.end - word.start, SLOWEST_SYLLABLE)
        for word in words
        if word.end - word.start <= _LONGEST_WORD
    )
