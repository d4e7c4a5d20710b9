"""A text that a Whisper model is made to write (teacher forcing) on one sound, window by window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ...engine.host.protocol import Host
from ..combine import NO_LENGTH, Placed
from ..scan import STRETCH, chosen, looks
from ..text import LyricLine
from .model import FRAMES_PER_SECOND, RATE, WINDOW_SECONDS, Reading, States, WhisperModel

Samples = npt.NDArray[np.float32]

# Seconds a token that nobody is faster than.
_FASTEST_TOKEN = 0.04
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


class Windows:
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
        self._samples, self._lines, self._tokens = samples, lines, tokens
        self.duration = samples.size / RATE
        self.edges = edges = [0, *np.cumsum([len(line.words) for line in lines]).tolist()]
        self.sizes = [[len(word) for word in tokens[a:b]] for a, b in zip(edges, edges[1:], strict=False)]
        self._model, self._host = model, host
        self.language = language.split("-")[0].lower()

    @property
    def has_room(self) -> bool:
        """Whether anybody could sing the text in the time there is."""
        return self.duration >= _FASTEST_TOKEN * sum(map(sum, self.sizes))

    def part(self, first: int, last: int, begin: float, end: float) -> Windows:
        """Some of the lines in a stretch of the sound, seconds."""
        words = self._tokens[self.edges[first] : self.edges[last]]
        samples = self._samples[round(begin * RATE) : round(end * RATE)]
        return Windows(samples, self._lines[first:last], words, self._model, self._host, self.language)

    def placed(self, limit: int, stage: str) -> tuple[list[Placed | None], bool]:
        """Every word, None where it got no place, and whether the limit of tokens cut off text anywhere."""
        count = len(self._tokens)
        found: list[Placed | None] = [None] * count
        at, first = 0.0, 0
        limited = False
        while first < count and at < self.duration - 1.0 / FRAMES_PER_SECOND:
            self._host.progress(stage, int(at), max(1, int(self.duration)), unit="seconds")
            end = min(at + WINDOW_SECONDS, self.duration)
            states = self._model.listen(self._samples[round(at * RATE) : round(end * RATE)])
            if not self.language:
                self.language = self._model.language(states)
            frames = max(1, int((end - at) * FRAMES_PER_SECOND))
            self._host.check_cancelled()

            last = self._fitting(first, limit)
            limited = limited or last < count
            window = self._read(states, frames, first, last, at)
            is_last = end == self.duration
            if is_last and last == count:
                found[first:] = window
                break
            kept = _heard(window, [len(word) for word in self._tokens[first:last]])
            if kept:
                window = self._read(states, frames, first, first + kept, at)
                if not is_last:
                    kept = self._before_edge(window, first, end)
            found[first : first + kept] = window[:kept]
            if is_last and not kept:
                break
            at = self._next(window, kept, at)
            first += kept
        self._host.progress(stage, max(1, int(self.duration)), max(1, int(self.duration)), unit="seconds")
        return found, limited

    def line_by_line(self, stage: str) -> list[Placed | None]:
        """Every word of the lines that stand out somewhere when each is looked for alone, None for others."""
        sizes = [sum(line) for line in self.sizes]
        found: list[list[Placed | None]] = []
        for at, lines in looks(sizes, self.duration):
            self._host.progress(stage, int(at), max(1, int(self.duration)), unit="seconds")
            end = min(at + STRETCH, self.duration)
            frames = max(1, int((end - at) * FRAMES_PER_SECOND))
            row: list[Placed | None] = [None] * len(self._tokens)
            part = self._samples[round(at * RATE) : round(end * RATE)]
            states = self._model.listen(part) if lines else None
            for line in lines:
                self._host.check_cancelled()
                first, last = self.edges[line], self.edges[line + 1]
                row[first:last] = self._read(states, frames, first, last, at)
            found.append(row)
        self._host.progress(stage, max(1, int(self.duration)), max(1, int(self.duration)), unit="seconds")
        return chosen(found, self.sizes)

    def _read(self, states: States, frames: int, first: int, last: int, at: float) -> list[Placed]:
        """Some of the words in a window that begins at `at` seconds."""
        tokens = self._tokens[first:last]
        text = [token for word in tokens for token in word]
        reading = self._model.read(states, frames, text, self.language)
        return _words(reading, [len(word) for word in tokens], at)

    def _fitting(self, first: int, limit: int) -> int:
        """The word after the last that fits in the limit of tokens, though at least one."""
        sizes = np.cumsum([len(word) for word in self._tokens[first:]])
        return first + max(1, int(np.searchsorted(sizes, limit, "right")))

    def _before_edge(self, window: Sequence[Placed], first: int, end: float) -> int:
        """How many of a window's words end well before it does, in whole lines where that costs little."""
        inside = sum(word.end <= end - _MARGIN for word in window)
        least = int(inside * (1.0 - _WHOLE_LINES))
        whole = [kept for kept in range(max(1, least), inside + 1) if first + kept in self.edges]
        return whole[-1] if whole else inside

    def _next(self, window: Sequence[Placed], kept: int, at: float) -> float:
        """Where the window after one that begins at `at` begins."""
        if not kept:
            return at + _STEP_WITHOUT_TEXT
        last = window[kept - 1]
        return min(max(last.end - _LEAD, last.start + NO_LENGTH, at + _LEAST_STEP), self.duration)


def _words(reading: Reading, sizes: Sequence[int], at: float) -> list[Placed]:
    """Words of so many tokens each, in a window that begins at `at` seconds."""
    edges = np.concatenate([[0], np.cumsum(sizes)])
    evidence = np.add.reduceat(reading.heard - reading.imagined, edges[:-1]) / np.asarray(sizes)
    words = []
    for number, (first, last) in enumerate(zip(edges, edges[1:], strict=False)):
        start = max(int(reading.first[first]), int(reading.peak[first]) - _LONGEST_ONSET)
        end = max(int(reading.first[last]), start)
        words.append(
            Placed(at + start / FRAMES_PER_SECOND, at + end / FRAMES_PER_SECOND, float(evidence[number]))
        )
    return words


def _heard(window: Sequence[Placed], sizes: Sequence[int]) -> int:
    """How many of the words, from the first on, are heard in the window: those with the most evidence."""
    gains = np.array([(word.evidence - _EVIDENCE) * size for word, size in zip(window, sizes, strict=True)])
    totals = np.concatenate([[0.0], np.cumsum(gains)])
    return int(totals.argmax())


def lost_share(placed: Sequence[Placed | None]) -> float:
    lost = sum(word is None or word.end - word.start < NO_LENGTH for word in placed)
    return lost / max(1, len(placed))
