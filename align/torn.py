"""Lines whose words lie so far apart that nobody says them so: noticed, gathered, told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from .text import LyricLine
from .words import Line, WordTimings

LONGEST_PAUSE = 2.0
"""Seconds of silence within a line, of which a singer's breath is a tenth."""
# A pause longer than a breath, in seconds.
_BREATH = 0.6
# How far apart two aligners are at most that hear the same, seconds, in the middle.
_AGREES = 0.4
# Seconds a syllable of words that were moved: unhurried speech.
_PACE = 0.25


def is_torn(line: Line) -> bool:
    """Whether there is a longer pause within it: its first words were found in what isn't it."""
    return bool(_tears(line))


def _tears(line: Line) -> list[int]:
    """The numbers of the words that come after one."""
    return [
        at
        for at, (before, after) in enumerate(pairwise(line.words), 1)
        if after.start - before.end > LONGEST_PAUSE
    ]


def torn_lines(timings: WordTimings) -> list[str]:
    """A sentence for each torn line."""
    return [
        f"The line “{line.text}” is torn apart, from {line.words[0].start:.1f} to {line.words[-1].end:.1f} "
        "s: check its times, or give the voice alone."
        for line in timings.lines
        if is_torn(line)
    ]


def strays(line: Line, begin: float, anchored: Line) -> list[int]:
    """The numbers of the words that come after a pause which the anchoring doesn't have: over music a search
    puts a line's first or last words into what isn't the line. None where it differs from the anchoring in
    most words, so that neither tells where the line is.

    begin: seconds before the line's own zero."""
    away = [
        abs(begin + word.start - other.start) for word, other in zip(line.words, anchored.words, strict=True)
    ]
    if median(away) > _AGREES:
        return []
    pairs = zip(pairwise(line.words), pairwise(anchored.words), strict=True)
    return [
        at
        for at, ((before, after), (former, latter)) in enumerate(pairs, 1)
        if after.start - before.end > _BREATH
        and (after.start - before.start) - (latter.start - former.start) > _BREATH
    ]


def gathered(line: Line, text: LyricLine, tears: Sequence[int] | None = None) -> Line:
    """The line with its stray words beside the part of it that is heard best, as far before or after as they
    are said without hurry; those that moved lose half of their confidence.

    tears: the numbers of the words that come after one, by default those after a longer pause."""
    edges = [0, *(_tears(line) if tears is None else tears), len(line.words)]
    parts = list(zip(edges, edges[1:], strict=False))
    # Of equals the later one: words stray into an intro.
    first, last = max(parts, key=lambda part: (sum(w.confidence for w in line.words[slice(*part)]), part))
    words = list(line.words)
    start, end = words[first].start, words[last - 1].end
    for at in [*reversed(range(first)), *range(last, len(words))]:
        length = text.words[at].syllables * _PACE
        if at < first:
            start = max(0.0, start - length)
        begin = start if at < first else end
        end = end if at < first else end + length
        confidence = words[at].confidence / 2
        words[at] = replace(words[at], start=begin, end=begin + length, confidence=confidence, phones=())
    return replace(line, words=tuple(words))
