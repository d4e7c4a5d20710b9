"""WORD_TIMINGS: lyrics on a time line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phone:
    """An ARPAbet phone without stress ("AH", "SIL"), seconds."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Syllable:
    """A part of a word's text with its own time, seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is displayed, seconds; confidence 0..1; phones where an engine found them.

    space: a space follows it inside its line; False within scripts that set none between words.
    syllables: where they are timed, its parts in order; their texts joined are the word's.
    """

    text: str
    start: float
    end: float
    confidence: float = 1.0
    phones: tuple[Phone, ...] = ()
    space: bool = True
    syllables: tuple[Syllable, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """Words that are shown together, in order.

    voice: who sings them, as a file names it ("v1", "F", "Anna"; "bg" for backing vocals); None where
    only one does, or nobody has said who.
    """

    words: tuple[Word, ...]
    voice: str | None = None

    @property
    def text(self) -> str:
        return "".join(word.text + " " * word.space for word in self.words).rstrip(" ")

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return self.words[-1].end


@dataclass(frozen=True, slots=True)
class WordTimings:
    """Words in lines, in order of time. language: BCP 47 tag or ""; engine: what timed them."""

    lines: tuple[Line, ...]
    language: str = ""
    engine: str = ""

    def words(self) -> list[Word]:
        return [word for line in self.lines for word in line.words]
