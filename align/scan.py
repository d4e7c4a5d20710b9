"""Lines that are heard too faintly to be found in a row, each for itself in short stretches of the sound, and
from these the places at which lines stand out and follow each other in time.

A long window with several faint lines derails as a whole; a short one with one line doesn't. How much a model
hears of a line where it is not differs from line to line (on made songs by 1 nat a token), so a line counts
by what it has more than it has elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .combine import Pass, Placed, combined, line_evidence

STRETCH = 12.0
"""Seconds of sound in which one line is looked for: twice as long as most are."""
# From one stretch to the next, seconds, so that each line of up to seven is whole in one of them.
_HOP = 5.0
# Stretches around the place that is a line's by its length in which it is looked for: 20 s on either side.
_MOST_LOOKS = 8
# By how many nats a token a line has to stand out. Of made songs with music as loud as the voice a tenth of
# the stretches without a line had more.
_STANDS_OUT = 0.25


def looks(sizes: Sequence[int], duration: float) -> list[tuple[float, range]]:
    """Where the stretches begin, seconds, and the lines to look for in each.

    sizes: tokens of each line, in order; duration: of the sound, seconds.
    """
    count = max(1, 1 + int(np.ceil((duration - STRETCH) / _HOP)))
    starts = np.minimum(np.arange(count) * _HOP, max(0.0, duration - STRETCH))
    ends = np.cumsum(sizes)
    due = (ends - np.asarray(sizes) / 2) / ends[-1] * duration
    far = np.abs(starts[:, None] + STRETCH / 2 - due)
    reach = np.sort(far, axis=0)[min(_MOST_LOOKS, count) - 1]
    found = []
    for start, near in zip(starts.tolist(), far <= reach, strict=True):
        lines = np.flatnonzero(near)
        # Those that are due between two others are near as well.
        found.append((start, range(int(lines[0]), int(lines[-1]) + 1) if lines.size else range(0)))
    return found


def chosen(stretches: Sequence[Pass], sizes: Sequence[Sequence[int]]) -> list[Placed | None]:
    """Every word of the text from the stretch in which its line stands out, None for those of other lines.

    stretches: what each found, all words of the text in order, None for those of lines that were not looked
    for there; sizes: of each line the tokens of its words.
    """
    edges = np.concatenate([[0], np.cumsum([len(line) for line in sizes])])
    usual = np.zeros(int(edges[-1]))
    for line, first, last in zip(sizes, edges, edges[1:], strict=False):
        whole = [[word for word in each[first:last] if word is not None] for each in stretches]
        heard = [line_evidence(words, line) for words in whole if len(words) == len(line)]
        usual[first:last] = np.median(heard) if heard else 0.0
    apart = [
        [word and replace(word, evidence=word.evidence - usual[at]) for at, word in enumerate(each)]
        for each in stretches
    ]
    return [
        word and replace(word, evidence=word.evidence + usual[at])
        for at, word in enumerate(combined(apart, sizes, _STANDS_OUT))
    ]
