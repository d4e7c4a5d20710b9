"""What all engines share: passage by passage, from a sound to lines of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...engine.errors import AudioError, InputError
from ..lines import break_lines
from ..names import Content
from ..timing import settled
from ..words import Word, WordTimings
from .passages import RATE, Passage, language_samples, passages, resolved
from .protocol import Segment
from .sieve import plausible

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.media.sound import Sound

STAGE = "Transcribing"

# What a voice detector misses of a word's soft edges, seconds.
_ONSET = 0.05
_OFFSET = 0.1

Samples = npt.NDArray[np.float32]
Heard = Callable[[float], None]
"""Told how many seconds of a passage are done; raises when the run is cancelled."""
Listener = Callable[[Samples, Heard], Iterable[Segment]]
"""Recognises mono samples float32 [n] at 16 kHz."""


def cut(sound: Sound, content: Content, longest: float) -> list[Passage]:
    """The passages of a sound, of up to `longest` seconds. Raises AudioError for empty sound."""
    samples = sound.mono(RATE)
    if samples.size == 0:
        raise AudioError("The audio is empty (0 samples): choose one that has some length.")
    return passages(samples, resolved(content, samples), longest)


def spoken_language(
    asked: str | None,
    known: Collection[str],
    parts: Sequence[Passage],
    probabilities: Callable[[Samples], Mapping[str, float]],
    engine: str,
) -> str:
    """The language that is asked for, else what is heard in several places of the sound: songs often begin
    without a voice. known: what the model knows. Raises InputError for another one."""
    if asked is not None and asked not in known:
        raise InputError(
            f'{engine} doesn\'t know the language "{asked}": choose '
            + ("another one." if len(known) > 1 else 'a model without ".en" in its name.')
        )
    if asked or len(known) == 1:
        return asked or "en"
    votes: Counter[str] = Counter()
    for samples in language_samples(parts):
        votes.update(probabilities(samples))
    return votes.most_common(1)[0][0]


def listen(
    parts: Iterable[Passage], listener: Listener, host: Host, *, late: float = 0.0
) -> list[list[Word]]:
    """The words of each plausible segment, seconds of the sound.

    late: how many seconds after their onset the engine has words begin."""
    parts = list(parts)
    total = sum(part.duration for part in parts)
    done = 0.0

    def heard(seconds: float) -> None:
        host.progress(STAGE, round(done + seconds), max(1, round(total)), unit="seconds")

    segments: list[list[Word]] = []
    for part in parts:
        heard(0.0)
        for segment in plausible(listener(part.samples, heard), part):
            segments.append([_placed(word, part, late) for word in segment.words])
        done += part.duration
    heard(0.0)
    return segments


def timings(segments: list[list[Word]], sound: Sound, language: str, engine: str) -> WordTimings:
    """Words in order, none after the sound's end."""
    duration = float(sound.duration)
    return WordTimings(settled(break_lines(segments), duration), language, engine)


def _placed(word: Word, part: Passage, late: float) -> Word:
    """The word on the sound's time line, without the pauses that engines give to a word beside them."""
    start = min(max(0.0, word.start - late), part.duration)
    end = min(max(start, word.end), part.duration)
    begin, stop = part.clock.opening(start), part.clock.closing(end)
    for first, last in part.voiced:
        if first - _ONSET < stop and begin < last + _OFFSET:
            begin = max(begin, first - _ONSET)
            break
    for first, last in reversed(part.voiced):
        if first < stop and begin < last + _OFFSET:
            stop = min(stop, last + _OFFSET)
            break
    return replace(word, start=begin, end=max(stop, begin))
