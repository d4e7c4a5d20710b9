"""Lyric lines in the parts that are shown at a time, all of one size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial

from ..align.words import Word
from .breaks import pause_after
from .cues import SungLine
from .fonts import Fonts
from .layout import LineText, Place, fitting_em, full_em, place_of, rows_at
from .style import LyricStyle, extra_blank

# Letters are set this much smaller at most for words that are too wide at full size; wider ones alone shrink.
_SMALLEST_SHARE = 0.62
# A rest of this many seconds between two words is as good a place to break as the end of a sentence.
_REST = 0.7
# What a break inside a clause costs, in parts, and what unlike lengths do (the sum of their shares' squares).
_BAD_BREAK, _UNEVEN = 0.8, 0.5
# What it costs to read on over the end of a sentence where few words are shown at a time; over a comma less.
_READ_ON = 2.0
# Effects whose lines stand still, one after the other.
_IN_TURN = ("word highlight", "karaoke wipe", "word pop-in", "line")


def shown_parts(
    lines: Sequence[SungLine], size: tuple[int, int], style: LyricStyle, fonts: Fonts, language: str
) -> tuple[list[SungLine], float, list[str]]:
    """Lines as they are shown, by their start, the pixels per em of all of them, and sentences on what became
    of long ones.

    A line that takes more rows than the style allows is shown in parts one after the other, as are all lines
    where the style says how many words there are at a time. Broken where a sentence ends, at a comma or at a
    rest first. In a column and in a duet lines stay whole. Raises TextError for a line that doesn't fit."""
    place, whole = place_of(style, size), full_em(style, size)
    if style.effect not in _IN_TURN:
        return list(lines), whole, []
    blank = extra_blank(style)
    texts = [LineText(list(line.words), fonts, language, blank) for line in lines]
    em = whole * max(min([1.0, *(_share(text, whole, place) for text in texts)]), _SMALLEST_SHARE)
    measured = partial(LineText, fonts=fonts, language=language, blank=blank)
    split = [
        _split(line, text, em, place, style.words_shown, measured)
        for line, text in zip(lines, texts, strict=True)
    ]
    notes = []
    if em < whole:
        notes.append(
            f"The letters are {em / whole:.0%} of their size, because a word is wider than the picture."
        )
    if not style.words_shown and (long := sum(len(parts) > 1 for parts in split)):
        lines_are = "1 line is" if long == 1 else f"{long} lines are"
        notes.append(
            f"{lines_are} too long for the rows of the style, and shown in parts one after the other."
        )
    return sorted((part for parts in split for part in parts), key=lambda part: part.start), em, notes


def common_em(texts: Sequence[LineText], size: tuple[int, int], style: LyricStyle, place: Place) -> float:
    """Pixels per em at which lines that stay whole all fit. Raises TextError."""
    whole = full_em(style, size)
    found = [fitting_em(text, size, style, place) for text in texts]
    return max(min([whole, *found]), whole * _SMALLEST_SHARE)


def _share(text: LineText, em: float, place: Place) -> float:
    """Of `em`, at which the widest piece that can't be broken fits a row."""
    edges = [0, *text.places, len(text.text)]
    widest = max(
        (text.left[start + len(text.text[start:stop].rstrip(" "))] - text.left[start]
         for start, stop in zip(edges, edges[1:], strict=False)),
        default=0.0,
    )  # fmt: skip
    return (place.right - place.left) / (widest * em) if widest else 1.0


def _split(
    line: SungLine,
    text: LineText,
    em: float,
    place: Place,
    most: int,
    measured: Callable[[list[Word]], LineText],
) -> list[SungLine]:
    count = len(line.words)
    whole, width = _fits(text, em, place), text.left[-1] or 1.0
    if whole and (not most or count <= most):
        return [line]
    limit = most or count
    # best[stop]: least cost of showing the words before `stop`, and where the last part begins.
    best: list[tuple[float, int]] = [(0.0, 0)]
    for stop in range(1, count + 1):
        options = []
        for start in range(stop - 1, max(stop - limit, 0) - 1, -1):
            fits = whole or stop - start == 1 or _fits(measured(list(line.words[start:stop])), em, place)
            if not fits:
                break
            share = (text.left[text.spans[stop - 1][1]] - text.left[text.spans[start][0]]) / width
            cost = 1 + _UNEVEN * share**2 + _BAD_BREAK * (1 - _pause(line, text, stop))
            if most:
                cost += _READ_ON * sum(_pause(line, text, word) for word in range(start + 1, stop))
            options.append((best[start][0] + cost, start))
        best.append(min(options))
    parts: list[SungLine] = []
    stop = count
    while stop:
        start = best[stop][1]
        parts.append(_part(line, start, stop))
        stop = start
    return parts[::-1]


def _fits(text: LineText, em: float, place: Place) -> bool:
    rows = rows_at(text, em, place)
    return rows is not None and rows <= place.rows


def _pause(line: SungLine, text: LineText, word: int) -> float:
    """How good a place to break is before a word, 0..1."""
    if word == len(line.words) or line.words[word].start - line.words[word - 1].end >= _REST:
        return 1.0
    return min(pause_after(text.text, text.spans[word][0]) * 2, 1.0)


def _part(line: SungLine, start: int, stop: int) -> SungLine:
    words = line.words[start:stop]
    begin = Fraction(words[0].start)
    return SungLine(words, begin, max(Fraction(max(word.end for word in words)), begin), line.voice)
