"""WORD_TIMINGS: lyrics on a time line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..engine.errors import TextError
from ..engine.media.spans import Spans

# How files name all who sing: LRC of two singers, song sheets, TTML's agent of a group.
_EVERYBODY = {
    "d", "both", "duet", "all", "everybody", "everyone", "together", "group", "chorus", "v1000",
    "合", "合唱", "男女",
}  # fmt: skip
_JOINED = re.compile(r"\s*(?:[&,/+]|\band\b)\s*", re.IGNORECASE)


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

    def voices(self) -> list[str]:
        """The names of those who sing, in order of their first lines, without what stands for everybody."""
        named = [line.voice for line in self.lines if line.voice and line.voice.lower() not in _EVERYBODY]
        return list(dict.fromkeys(named))

    def of_voice(self, name: str) -> WordTimings:
        """The lines that one of several sings: their own, in any case, alone or with others ("Anna & Ben"),
        and those that are everybody's or name nobody. Raises TextError where no line is theirs."""
        wanted = name.strip().lower()
        own = {each.lower() for each in self.voices() if wanted in _names(each)}
        theirs = {"", *own, *_EVERYBODY}
        if not own:
            known = ", ".join(self.voices())
            named = f"they name {known}" if known else "they name nobody"
            raise TextError(f'No line of the words is sung by "{name.strip()}": {named}.')
        return replace(self, lines=tuple(line for line in self.lines if (line.voice or "").lower() in theirs))

    def within(self, spans: Spans) -> WordTimings:
        """The words whose middles lie in the spans, in the lines they are of."""
        kept = []
        for line in self.lines:
            words = tuple(word for word in line.words if spans.has((word.start + word.end) / 2))
            if words:
                kept.append(replace(line, words=words))
        return replace(self, lines=tuple(kept))


def _names(voice: str) -> set[str]:
    """Of one who sings, or of several, in lower case: as a whole, and each."""
    return {voice.lower(), *_JOINED.split(voice.lower())}


def joined(timings: Sequence[WordTimings]) -> WordTimings:
    """What several sing as one, its lines in order of time; those that several have alike once."""
    lines = dict.fromkeys(line for each in timings for line in each.lines if line.words)
    engines = dict.fromkeys(each.engine for each in timings if each.engine)
    ordered = tuple(sorted(lines, key=lambda line: (line.start, line.end)))
    return WordTimings(ordered, timings[0].language, ", ".join(engines))
