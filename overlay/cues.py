"""When each line is on the screen, in which frames and in which lane of it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from ..align.words import Line, Word
from .paint import Progress
from .text_runs import clean

LEAD = Fraction(3, 10)  # seconds that a line is on before its first word
HOLD = Fraction(1, 2)  # and after its last
DUET_LEAD = Fraction(2)  # in a duet, so that a singer sees what comes
POP = Fraction(11, 50)  # seconds that a word takes to pop in
# Lines that are sung at once for longer than this are both shown; up to this one gives way to the next.
_TOGETHER = Fraction(1, 4)
_LANES = 3
# Times come out of floats and decimal files: one that is meant to be a frame's own may lie just before it.
_GRACE = Fraction(1, 1_000_000)


class FrameClock:
    """times: pts of each frame, seconds; duration: where the last one ends."""

    def __init__(self, times: Sequence[Fraction], duration: Fraction) -> None:
        self._times, self.duration = times, duration

    def frame_at(self, time: Fraction | float) -> int:
        """The frame whose interval contains a time; the number of frames for one past the end."""
        if time + _GRACE >= self.duration:
            return len(self._times)
        return max(bisect_right(self._times, time + _GRACE) - 1, 0)

    def begin(self, frame: int) -> Fraction:
        return self._times[frame]

    def end(self, frame: int) -> Fraction:
        return self._times[frame + 1] if frame + 1 < len(self._times) else self.duration

    def middle(self, frame: int) -> Fraction:
        return (self.begin(frame) + self.end(frame)) / 2


@dataclass(frozen=True)
class SungLine:
    """A line with something to draw. start, end: seconds, end >= start; voice: as Line has it."""

    words: tuple[Word, ...]
    start: Fraction
    end: Fraction
    voice: str | None

    @property
    def text(self) -> str:
        """As it is shown: without spaces where the words' script sets none."""
        return "".join(clean(word.text) + " " * word.space for word in self.words).rstrip(" ")


@dataclass(frozen=True)
class Cue:
    """A line on the screen: frames first..past-1, seconds begin..end; lane: 0 in the style's place, higher
    ones beside it; lit: the frame that contains each word's start."""

    line: int
    first: int
    past: int
    begin: Fraction
    end: Fraction
    fade_in: Fraction
    fade_out: Fraction
    lane: int
    lit: tuple[int, ...]


def sung_lines(lines: Sequence[Line]) -> list[SungLine]:
    """Lines that hold any text, by their start."""
    found = []
    for line in lines:
        words = tuple(word for word in line.words if clean(word.text))
        if words:
            start = Fraction(words[0].start)
            found.append(SungLine(words, start, max(Fraction(max(w.end for w in words)), start), line.voice))
    return sorted(found, key=lambda line: line.start)


def lit_frames(line: SungLine, clock: FrameClock) -> tuple[int, ...]:
    """The frame that contains each word's start, never before an earlier word's."""
    return tuple(accumulate((clock.frame_at(Fraction(word.start)) for word in line.words), max))


def lanes_of(lines: Sequence[SungLine]) -> list[int]:
    """0 unless lines are sung at once: then the lowest that is free. A line whose last word has not begun
    does not give way."""
    ends: list[Fraction] = []
    lasts: list[Fraction] = []
    lanes = []
    for line in lines:
        free = [
            lane for lane, (end, last) in enumerate(zip(ends, lasts, strict=True))
            if end - line.start <= _TOGETHER and last < line.start
        ]  # fmt: skip
        lane = (
            free[0] if free else len(ends) if len(ends) < _LANES else min(range(_LANES), key=ends.__getitem__)
        )
        ends[lane:] = [line.end, *ends[lane + 1 :]]
        lasts[lane:] = [max(Fraction(word.start) for word in line.words), *lasts[lane + 1 :]]
        lanes.append(lane)
    return lanes


def voices_of(lines: Sequence[SungLine]) -> list[int]:
    """0 or 1 for each line of a duet: by its voice, or in turns where no voices are known."""
    if not any(line.voice for line in lines):
        return [number % 2 for number in range(len(lines))]
    known: dict[str, int] = {}
    voices, last = [], 0
    for line in lines:
        if line.voice:
            last = known.setdefault(line.voice, len(known) % 2)
        voices.append(last)
    return voices


def schedule(
    lines: Sequence[SungLine],
    lanes: Sequence[int],
    clock: FrameClock,
    fade: tuple[float, float],
    lead: Fraction = LEAD,
) -> list[Cue]:
    """Cues in the order of the lines. In each lane a line is on from `lead` before its start, or from where
    the one before has been sung, until HOLD after its end, or until the next needs the lane."""
    begins: dict[int, Fraction] = {}
    before: dict[int, int] = {}
    for number, line in enumerate(lines):
        begins[number] = max(line.start - lead, Fraction(0))
        last = before.get(lanes[number])
        if last is not None:
            begins[number] = max(begins[number], min(lines[last].end, line.start), begins[last])
        before[lanes[number]] = number
    cues: list[Cue] = []
    following: dict[int, Fraction] = {}
    for number in reversed(range(len(lines))):
        line, lane, begin = lines[number], lanes[number], begins[number]
        end = min(line.end + HOLD, max(following.get(lane, clock.duration), begin))
        following[lane] = begin
        # Fades take what time there is beside the words, so that a word is never half there.
        cues.append(Cue(
            number, clock.frame_at(begin), clock.frame_at(end), begin, end,
            max(min(Fraction(fade[0]), line.start - begin), Fraction(0)),
            max(min(Fraction(fade[1]), end - line.end), Fraction(0)),
            lane, lit_frames(line, clock)))  # fmt: skip
    return cues[::-1]


def opacity(cue: Cue, frame: int, clock: FrameClock) -> float:
    """Taken where a frame shows most of the line: at its end while fading in, at its begin while out."""
    appeared = (clock.end(frame) - cue.begin) / cue.fade_in if cue.fade_in else Fraction(1)
    remains = (cue.end - clock.begin(frame)) / cue.fade_out if cue.fade_out else Fraction(1)
    return float(min(appeared, remains, Fraction(1)))


def highlighted(lit: Sequence[int], frame: int) -> Progress:
    """The word whose start was last."""
    word = bisect_right(lit, frame) - 1
    return Progress(word, word + 1) if word >= 0 else Progress()


def popping(lit: Sequence[int], line: SungLine, frame: int, clock: FrameClock) -> Progress:
    """Words that have started are there; the last may still be growing."""
    count = bisect_right(lit, frame)
    if count == 0:
        return Progress()
    share = float((clock.end(frame) - Fraction(line.words[count - 1].start)) / POP)
    return Progress(0, count) if share >= 1 else Progress(0, count - 1, count - 1, max(share, 0.0))


def beginning(lit: Sequence[int], line: SungLine, frame: int, clock: FrameClock) -> Progress:
    """The word whose start was last, and how far its first moment (POP) has gone."""
    word = bisect_right(lit, frame) - 1
    if word < 0:
        return Progress()
    share = float((clock.end(frame) - Fraction(line.words[word].start)) / POP)
    return Progress(word, word + 1, word, min(max(share, 0.0), 1.0))


def wiping(line: SungLine, stops: Sequence[Sequence[float]], frame: int, clock: FrameClock) -> Progress:
    """How far the line is sung in the middle of the frame's time.

    stops: for each word what share of its width is read at the end of each character. Linear in a word's
    time, or in each syllable's where those are timed."""
    time = float(clock.middle(frame))
    ends = _ends(line.words)
    count = 0
    while count < len(ends) and time >= ends[count]:
        count += 1
    if count == len(ends) or time <= line.words[count].start:
        return Progress(0, count)
    return Progress(0, count, count, _share(line.words[count], ends[count], stops[count], time))


def _ends(words: Sequence[Word]) -> list[float]:
    """Where each word ends, at the latest where the next begins."""
    following = [*(word.start for word in words[1:]), math.inf]
    return [
        min(word.end, start) if start > word.start else word.end
        for word, start in zip(words, following, strict=True)
    ]


def _share(word: Word, end: float, stops: Sequence[float], time: float) -> float:
    read = 0.0
    letters = 0
    for syllable in word.syllables:
        letters += len(syllable.text)
        to = stops[min(max(letters, 1), len(stops)) - 1] if stops else 1.0
        if time < syllable.end:
            span = syllable.end - syllable.start
            return read + (to - read) * min(max((time - syllable.start) / span, 0.0), 1.0) if span > 0 else to
        read = to
    if word.syllables:
        return 1.0
    return (time - word.start) / (end - word.start)
