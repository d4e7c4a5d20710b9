"""Words placed on the voiced stretches of a sound by their length alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..engine.errors import AudioError
from .pauses import SpliceClock
from .pocket import RATE
from .syllables import HELD_WORD, LINE_REST, SLOWEST_SYLLABLE, STANZA_REST
from .text import LyricLine
from .timing import settled
from .words import Line, WordTimings

ENGINE = "placed by syllables"
CONFIDENCE = 0.2


def place_words(
    samples16k: npt.NDArray[np.float32], lines: Sequence[LyricLine], spans: Sequence[tuple[float, float]]
) -> WordTimings:
    """Spread the words over the voiced spans (start, end in seconds, in order) of mono 16 kHz samples [n].

    For any script. Without spans the words are spread over the whole sound. Confidence is 0.2 throughout.
    Raises AudioError for empty sound.
    """
    duration = samples16k.size / RATE
    if duration == 0:
        raise AudioError("The soundtrack is empty: choose audio that holds the words.")
    voiced = [(max(0.0, start), min(end, duration)) for start, end in spans]
    voiced = [span for span in voiced if span[1] > span[0]] or [(0.0, duration)]
    clock = SpliceClock(voiced)
    slots, total = _slots(lines)
    scale = min(clock.length / total, SLOWEST_SYLLABLE)
    timed = []
    for line, line_slots in zip(lines, slots, strict=True):
        words = tuple(
            word.at(clock.opening(start * scale), clock.closing(end * scale), CONFIDENCE)
            for word, (start, end) in zip(line.words, line_slots, strict=True)
        )
        timed.append(Line(words))
    return WordTimings(settled(timed, duration), "", ENGINE)


def _slots(lines: Sequence[LyricLine]) -> tuple[list[list[tuple[float, float]]], float]:
    """Start and end of every word in syllables from the first one's start, and the whole length."""
    at = 0.0
    slots: list[list[tuple[float, float]]] = []
    for number, line in enumerate(lines):
        if number:
            at += STANZA_REST if line.opens_stanza else LINE_REST
        slots.append([])
        for word in line.words:
            length = word.syllables * (HELD_WORD if word is line.words[-1] else 1.0)
            slots[-1].append((at, at + length))
            at += length
    return slots, at
