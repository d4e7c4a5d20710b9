"""Words of lines whose place is known, found again by PocketSphinx in each line's own stretch of the sound.

Over a whole song with music it finds no way; in the few seconds of one line it does, and more exactly than
what anchored the line, with the phones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.errors import AlignmentError, AudioError, MissingFilesError, TextError
from ..engine.host.protocol import Host
from .language import Language
from .pocket_aligner import RATE, PocketAligner
from .text import LyricLine
from .timing import settled
from .torn import LONGEST_PAUSE, gathered, is_torn, strays
from .words import Line, Word, WordTimings

if TYPE_CHECKING:
    from .engines.protocol import Request

STAGE = "Aligning lines"

# What the stretch has more than the line as it was anchored, seconds: before its first word begins and after
# its last one does. The second search is for what the first one didn't find.
_BEFORE, _AFTER = (1.2, 2.5), (2.5, 4.0)
# How far a stretch reaches into the next line, whose start may be early.
_INTO = 0.2
# A line's mean confidence from which on the new times are taken. Of lines that are where they were anchored
# it was 0.69 to 1 on made songs, also with music as loud as the voice; of others 0.65 in the middle.
_SURE = (0.68, 0.72)
# Words that the anchoring is sure of, and how far off the new times may be in the middle, seconds.
_ANCHORED, _FARTHEST = 0.5, 0.8
# And words that it is very sure of: none of them is moved farther, in seconds.
_CERTAIN, _MOST = 0.9, 1.0
# A line of less confidence in the mean takes no time from its neighbours.
_TRUSTED = 0.35


def by_lines(anchored: WordTimings, request: Request) -> WordTimings:
    """Timings whose lines are about right, with the words found again."""
    timings, count = _in_request(anchored, request, PocketAligner(request.host.check_cancelled), None)
    if not count:
        return anchored
    lines = "1 line" if count == 1 else f"{count} lines"
    return replace(timings, engine=f"{anchored.engine}, words of {lines} by pocketsphinx")


def untorn(timings: WordTimings, request: Request, pocket: PocketAligner) -> WordTimings:
    """Timings whose torn lines are placed again."""
    torn = [at for at, line in enumerate(timings.lines) if is_torn(line)]
    if not torn:
        return timings
    lines = list(timings.lines)
    for at in torn:
        lines[at] = gathered(lines[at], request.lines[at])
    return _in_request(replace(timings, lines=tuple(lines)), request, pocket, torn)[0]


def _in_request(
    timings: WordTimings, request: Request, pocket: PocketAligner, only: Iterable[int] | None
) -> tuple[WordTimings, int]:
    return refined(
        timings, request.samples, request.lines, request.spoken, pocket, request.host, only,
        over_music=request.song,
    )  # fmt: skip


def refined(
    timings: WordTimings,
    samples16k: npt.NDArray[np.float32],
    lines: Sequence[LyricLine],
    language: Language,
    pocket: PocketAligner,
    host: Host,
    only: Iterable[int] | None = None,
    over_music: bool = False,
) -> tuple[WordTimings, int]:
    """Better times for the lines that have them, the others as they were, and how many lines that is.

    samples16k: mono float32 [n]; lines: those of the timings, in order; only: the numbers of the lines to
    find again, else those that are heard at all; over_music: drums are taken out of each stretch first.
    Checks for cancel between lines.
    """
    duration = samples16k.size / RATE
    found = list(timings.lines)
    left = sorted(only) if only is not None else [at for at, line in enumerate(found) if _confidence(line)]
    trusted = [_confidence(line) >= _TRUSTED for line in found]
    total = len(left)
    for search, sure in enumerate(_SURE):
        missed: list[int] = []
        # The surest first: what they take is not the others'.
        left.sort(key=lambda at: -_confidence(found[at]))
        for number, at in enumerate(left):
            host.progress(f"{STAGE}, again" if search else STAGE, number, len(left), unit="lines")
            begin, end = _stretch(found, trusted, at, _BEFORE[search], _AFTER[search], duration)
            part = samples16k[round(begin * RATE) : round(end * RATE)]
            if over_music:
                from ..engine.vocals.emphasis import emphasised

                part = emphasised(part[None], RATE)[0]
            try:
                (line,) = pocket.align(part, [lines[at]], language).lines
                if over_music and (stray := strays(line, begin, found[at])):
                    line = gathered(line, lines[at], stray)
                words = list(line.words)
            except MissingFilesError:
                return timings, 0
            except (AlignmentError, AudioError, TextError):
                words = []
            if words and _better(words, begin, found[at].words, sure):
                found[at] = replace(found[at], words=tuple(_later(word, begin) for word in words))
                trusted[at] = True
            else:
                missed.append(at)
        left = missed
    host.progress(STAGE, total, max(1, total), unit="lines")
    laid = _between(found, trusted, duration)
    return replace(timings, lines=settled(laid, duration, crowded=True)), total - len(left)


def _confidence(line: Line) -> float:
    return fmean(word.confidence for word in line.words)


def _stretch(
    lines: Sequence[Line], trusted: Sequence[bool], at: int, before: float, after: float, duration: float
) -> tuple[float, float]:
    """Where to look for a line, between its neighbours."""
    first, last = lines[at].words[0], lines[at].words[-1]
    previous = next((lines[n] for n in reversed(range(at)) if trusted[n]), None)
    following = next((lines[n] for n in range(at + 1, len(lines)) if trusted[n]), None)
    # How long a line's last word is held is not certain.
    earliest = (previous.words[-1].start + previous.words[-1].end) / 2 if previous else 0.0
    latest = following.start + _INTO if following else duration
    begin = max(earliest, first.start - before)
    return begin, max(begin, min(latest, last.start + after, duration))


def _better(words: Sequence[Word], begin: float, anchored: Sequence[Word], sure: float) -> bool:
    if fmean(word.confidence for word in words) < sure:
        return False
    if any(after.start - before.end > LONGEST_PAUSE for before, after in pairwise(words)):
        return False
    apart = [
        (abs(begin + new.start - old.start), old.confidence)
        for new, old in zip(words, anchored, strict=True)
        if old.confidence >= _ANCHORED
    ]
    if any(far > _MOST for far, confidence in apart if confidence >= _CERTAIN):
        return False
    return not apart or float(np.median([far for far, _ in apart])) <= _FARTHEST


def _later(word: Word, seconds: float) -> Word:
    phones = tuple(
        replace(phone, start=phone.start + seconds, end=phone.end + seconds) for phone in word.phones
    )
    return replace(word, start=word.start + seconds, end=word.end + seconds, phones=phones)


def _between(lines: Sequence[Line], trusted: Sequence[bool], duration: float) -> list[Line]:
    """The lines that can't be trusted inside of what the others leave."""
    laid = list(lines)
    for at, line in enumerate(lines):
        if trusted[at]:
            continue
        earliest = laid[at - 1].end if at else 0.0
        latest = next((lines[n].start for n in range(at + 1, len(lines)) if trusted[n]), duration)
        if earliest <= line.start and line.end <= latest:
            continue
        begin = min(max(line.start, earliest), latest)
        length = max(0.0, min(line.end - line.start, latest - begin))
        scale = length / (line.end - line.start) if line.end > line.start else 0.0
        words = tuple(
            replace(
                word,
                start=begin + (word.start - line.start) * scale,
                end=begin + (word.end - line.start) * scale,
                phones=(),
            )
            for word in line.words
        )
        laid[at] = replace(line, words=words)
    return laid
