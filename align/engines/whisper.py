"""Known text timed by a Whisper model that is made to write it (teacher forcing), window by window.

Beside where the model looks, it tells how much likelier the sound makes each word than silence does: that
shows which words are heard in a window, and whether the text belongs to the sound at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...engine.errors import AudioError
from ...engine.host.protocol import Host
from ..names import LANGUAGES
from ..pauses import Silences
from ..text import LyricLine
from ..timing import Alignment, settled
from ..whisper.model import FRAMES_PER_SECOND, RATE, WINDOW_SECONDS, Reading, WhisperModel
from ..words import Line, WordTimings
from .protocol import Request

ENGINE = "whisper"
STAGE = "Aligning (Whisper)"

Samples = npt.NDArray[np.float32]

# Tokens of text given to a window at once. Fewer lose the end of fast passages, more derail in slow ones: the
# run that leaves fewer words without a length is the better one.
_TEXT_LIMITS = (100, 200)
_GOOD_ENOUGH = 0.05
# Words shorter than this got no time; with more than this share of them the text is lost.
_NO_LENGTH = 0.03
_LOST_SHARE = 0.45
# By how much (nats) the sound must make a token likelier than silence does. Of speech and song that fits the
# text it is 4 on average, of music, noise or another text at most 0.1.
_EVIDENCE = 0.5
# Words nearer to the window's end are left to the next one, seconds.
_MARGIN = 1.0
# A window's last lines are left to the next one up to this share of it, so that it begins with a line.
_WHOLE_LINES = 0.3
_LEAD = 0.3
_STEP_WITHOUT_TEXT = 25.0
_LEAST_STEP = 0.02
# The attention for a word after a pause may set in long before the word, but is highest during it.
_LONGEST_ONSET = round(0.6 * FRAMES_PER_SECOND)
_ONSET_REACH = 0.35
_PAUSE = 0.15
_PEAK, _NOISE = 0.7, 0.001
_INAUDIBLE = 1e-3
# The evidence per token (nats) at which two thirds of full confidence are reached.
_CONFIDENT = 1.5


@dataclass(frozen=True, slots=True)
class _Placed:
    """Seconds, before the model's lag is taken off; evidence: nats a token."""

    start: float
    end: float
    evidence: float


class Whisper:
    """See `protocol.Aligner`. By the first Whisper model of the run that can do it."""

    name = ENGINE
    languages = frozenset(LANGUAGES)
    contents = frozenset({"speech", "song"})
    needs = "any Whisper model: .pt, Hugging Face or CTranslate2 folder"
    estimates = False

    def ready(self, request: Request) -> bool:
        return True

    def align(self, request: Request) -> Alignment:
        language = request.whispers.language
        return request.whispers.use(
            lambda model: align(request.samples, request.lines, model, request.host, language=language)
        )


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
    if level < _INAUDIBLE:
        return Alignment(WordTimings((), language, engine), "there is nothing to hear")
    noise = np.random.default_rng(0).standard_normal(samples16k.size, dtype=np.float32)
    prepared = samples16k * np.float32(_PEAK / level) + np.float32(_NOISE) * noise
    words = [word for line in lines for word in line.words]
    spaces = [True, *(word.space for word in words)]  # before each word
    tokens = [
        model.tokenizer.encode(" " * space + word.display) for space, word in zip(spaces, words, strict=False)
    ]
    run = _Run(prepared, lines, tokens, model, host, language)
    best: list[_Placed | None] = []
    for limit in _TEXT_LIMITS:
        placed, limited = run.placed(limit)
        if not best or _lost_share(placed) < _lost_share(best):
            best = placed
        if not limited or _lost_share(best) <= _GOOD_ENOUGH:
            break
    timings = _timings(lines, best, model.lag, Silences(samples16k), duration)
    return Alignment(WordTimings(timings, run.language, engine), _derailed(best, tokens))


class _Run:
    """One sound and one text, in windows."""

    def __init__(
        self,
        samples: Samples,
        lines: Sequence[LyricLine],
        tokens: Sequence[Sequence[int]],
        model: WhisperModel,
        host: Host,
        language: str,
    ) -> None:
        self._samples = samples
        self._duration = samples.size / RATE
        self._tokens = tokens
        ends = np.cumsum([len(line.words) for line in lines])
        self._line_starts = {0, *ends.tolist()}
        self._model = model
        self._host = host
        self.language = language.split("-")[0].lower()

    def placed(self, limit: int) -> tuple[list[_Placed | None], bool]:
        """Every word, None where it got no place, and whether the limit of tokens cut off text anywhere."""
        count = len(self._tokens)
        found: list[_Placed | None] = [None] * count
        at, first = 0.0, 0
        limited = False
        while first < count and at < self._duration - 1.0 / FRAMES_PER_SECOND:
            self._host.progress(STAGE, int(at), max(1, int(self._duration)), unit="seconds")
            end = min(at + WINDOW_SECONDS, self._duration)
            states = self._model.listen(self._samples[round(at * RATE) : round(end * RATE)])
            if not self.language:
                self.language = self._model.language(states)
            frames = max(1, int((end - at) * FRAMES_PER_SECOND))

            def read(last: int, states=states, frames=frames, at=at, first=first) -> list[_Placed]:
                tokens = self._tokens[first:last]
                text = [token for word in tokens for token in word]
                reading = self._model.read(states, frames, text, self.language)
                return _words(reading, [len(word) for word in tokens], at)

            last = self._fitting(first, limit)
            limited = limited or last < count
            window = read(last)
            is_last = end == self._duration
            if is_last and last == count:
                found[first:] = window
                break
            kept = _heard(window, [len(word) for word in self._tokens[first:last]])
            if kept:
                window = read(first + kept)
                if not is_last:
                    kept = self._before_edge(window, first, end)
            found[first : first + kept] = window[:kept]
            if is_last and not kept:
                break
            at = self._next(window, kept, at)
            first += kept
        self._host.progress(STAGE, max(1, int(self._duration)), max(1, int(self._duration)), unit="seconds")
        return found, limited

    def _fitting(self, first: int, limit: int) -> int:
        """The word after the last that fits in the limit of tokens, though at least one."""
        sizes = np.cumsum([len(word) for word in self._tokens[first:]])
        return first + max(1, int(np.searchsorted(sizes, limit, "right")))

    def _before_edge(self, window: Sequence[_Placed], first: int, end: float) -> int:
        """How many of a window's words end well before it does, in whole lines where that costs little."""
        inside = sum(word.end <= end - _MARGIN for word in window)
        least = int(inside * (1.0 - _WHOLE_LINES))
        whole = [kept for kept in range(max(1, least), inside + 1) if first + kept in self._line_starts]
        return whole[-1] if whole else inside

    def _next(self, window: Sequence[_Placed], kept: int, at: float) -> float:
        """Where the window after one that begins at `at` begins."""
        if not kept:
            return at + _STEP_WITHOUT_TEXT
        last = window[kept - 1]
        return min(max(last.end - _LEAD, last.start + _NO_LENGTH, at + _LEAST_STEP), self._duration)


def _words(reading: Reading, sizes: Sequence[int], at: float) -> list[_Placed]:
    """Words of so many tokens each, in a window that begins at `at` seconds."""
    edges = np.concatenate([[0], np.cumsum(sizes)])
    evidence = np.add.reduceat(reading.heard - reading.imagined, edges[:-1]) / np.asarray(sizes)
    words = []
    for number, (first, last) in enumerate(zip(edges, edges[1:], strict=False)):
        start = max(int(reading.first[first]), int(reading.peak[first]) - _LONGEST_ONSET)
        end = max(int(reading.first[last]), start)
        words.append(
            _Placed(at + start / FRAMES_PER_SECOND, at + end / FRAMES_PER_SECOND, float(evidence[number]))
        )
    return words


def _heard(window: Sequence[_Placed], sizes: Sequence[int]) -> int:
    """How many of the words, from the first on, are heard in the window: those with the most evidence."""
    gains = np.array([(word.evidence - _EVIDENCE) * size for word, size in zip(window, sizes, strict=True)])
    totals = np.concatenate([[0.0], np.cumsum(gains)])
    return int(totals.argmax())


def _lost_share(placed: Sequence[_Placed | None]) -> float:
    lost = sum(word is None or word.end - word.start < _NO_LENGTH for word in placed)
    return lost / max(1, len(placed))


def _derailed(placed: Sequence[_Placed | None], tokens: Sequence[Sequence[int]]) -> str:
    weights = np.array([len(word) for word in tokens], float)
    evidence = np.array([word.evidence if word else 0.0 for word in placed])
    if float(np.average(evidence, weights=weights)) < _EVIDENCE:
        return "the text is not heard in the sound"
    lost = _lost_share(placed)
    return f"{lost:.0%} of the words found no room" if lost > _LOST_SHARE else ""


def _timings(
    lines: Sequence[LyricLine],
    placed: Sequence[_Placed | None],
    lag: float,
    silences: Silences,
    duration: float,
) -> tuple[Line, ...]:
    """The words without the model's lag, beginning and ending where the sound does."""
    remaining = iter(placed)
    known = 0.0
    timed = []
    for line in lines:
        words = []
        for word in line.words:
            found = next(remaining)
            if found is None:
                words.append(word.at(known, known, 0.0))
                continue
            start = max(known, found.start - lag)
            start = _onset(start, max(start, found.end - lag), silences)
            end = max(start, found.end - lag)
            pauses = silences.between(start, end, _PAUSE)
            known = pauses[0][0] if pauses and pauses[0][0] > start else end
            words.append(word.at(start, known, _confidence(found.evidence)))
        timed.append(Line(tuple(words)))
    return settled(timed, duration)


def _onset(start: float, end: float, silences: Silences) -> float:
    """A start beside a pause is the pause's end."""
    pauses = silences.between(start - _ONSET_REACH, min(end, start + _ONSET_REACH), _PAUSE)
    return pauses[-1][1] if pauses else start


def _confidence(evidence: float) -> float:
    return round(1.0 - float(np.exp(-max(0.0, evidence) / _CONFIDENT)), 3)
