"""Text that goes on after the sound's end, as of a clip that was trimmed: what is heard keeps its times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.errors import AlignmentError
from ..engine.report import Caution
from .doubt import UNHEARD, doubtful_share, reached, unheard_share
from .match import ENGINE as MATCHED
from .match import GUESSED
from .pauses import Silences
from .pocket import RATE
from .words import Line, Word, WordTimings

if TYPE_CHECKING:
    from .language import Language
    from .pocket_aligner import PocketAligner
    from .text import LyricLine

# Of beginnings of right texts, four voices, clear and over music at 10 dB, 0 to 19 % of the words are unheard
# and the mean confidence is 0.71 to 1; of other texts it is up to 0.67, but for a few short ones.
_MOST_UNHEARD, _LEAST_MEAN, _FEWEST = 0.2, 0.68, 3
# Seconds of sound after the last word that is found, without pauses: 0 to 0.4 where a text was cut off.
_MOST_LEFT, _PAUSE = 0.5, 0.05
# Seconds at the sound's end that all words share which come after it.
_TAIL = 0.02
# Nobody says words faster than this in the mean, seconds a word.
_FASTEST = 0.15
_NAMED = 5


def as_far_as_heard(
    samples16k: npt.NDArray[np.float32],
    lines: Sequence[LyricLine],
    language: Language,
    pocket: PocketAligner,
) -> WordTimings:
    """Every word by PocketSphinx, also where the text goes on after the sound's end: what comes after it is
    laid at the end, without confidence.

    samples16k: mono float32 [n]. Raises as `PocketAligner.align`.
    """
    try:
        timings = pocket.align(samples16k, lines, language)
    except AlignmentError:
        begun = _begun(samples16k, lines, language, pocket)
        if begun is None:
            raise
        return begun
    if unheard_share(timings) <= doubtful_share(timings):
        return timings
    # A word or two too many may be squeezed in.
    begun = _begun(samples16k, lines, language, pocket)
    return timings if begun is None or unheard_share(begun) > doubtful_share(begun) else begun


def _begun(
    samples16k: npt.NDArray[np.float32],
    lines: Sequence[LyricLine],
    language: Language,
    pocket: PocketAligner,
) -> WordTimings | None:
    """None where the sound doesn't say the text's beginning up to its own end, or says all of it."""
    try:
        found = pocket.align_begun(samples16k, lines, language)
    except AlignmentError:
        return None
    words = found.words()
    duration = samples16k.size / RATE
    pauses = Silences(samples16k).between(words[-1].end, duration, _PAUSE)
    left = duration - words[-1].end - sum(b - a for a, b in pauses)
    # What is cut off in its middle may be taken for the next word.
    while words and words[-1].confidence < UNHEARD:
        words.pop()
    unheard = sum(word.confidence < UNHEARD for word in words)
    if (
        len(words) < _FEWEST
        or left > _MOST_LEFT
        or unheard > _MOST_UNHEARD * len(words)
        or fmean(word.confidence for word in words) < _LEAST_MEAN
        or len(words) == sum(len(line.words) for line in lines)
    ):
        return None
    return replace(found, lines=_with_rest(lines, words, duration))


def _with_rest(lines: Sequence[LyricLine], heard: Sequence[Word], duration: float) -> tuple[Line, ...]:
    """All lines: the words that are heard, which are the first ones, and the others in the last moment of the
    sound. duration: seconds."""
    texts = [word for line in lines for word in line.words][len(heard) :]
    words = iter(_laid([*heard, *(text.at(duration, duration, 0.0) for text in texts)], len(heard), duration))
    return tuple(Line(tuple(next(words) for _ in line.words)) for line in lines)


def _laid(words: Sequence[Word], heard: int, duration: float) -> list[Word]:
    """The words after the first `heard` ones share the last moment of the sound."""
    last = words[heard - 1]
    begin = max(duration - _TAIL, (last.start + duration) / 2)
    phones = tuple(
        replace(phone, start=min(phone.start, begin), end=min(phone.end, begin)) for phone in last.phones
    )
    edges = np.linspace(begin, duration, len(words) - heard + 1).tolist()
    return [
        *words[: heard - 1],
        replace(last, end=min(last.end, begin), phones=phones),
        *(
            replace(word, start=start, end=end, confidence=0.0, phones=(), syllables=())
            for word, start, end in zip(words[heard:], edges[:-1], edges[1:], strict=True)
        ),
    ]


def fitting(lines: Sequence[LyricLine], most: float) -> Sequence[LyricLine]:
    """The first lines, of up to so many words together; one at least."""
    count = 0
    for number, line in enumerate(lines):
        count += len(line.words)
        if count > most:
            return lines[: max(1, number)]
    return lines


def ended(
    timings: WordTimings, duration: float, rest: Sequence[LyricLine] = ()
) -> tuple[WordTimings, list[str]]:
    """Without the lines that come after the sound's end, and a sentence that names them, or none.

    They are those at the end of which nothing is heard, where there is no room left for them. duration:
    seconds. rest: further lines, which were not looked for because the sound is too short for them."""
    words = timings.words()
    heard = len(words)
    least = GUESSED if timings.engine.startswith(MATCHED) else 0.0
    while heard and words[heard - 1].confidence <= least:
        heard -= 1
    after = len(words) - heard
    if heard and after and (after == len(words) - len(reached(words)) or _no_room(words, heard, duration)):
        words = _laid(words, heard, duration)
    else:
        # Nothing is heard at all, or what is not heard may well be there.
        heard = len(words)
    kept: list[Line] = []
    cut: Line | None = None
    at = 0
    for line in timings.lines:
        first, at = at, at + len(line.words)
        if first < heard:
            kept.append(replace(line, words=tuple(words[first:at])))
            cut = kept[-1] if at > heard else None
    dropped = [line.text for line in timings.lines[len(kept) :]]
    dropped += ["".join(word.display + " " * word.space for word in line.words).rstrip() for line in rest]
    return replace(timings, lines=tuple(kept)), _said(cut, dropped)


def _no_room(words: Sequence[Word], heard: int, duration: float) -> bool:
    return duration - words[heard - 1].end < _FASTEST * (len(words) - heard)


def _said(cut: Line | None, dropped: Sequence[str]) -> list[str]:
    within = f"The sound ends within the line “{cut.text}”" if cut else ""
    if not dropped:
        return [f"{within}."] if within else []
    named = "; ".join(f"“{text}”" for text in dropped[:_NAMED])
    more = f"; and {len(dropped) - _NAMED} more" if len(dropped) > _NAMED else ""
    come = "1 line comes" if len(dropped) == 1 else f"{len(dropped)} lines come"
    out = "is" if len(dropped) == 1 else "are"
    said = f"{come} after the sound's end and {out} left out: {named}{more}."
    return [Caution(f"{within}; {said}" if within else said, "beyond", count=len(dropped))]
