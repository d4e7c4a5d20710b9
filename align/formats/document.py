"""What a lyrics file holds and how it is written, whatever its format."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ..furniture import timed_furniture
from ..language import told_tag
from ..words import Line, Syllable, WordTimings
from .pieces import spread, timed_words

Precision = Literal["word", "line", "none"]

# Of a broken file the first findings tell what is wrong.
_MOST_PROBLEMS = 200
# Files that set each word as a line of its own have real word times.
_WORD_PER_LINE_SHARE = 0.9
# A file is bilingual where at least this many times, and this share of them, have several texts.
_BILINGUAL_TIMES = 3
_BILINGUAL_SHARE = 0.8
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that could not be used. line: counted from 1; 0 for the file as a whole."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


class Problems:
    """Collects what a reader finds, up to a bound."""

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._more = 0

    def add(self, line: int, message: str) -> None:
        if len(self._found) < _MOST_PROBLEMS:
            self._found.append(Problem(line, message))
        else:
            self._more += 1

    def all(self) -> tuple[Problem, ...]:
        more = [Problem(0, f"{self._more} more lines are malformed.")] if self._more else []
        return (*self._found, *more)


@dataclass(frozen=True, slots=True)
class TimedText:
    """A line as a file times it, seconds. pieces: its text in stamped parts, where the file has such.
    guessed: its time was lost, and is that between its neighbours."""

    start: float
    end: float
    text: str
    pieces: tuple[Syllable, ...] = ()
    voice: str | None = None
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Lyrics:
    """A lyrics or subtitle file, read.

    timings: its words in time, empty without times. precision: what the file itself times; with "line", words
    are spread over their lines by syllables and have a low confidence. text: the plain lyrics.
    translations: lines shown together with a line of the lyrics, in another language or script.
    tags: "title", "artist", "album", … in lower case. encoding: of the bytes, "" for text.
    """

    timings: WordTimings
    precision: Precision
    text: str
    format: str
    tags: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    translations: tuple[Line, ...] = ()
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class AssLook:
    """How an ASS script shows lyrics.

    font: the family's name. size: as ASS counts it, from the ascent to the descent, pixels. sung, coming: the
    colours of what has been sung and of what has not, 0xAABBGGRR, of which 0xFF in AA lets all through; edge:
    of the outline, or of the box; back: of the shadow. outline, shadow, margins (left, right, vertical):
    pixels. box: behind the text, instead of an outline. place: as on the numeric keypad. sweep: the colour
    runs through a word instead of changing at its start."""

    font: str
    size: float
    sung: int
    coming: int
    edge: int
    back: int
    outline: float
    shadow: float
    box: bool
    place: int
    margins: tuple[int, int, int]
    sweep: bool = True


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """digits: of LRC's fractions, 2 (which most players know) or 3. karaoke: stamp each word where the format
    can (WebVTT, ASS). tags: "title", "artist", … where the format has a place for them. size: of the video
    that an ASS script is made for, pixels; look: of that script, None for a plain one.
    """

    digits: int = 2
    karaoke: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)
    size: tuple[int, int] = (1920, 1080)
    look: AssLook | None = None


def numbered_rows(text: str) -> Iterator[tuple[int, str]]:
    """Number, counted from 1, and content of every line, as it stands.

    Other characters at which `str.splitlines` breaks are part of a lyric.
    """
    return enumerate(_BREAK.split(text), 1)


def is_bilingual(starts: Sequence[float]) -> bool:
    """Whether the lines of a file are shown in two languages at once, by the times at which they begin."""
    counts = Counter(starts)
    several = sum(count > 1 for count in counts.values())
    return several >= max(_BILINGUAL_TIMES, _BILINGUAL_SHARE * len(counts))


def lyrics_of(
    lines: Sequence[TimedText],
    format: str,
    problems: Problems,
    *,
    tags: Mapping[str, str] | None = None,
    language: str = "",
    translations: Sequence[TimedText] = (),
) -> Lyrics:
    """A document of timed lines in order; where all their times were lost only their text."""
    lines = _sung([line for line in lines if line.text.strip()], tags or {}, problems)
    if lines and all(line.guessed for line in lines):
        words = "\n".join(" ".join(line.text.split()) for line in lines)
        return Lyrics(WordTimings((), language), "none", words, format, tags or {}, problems.all())
    timed = [_line(line) for line in lines]
    single = sum(len(line.words) == 1 for line in timed)
    by_words = any(line.pieces for line in lines) or single >= _WORD_PER_LINE_SHARE * max(1, len(timed))
    if by_words:
        timed = [
            _trusted(line) if len(line.words) == 1 and not source.guessed else line
            for line, source in zip(timed, lines, strict=True)
        ]
    return Lyrics(
        WordTimings(tuple(timed), told_tag(language), f"{format} file"),
        ("word" if by_words else "line") if timed else "none",
        "\n".join(line.text for line in timed),
        format,
        tags or {},
        problems.all(),
        tuple(_line(line) for line in translations if line.text.strip()),
    )


def _sung(lines: list[TimedText], tags: Mapping[str, str], problems: Problems) -> list[TimedText]:
    """Without what names the song and those who made the file, which is among the problems."""
    furniture = timed_furniture([line.text for line in lines], tags.get("title", ""), tags.get("artist", ""))
    for at in furniture:
        problems.add(0, f"“{lines[at].text.strip()[:60]}” is of those who made the file; it is left out.")
    left_out = set(furniture)
    return [line for at, line in enumerate(lines) if at not in left_out]


def _line(line: TimedText) -> Line:
    words = timed_words(line.pieces) if line.pieces else spread(line.text, line.start, line.end)
    return Line(words, line.voice)


def _trusted(line: Line) -> Line:
    return replace(line, words=(replace(line.words[0], confidence=1.0),))
