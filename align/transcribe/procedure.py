"""What all engines share: passage by passage, from a sound to lines of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...engine.errors import AudioError, InputError
from ..lines import break_lines
from ..names import UNSPACED, Content
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


@dataclass(frozen=True)
class Session:
    """A model that is loaded.

    known: codes of its languages. probabilities: of languages, in some samples. recognise: what is said in
    samples, in a language; it tells how far it is."""

    known: Collection[str]
    probabilities: Callable[[Samples], Mapping[str, float]]
    recognise: Callable[[Samples, str, Heard], Iterable[Segment]]


def transcribed(
    sound: Sound,
    opened: Callable[[], AbstractContextManager[Session]],
    host: Host,
    *,
    engine: str,
    language: str | None,
    content: Content,
    longest: float,
    late: float = 0.0,
) -> WordTimings:
    """The words of a sound, in passages of up to `longest` seconds; nothing is opened where none is heard.

    late: as `listen` takes it. Raises as `protocol.Transcriber`."""
    parts = cut(sound, content, longest)
    if not parts:
        return WordTimings((), language or "", engine)
    with opened() as session:
        tongue = spoken_language(language, session.known, parts, session.probabilities, engine)
        segments = listen(
            parts, lambda samples, heard: session.recognise(samples, tongue, heard), host, late=late
        )
    return timings(segments, sound, tongue, engine)


def word(text: str, start: float, end: float, confidence: float, language: str) -> Word:
    """As an engine has it, with spaces around its text."""
    return Word(text.strip(), start, end, round(float(confidence), 3), space=language not in UNSPACED)


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
