"""Vowels that are held so long that the decoder takes a part of them for a pause.

A singer's held vowel hardly changes, and to a model of speech it is as much like silence as like the vowel:
which of them it is to the decoder hangs on the noise of the last bit. Then a word ends half a second early or
begins half a second late. But a pause is quieter than the words beside it; a held vowel is not. It is the
word's that no silence parts it from, and where there is none, that of the word that sounds like it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .pauses import RATE, STEPS_PER_SECOND, Silences
from .spread import is_vowel
from .words import Phone

Samples = npt.NDArray[np.float32]

# Seconds: what is shorter is not held, and what is silent for longer is a pause.
_SHORTEST, _SILENCE = 0.12, 0.07
# Of the corpus' speech and songs without music 0.12 to 0.26 is silent, of speech over music at 10 dB 0.05.
_SILENT_SHARE = 0.08
# Of the word on either side, what the sound between is compared with, steps.
_BESIDE = 5
# How much less it must differ from the word after it than from the one before, for whose end it is taken
# otherwise: words are more often held than late. A mean squared difference of bands.
_CLEARLY = 0.8
# Bands from 100 to 7000 Hz, evenly on the mel scale, in windows of 25 ms.
_BANDS, _LOWEST, _HIGHEST = 24, 100.0, 7000.0
_WINDOW, _TRANSFORM = RATE // 40, 512
# The share of the loudest band's power below which a band holds nothing.
_NOTHING = 1e-7


def with_held(
    spoken: Sequence[tuple[Phone, ...]], joined: Sequence[bool], samples16k: Samples, silences: Silences
) -> list[tuple[Phone, ...]]:
    """The phones of words in order, of those that are held as long as they are heard.

    joined: of each word whether the text goes on without a pause; at others, a breath may be what is heard.
    """
    # Where hardly anything is silent, pauses are as loud as what is behind the voice.
    if silences.share < _SILENT_SHARE:
        return list(spoken)
    found = [list(phones) for phones in spoken]
    levels = [silences.level(phones[0].start, phones[-1].end) for phones in spoken]
    for at, (before, after) in enumerate(pairwise(spoken)):
        begin, end = before[-1].end, after[0].start
        if end - begin < _SHORTEST:
            continue
        if pauses := silences.between(begin, end, _SILENCE):
            # A voice that stops where the text doesn't may say there what was found elsewhere.
            if joined[at]:
                continue
            if _is_voice(begin, pauses[0][0], levels[at], silences):
                _end_at(found[at], pauses[0][0])
            if _is_voice(pauses[-1][1], end, levels[at + 1], silences):
                _begin_at(found[at + 1], pauses[-1][1])
        elif joined[at] and _is_voice(begin, end, min(levels[at : at + 2]), silences):
            if _begins_next(before, after, samples16k):
                _begin_at(found[at + 1], begin)
            else:
                _end_at(found[at], end)
    return [tuple(phones) for phones in found]


def _is_voice(begin: float, end: float, level: float, silences: Silences) -> bool:
    """Whether what lies there is long enough, and as loud as a word."""
    return end - begin >= _SHORTEST and silences.level(begin, end) >= level


def _begins_next(before: Sequence[Phone], after: Sequence[Phone], samples16k: Samples) -> bool:
    """Whether what lies between two words sounds more like the beginning of the second one."""
    begin, end = _step(before[-1].end), _step(after[0].start)
    first = max(_step(before[0].start), begin - _BESIDE)
    last = min(_step(after[-1].end), end + _BESIDE)
    bands = _bands(samples16k, first, last)
    ending, between, opening = np.split(bands, [begin - first, end - first])
    if not ending.size or not opening.size:
        return not ending.size
    unlike = [np.mean(np.square(between - part.mean(axis=0))) for part in (ending, opening)]
    return bool(unlike[1] < _CLEARLY * unlike[0])


def _bands(samples16k: Samples, first: int, last: int) -> npt.NDArray[np.float64]:
    """Decibels [steps, bands] above each step's mean, of windows around the middle of each step."""
    hop = RATE // STEPS_PER_SECOND
    margin = (_WINDOW - hop) // 2
    start, stop = first * hop - margin, last * hop + margin
    part = samples16k[max(0, start) : max(0, stop)].astype(np.float64)
    lead = max(0, -start)
    part = np.pad(part, (lead, stop - start - lead - part.size))
    windows = np.lib.stride_tricks.sliding_window_view(part, _WINDOW)[::hop] * np.hanning(_WINDOW)
    power = np.square(np.abs(np.fft.rfft(windows, _TRANSFORM)))
    bands = power @ _FILTERS
    decibels = 10.0 * np.log10(np.maximum(bands, max(_NOTHING * bands.max(), 1e-30)))
    return decibels - decibels.mean(axis=1, keepdims=True)


def _filters() -> npt.NDArray[np.float64]:
    """Triangles [frequencies, bands] from the middle of each band's neighbour to the other's."""
    lowest, highest = (np.log10(1.0 + hertz / 700.0) for hertz in (_LOWEST, _HIGHEST))
    edges = 700.0 * (10.0 ** np.linspace(lowest, highest, _BANDS + 2) - 1.0)
    hertz = np.fft.rfftfreq(_TRANSFORM, 1.0 / RATE)[:, None]
    below, middle, above = edges[:-2], edges[1:-1], edges[2:]
    return np.maximum(0.0, np.minimum((hertz - below) / (middle - below), (above - hertz) / (above - middle)))


_FILTERS = _filters()


def _step(seconds: float) -> int:
    return round(seconds * STEPS_PER_SECOND)


def _end_at(phones: list[Phone], end: float) -> None:
    """A word held to `end`: its last vowel is longer, and what follows that is as much later."""
    more = end - phones[-1].end
    held = next((at for at in reversed(range(len(phones))) if is_vowel(phones[at].name)), len(phones) - 1)
    phones[held] = replace(phones[held], end=phones[held].end + more)
    for at in range(held + 1, len(phones)):
        phones[at] = replace(phones[at], start=phones[at].start + more, end=phones[at].end + more)


def _begin_at(phones: list[Phone], begin: float) -> None:
    """A word that begins at `begin`: its first vowel is longer, and what precedes that is as much earlier."""
    more = phones[0].start - begin
    held = next((at for at, phone in enumerate(phones) if is_vowel(phone.name)), 0)
    phones[held] = replace(phones[held], start=phones[held].start - more)
    for at in range(held):
        phones[at] = replace(phones[at], start=phones[at].start - more, end=phones[at].end - more)
