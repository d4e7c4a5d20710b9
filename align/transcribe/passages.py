"""Cutting a sound into passages to recognise one after the other, without the stretches that hold no voice.

Recognisers invent words where nothing is said, so speech goes to them without its pauses. The voice detector
misses a third of sung frames, so of a song only silence is taken out. Passages bound the memory that a long
sound takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ...engine.media.spans import Spans
from ...engine.media.voice import looks_like_song, loud_spans, voiced_spans
from ..names import Content
from ..pauses import INAUDIBLE, SpliceClock

RATE = 16000
Span = tuple[float, float]

_PEAK = 0.7
# What stays of a pause on either side, seconds: recognisers hear by it where words end. Shorter pauses stay
# whole.
_EDGE = 0.5
_STEP = RATE // 100
# A cut through continuous sound is made at the quietest moment in the last part of the passage.
_CUT_SEARCH = 10.0
_CUT_SMOOTHING = 0.2
_WINDOW = 30 * RATE
_LANGUAGE_WINDOWS = 4


@dataclass(frozen=True, eq=False)
class Passage:
    """samples: mono float32 [n] at 16 kHz; spans: the stretches of the sound joined in it, seconds, in order;
    voiced: those in which there is a voice, as far as that can be told, seconds of the sound."""

    samples: npt.NDArray[np.float32]
    spans: Sequence[Span]
    voiced: Spans

    @cached_property
    def clock(self) -> SpliceClock:
        return SpliceClock(self.spans)

    @property
    def duration(self) -> float:
        return len(self.samples) / RATE


def resolved(content: Content, samples: npt.NDArray[np.float32]) -> Content:
    """ "speech" or "song"."""
    if content != "auto":
        return content
    return "song" if looks_like_song(samples) else "speech"


def passages(samples: npt.NDArray[np.float32], content: Content, longest: float) -> list[Passage]:
    """Passages of up to `longest` seconds of a sound, float32 [n] at 16 kHz, brought to an even level.

    None where nothing can be heard. content: "speech" or "song".
    """
    peak = float(np.abs(samples).max(initial=0.0))
    if peak < INAUDIBLE:
        return []
    samples = samples * np.float32(_PEAK / peak)
    voiced = voiced_spans(samples) if content == "speech" else loud_spans(samples)
    spans = voiced.padded(_EDGE, 0.0, len(samples) / RATE)
    return [
        Passage(
            np.concatenate([samples[round(a * RATE) : round(b * RATE)] for a, b in group]),
            group,
            Spans(span for span in voiced if span[1] > group[0][0] and span[0] < group[-1][1]),
        )
        for group in _grouped(_shortened(spans, samples, longest), longest)
    ]


def language_samples(parts: Sequence[Passage]) -> list[npt.NDArray[np.float32]]:
    """Up to four half minutes, spread over the passages, to hear the language in."""
    windows = [
        part.samples[first : first + _WINDOW]
        for part in parts
        for first in range(0, max(1, len(part.samples) - _WINDOW // 2), _WINDOW)
    ]
    return [
        windows[at]
        for at in np.linspace(0, len(windows) - 1, min(_LANGUAGE_WINDOWS, len(windows))).round().astype(int)
    ]


def _shortened(spans: Spans, samples: npt.NDArray[np.float32], longest: float) -> list[Span]:
    """The spans, those that are too long cut where it is quietest."""
    power = np.square(samples[: len(samples) // _STEP * _STEP]).reshape(-1, _STEP).mean(axis=1)
    width = round(_CUT_SMOOTHING * RATE / _STEP)
    power = np.convolve(power, np.ones(width) / width, "same")
    search = min(_CUT_SEARCH, longest / 2)
    parts: list[Span] = []
    for start, stop in spans:
        while stop - start > longest:
            first, last = (round(time * RATE / _STEP) for time in (start + longest - search, start + longest))
            cut = (first + int(np.argmin(power[first:last]))) * _STEP / RATE
            parts.append((start, cut))
            start = cut
        parts.append((start, stop))
    return parts


def _grouped(spans: Sequence[Span], longest: float) -> list[list[Span]]:
    groups: list[list[Span]] = []
    room = 0.0
    for start, stop in spans:
        if stop - start > room:
            groups.append([])
            room = longest
        groups[-1].append((start, stop))
        room -= stop - start
    return groups
