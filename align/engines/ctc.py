"""Known text timed by CTC forced alignment: letters of a wav2vec 2.0 that spells, and an exact best path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ...engine.errors import AlignmentError, AudioError
from ...engine.host.protocol import Host
from ...engine.weights.locate import require
from ..ctc.model import FRAMES_PER_SECOND, RATE, SEPARATOR, CtcModel, load_ctc
from ..ctc.viterbi import BLANK, Path, Token, forced_path
from ..pauses import Silences
from ..text import LyricLine, LyricWord
from ..timing import Alignment, settled
from ..weights import CTC
from ..words import Line, WordTimings
from .protocol import Request

ENGINE = "ctc"

Samples = npt.NDArray[np.float32]
Emissions = npt.NDArray[np.float32]

# What the star costs per frame (nats): a letter of the text is preferred to it where it fits as well, and a
# blank before or after it to one that it takes between letters.
_STAR_COST = 0.5
_STAR_BLANK_COST = 0.001
# By how much (nats a letter) the text must fit better than the same letters backwards, which fit by chance.
_BETTER_THAN_CHANCE = 0.5
# With more words than this squeezed to one frame a letter the path has lost its way.
_SQUEEZED_SHARE = 0.5
# Letters are emitted as spikes: a word lasts until the next where that follows soon, else while it sounds.
_JOINED = 0.15
_LONGEST_TAIL = 2.0
_PAUSE = 0.06


class Ctc:
    """See `protocol.Aligner`."""

    name = ENGINE
    languages = frozenset(CTC)
    contents = frozenset({"speech", "song"})
    needs = "the language's wav2vec 2.0: 378 MB for English, 1.26 GB for the others"
    estimates = False

    def ready(self, request: Request) -> bool:
        return True

    def align(self, request: Request) -> Alignment:
        # A language without a model of its own is spelled in the English letters that look alike.
        weights = CTC.get(request.spoken.code, CTC["en"])
        model = load_ctc(require(weights, request.host, download=request.download), request.host)
        found = align(request.samples, request.lines, model, request.host)
        language = request.language.tag if request.language else ""
        timings = replace(found.timings, language=language, engine=f"{ENGINE} ({model.name})")
        return replace(found, timings=timings)


@dataclass(frozen=True, slots=True)
class Spelling:
    """tokens: of the whole text; words: for each word of the lyrics the tokens first..last-1 that spell it,
    the same number twice where it has no letters the model knows."""

    tokens: tuple[Token, ...]
    words: tuple[tuple[int, int], ...]


def spelled(lines: Sequence[LyricLine], vocabulary: Mapping[str, int], star: int) -> Spelling:
    """Lyrics letter by letter, other scripts romanised.

    Words are parted by separators and lines by stars (the column `star`), which a path may leave out: what is
    sung between the lines and not in the text goes to a star.
    """
    separator = Token(vocabulary[SEPARATOR], optional=True)
    rest = Token(star, optional=True)
    tokens: list[Token] = [rest]
    words: list[tuple[int, int]] = []
    for line in lines:
        for word in line.words:
            letters = [Token(vocabulary[letter]) for letter in _letters(word, vocabulary)]
            if letters and not tokens[-1].optional:
                tokens.append(separator)
            words.append((len(tokens), len(tokens) + len(letters)))
            tokens += letters
        if not tokens[-1].optional:
            tokens.append(rest)
    return Spelling(tuple(tokens), tuple(words))


def _letters(word: LyricWord, vocabulary: Mapping[str, int]) -> str:
    """The word in letters that the model knows: its own where it has them, else those that look alike."""
    from anyascii import anyascii

    capitals = "E" in vocabulary
    text = "".join(word.said or word.spoken)
    own = text.upper() if capitals else text.lower()
    spelled = "".join(
        letter if letter in vocabulary else anyascii(letter).upper() if capitals else anyascii(letter).lower()
        for letter in own
    )
    return "".join(letter for letter in spelled if letter in vocabulary)


def align(samples16k: Samples, lines: Sequence[LyricLine], model: CtcModel, host: Host) -> Alignment:
    """Time the words of lyrics on mono samples float32 [n] at 16 kHz.

    Raises AudioError for empty sound, and what the host raises when the run is cancelled.
    """
    if samples16k.size == 0:
        raise AudioError("The soundtrack is empty: choose audio that holds the words.")
    emissions = model.emissions(samples16k, host)
    return aligned(emissions, samples16k, lines, spelled(lines, model.vocabulary, model.star))


def aligned(
    emissions: Emissions,
    samples16k: Samples,
    lines: Sequence[LyricLine],
    spelling: Spelling,
) -> Alignment:
    """Lyrics on what a model emits: log probabilities [frames of 20 ms, columns], blank first, star last."""
    nothing = WordTimings((), engine=ENGINE)
    emissions = emissions.copy()
    emissions[:, -1] = np.maximum(emissions[:, -1] - _STAR_COST, emissions[:, BLANK] - _STAR_BLANK_COST)
    if all(token.optional for token in spelling.tokens):
        return Alignment(nothing, "the text has no letters to align")
    try:
        path = forced_path(emissions, spelling.tokens)
        chance = forced_path(emissions, spelling.tokens[::-1])
    except AlignmentError:
        return Alignment(nothing, "the text has more letters than the sound has room for")
    confidences = _confidences(emissions, spelling, path)
    timed = _timings(lines, spelling, path, confidences, Silences(samples16k), samples16k.size / RATE)
    letters = sum(not token.optional for token in spelling.tokens)
    derailed = ""
    if (path.score - chance.score) / letters < _BETTER_THAN_CHANCE:
        derailed = "the text fits the sound no better than any other"
    elif (share := _squeezed(spelling, path)) > _SQUEEZED_SHARE:
        derailed = f"{share:.0%} of the words found no room"
    return Alignment(WordTimings(timed, engine=ENGINE), derailed)


def _confidences(emissions: Emissions, spelling: Spelling, path: Path) -> list[float]:
    """Of each word the geometric mean of its letters' highest probabilities; 0 without letters."""
    best = np.array(
        [
            emissions[first:last, token.column].max() if last > first else 0.0
            for token, first, last in zip(spelling.tokens, path.first, path.last, strict=True)
        ]
    )
    return [float(np.exp(best[a:b].mean())) if b > a else 0.0 for a, b in spelling.words]


def _squeezed(spelling: Spelling, path: Path) -> float:
    """The share of words of several letters that have a frame a letter."""
    spans = [(path.last[b - 1] - path.first[a], b - a) for a, b in spelling.words if b - a > 1]
    return sum(frames <= letters for frames, letters in spans) / max(1, len(spans))


def _timings(
    lines: Sequence[LyricLine],
    spelling: Spelling,
    path: Path,
    confidences: Sequence[float],
    silences: Silences,
    duration: float,
) -> tuple[Line, ...]:
    starts = [path.first[a] / FRAMES_PER_SECOND if b > a else None for a, b in spelling.words]
    ends = [path.last[b - 1] / FRAMES_PER_SECOND if b > a else None for a, b in spelling.words]
    at = 0
    before = 0.0
    timed = []
    for line in lines:
        words = []
        for word in line.words:
            start, end = starts[at], ends[at]
            following = next((time for time in starts[at + 1 :] if time is not None), duration)
            if start is None or end is None:
                start = end = before
            else:
                end = _word_end(float(end), float(following), silences)
            before = float(end)
            words.append(word.at(float(start), before, round(confidences[at], 3)))
            at += 1
        timed.append(Line(tuple(words)))
    return settled(timed, duration)


def _word_end(last_letter: float, following: float, silences: Silences) -> float:
    """Where a word ends whose last letter was emitted until `last_letter`, seconds."""
    if following - last_letter < _JOINED:
        return following
    latest = min(following, last_letter + _LONGEST_TAIL)
    pauses = silences.between(last_letter, latest, _PAUSE)
    return pauses[0][0] if pauses else latest
