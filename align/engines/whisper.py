"""Known text timed by a Whisper model that is made to write it (teacher forcing), window by window.

Beside where the model looks, it tells how much likelier the sound makes each word than silence does: that
shows which words are heard in a window, and whether the text belongs to the sound at all.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from ...engine.errors import AudioError
from ...engine.host.protocol import Host
from ..combine import Pass, Placed, combined
from ..doubt import lost_lines
from ..names import LANGUAGES
from ..pauses import INAUDIBLE, PAUSE, Silences
from ..refine import by_lines
from ..scan import STRETCH
from ..text import LyricLine
from ..timing import Alignment, settled
from ..whisper.model import MOST_TOKENS, RATE, WhisperModel
from ..whisper.windows import Windows, lost_share
from ..words import Line, WordTimings
from .protocol import Request

ENGINE = "whisper"
STAGE = "Aligning (Whisper)"

Samples = npt.NDArray[np.float32]

# Tokens of text given to a window at once. Fewer lose the end of fast passages, more derail in slow ones: the
# run that leaves fewer words without a length is the better one.
_TEXT_LIMITS = (100, 200)
_GOOD_ENOUGH = 0.05
# Lines with less evidence than this, nats a token, are looked for between the others.
_ANCHOR = 0.4
# No less is heard of a line that is found for certain, nats a token in the mean, of so many tokens; and of so
# many lines of a text that belongs to the sound.
_CERTAIN, _MOST, _CERTAIN_TOKENS, _CERTAIN_SHARE = 1.0, 4.0, 5, 0.05
# With more lines than this share that are not heard, other aligners are tried before.
_LOST_LINES = 0.5
# Seconds that a line's last word is held for at most.
_LONGEST_LAST = 2.0
# Seconds that a word is shown for which is not heard.
_UNHEARD_WORD, _LEAST_ROOM = 0.3, 0.005
_PEAK, _NOISE = 0.7, 0.001
# The evidence per token (nats) at which two thirds of full confidence are reached.
_CONFIDENT = 1.5


class Whisper:
    """See `protocol.Aligner`. By the first Whisper model of the run that can do it, which finds the lines;
    words are then found again in their lines, where that is surer."""

    name = ENGINE
    languages = frozenset(LANGUAGES)
    contents = frozenset({"speech", "song"})
    needs = "any Whisper model: .pt, Hugging Face or CTranslate2 folder"
    estimates = False

    def ready(self, request: Request) -> bool:
        return True

    def align(self, request: Request) -> Alignment:
        language = request.whispers.language
        found = request.whispers.use(
            lambda model: align(request.samples, request.lines, model, request.host, language=language)
        )
        if found.derailed:
            return found
        timings = by_lines(found.timings, request)
        lost, count = len(lost_lines(timings)), len(timings.lines)
        if lost <= _LOST_LINES * count or request.by_name:
            return Alignment(timings)
        # Words that are recognised may tell more; where they don't, these lines are found all the same.
        return Alignment(timings, f"{lost} of {count} lines are not heard", partial=timings)


def align(
    samples16k: Samples, lines: Sequence[LyricLine], model: WhisperModel, host: Host, *, language: str = ""
) -> Alignment:
    """Time the words of lyrics on mono samples float32 [n] at 16 kHz, in the model's languages.

    language: BCP 47, or "" to hear it. Raises AudioError for empty sound, and what the host raises when the
    run is cancelled.
    """
    if samples16k.size == 0:
        raise AudioError("The soundtrack is empty: choose audio that holds the words.")
    duration = samples16k.size / RATE
    engine = f"{ENGINE} {model.name}"
    level = float(np.abs(samples16k).max())
    if level < INAUDIBLE:
        return Alignment(WordTimings((), language, engine), "there is nothing to hear")
    noise = np.random.default_rng(0).standard_normal(samples16k.size, dtype=np.float32)
    prepared = samples16k * np.float32(_PEAK / level) + np.float32(_NOISE) * noise
    words = [word for line in lines for word in line.words]
    spaces = [True, *(word.space for word in words)]  # before each word
    tokens = [
        # What is no word, such as a line of base64, may be longer than the model can write at once.
        model.tokenizer.encode(" " * space + word.display)[:MOST_TOKENS]
        for space, word in zip(spaces, words, strict=False)
    ]
    run = Windows(prepared, lines, tokens, model, host, language)
    found = _by_lines(run)
    timings = _timings(lines, found, model.lag, Silences(samples16k), duration)
    return Alignment(WordTimings(timings, run.language, engine), _derailed(found, run.sizes))


def _by_lines(run: Windows) -> list[Placed | None]:
    """Each line from the pass that hears it best, after those that no pass hears well were looked for in what
    the others leave of the sound: in rows, then one by one, then in rows between those."""
    passes = _passes(run, STAGE)
    for stage, look in (("gaps", _in_row), ("one by one", _one_by_one), ("gaps again", _in_row)):
        anchors = combined(passes, run.sizes, _ANCHOR)
        again = _in_gaps(run, anchors, look, f"{STAGE}, {stage}")
        if any(again):
            passes.append(again)
    return combined(passes, run.sizes)


def _passes(run: Windows, stage: str) -> list[list[Placed | None]]:
    """All words, with one limit of tokens after the other while that may hear more."""
    passes: list[list[Placed | None]] = []
    for number, limit in enumerate(_TEXT_LIMITS, 1):
        placed, limited = run.placed(limit, stage if number == 1 else f"{stage}, again")
        passes.append(placed)
        if not limited or lost_share(placed) <= _GOOD_ENOUGH:
            break
    return passes


def _in_gaps(
    run: Windows, anchors: Sequence[Placed | None], look: Callable[[Windows, str], Pass], stage: str
) -> list[Placed | None]:
    """The words of lines between anchors, each row of them in its own stretch of the sound; None for all
    others. look: finds the words of a stretch."""
    edges = run.edges
    result: list[Placed | None] = [None] * len(anchors)
    missing = [anchors[first] is None for first in edges[:-1]]
    if all(missing):
        return result
    at = 0
    while at < len(missing):
        last = next((line for line in range(at, len(missing)) if not missing[line]), len(missing))
        before = anchors[edges[at] - 1] if at else None
        after = anchors[edges[last]] if last < len(missing) else None
        begin = min(before.end, before.start + _LONGEST_LAST) if before else 0.0
        part = run.part(at, last, begin, after.start if after else run.duration) if last > at else None
        if part is not None and part.has_room:
            result[edges[at] : edges[last]] = [
                word and replace(word, start=word.start + begin, end=word.end + begin)
                for word in look(part, stage)
            ]
        at = last + 1
    return result


def _in_row(part: Windows, stage: str) -> Pass:
    sizes = [size for line in part.sizes for size in line]
    return max(_passes(part, stage), key=lambda words: _worth(words, sizes))


def _one_by_one(part: Windows, stage: str) -> Pass:
    """Of a stretch that is no longer than what a line is looked for in, nothing more is found."""
    if part.duration <= STRETCH:
        return [None] * part.edges[-1]
    return part.line_by_line(stage)


def _worth(words: Sequence[Placed | None], sizes: Sequence[int]) -> float:
    return sum(word.evidence * size for word, size in zip(words, sizes, strict=True) if word)


def _derailed(found: Sequence[Placed | None], sizes: Sequence[Sequence[int]]) -> str:
    at = certain = 0
    for line in sizes:
        words = found[at : at + len(line)]
        at += len(line)
        evidence = [min(word.evidence, _MOST) if word else 0.0 for word in words]
        certain += sum(line) >= _CERTAIN_TOKENS and float(np.average(evidence, weights=line)) >= _CERTAIN
    return "" if certain and certain >= _CERTAIN_SHARE * len(sizes) else "the text is not heard in the sound"


def _timings(
    lines: Sequence[LyricLine],
    placed: Sequence[Placed | None],
    lag: float,
    silences: Silences,
    duration: float,
) -> tuple[Line, ...]:
    """The words without the model's lag, beginning and ending where the sound does."""
    firsts = {0, *accumulate(len(line.words) for line in lines)}
    rooms = iter(_rooms(placed, firsts, duration))
    remaining = iter(placed)
    known = 0.0
    timed = []
    for line in lines:
        words = []
        for word in line.words:
            found, (wait, room) = next(remaining), next(rooms)
            if found is None:
                known += wait
                words.append(word.at(known, known + room, 0.0))
                known += room
                continue
            start = max(known, found.start - lag)
            start = silences.onset(start, max(start, found.end - lag))
            end = max(start, found.end - lag)
            pauses = silences.between(start, end, PAUSE)
            known = pauses[0][0] if pauses and pauses[0][0] > start else end
            words.append(word.at(start, known, _confidence(found.evidence)))
        timed.append(Line(tuple(words)))
    return settled(timed, duration, crowded=True)


def _rooms(
    placed: Sequence[Placed | None], firsts: Container[int], duration: float
) -> list[tuple[float, float]]:
    """For each word that is not heard the seconds before it, and those it is shown for.

    firsts: words that begin a line. Lines that are not heard share what lies between two that are, by their
    words: they are sung somewhere there."""
    rooms = [(0.0, 0.0)] * len(placed)
    at = 0
    while at < len(placed):
        last = next((n for n in range(at, len(placed)) if placed[n] is not None), len(placed))
        before, after = placed[at - 1] if at else None, placed[last] if last < len(placed) else None
        free = (after.start if after else duration) - (before.end if before else 0.0)
        share = free / max(1, last - at)
        room = max(_LEAST_ROOM, min(_UNHEARD_WORD, share))
        waits = max(0.0, share - room) if before and after else 0.0
        missed = 0
        for n in range(at, last):
            rooms[n] = (waits * missed if n in firsts else 0.0, room)
            missed = 1 if n in firsts else missed + 1
        at = last + 1
    return rooms


def _confidence(evidence: float) -> float:
    return round(1.0 - float(np.exp(-max(0.0, evidence) / _CONFIDENT)), 3)
