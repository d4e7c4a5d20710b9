"""A lyric line laid out for a picture: rows, glyphs, and where each word and syllable lies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ..align.words import Word
from ..engine.errors import TextError
from ..engine.media.colour import Rect
from .breaks import anywhere, breaks, even_rows, fewest
from .fonts import Fonts
from .shape import Glyph, ShapedText, shape
from .style import LyricStyle, extra_blank
from .text_runs import base_level, clean

_LEADING = 1.2  # least distance of two rows' baselines, em
_ROW_GAP = 0.08  # least distance of a row's ink from the next one's, em
_SMALLEST = 6.0  # pixels per em below which nobody can read
_SHRINK = 0.95
# What wide punctuation leaves blank at the end of a row, em, so that the row looks centred without it.
_HALF_BLANK = dict.fromkeys("、。，．；：", 0.5)
# A line is set this much smaller before it may take another row.
_SMALLER = 0.62
# Below this much of the wanted size words are cut up instead.
_TINY = 0.3
# What phones lay over an upright clip: buttons on the right, the caption at the foot (shares of the picture).
_SOCIAL_SIDE, _SOCIAL_FOOT = 0.12, 0.24
_LOWER_THIRD = 0.16


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a word on one row: pixels from `left` to `right`, read the other way if rtl."""

    row: int
    left: float
    right: float
    rtl: bool

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class PlacedGlyph:
    """A glyph's origin in pixels of the picture; word: which it belongs to, -1 for none; row: its row."""

    glyph: Glyph
    x: float
    y: float
    word: int
    row: int


@dataclass(frozen=True)
class WordPlace:
    """pieces: in reading order. stops: share of the word's width that is read by the end of a character."""

    pieces: tuple[Piece, ...]
    stops: tuple[float, ...]


@dataclass(frozen=True)
class LineLayout:
    """em: pixels. rows: (left, top, right, bottom) of each row's letters, pixels. top, bottom: of the block.
    baselines: of the rows. glyphs, words: all in the picture's pixels, y downwards."""

    em: float
    rows: tuple[tuple[float, float, float, float], ...]
    baselines: tuple[float, ...]
    glyphs: tuple[PlacedGlyph, ...]
    words: tuple[WordPlace, ...]

    @property
    def top(self) -> float:
        return self.rows[0][1]

    @property
    def bottom(self) -> float:
        return self.rows[-1][3]

    def reach(self, margin: float, size: tuple[int, int]) -> Rect:
        """What the rows touch with a margin around, pixels: even numbers, inside the width of the picture;
        it may reach above and below it."""
        x0 = min(row[0] for row in self.rows) - margin
        x1 = max(row[2] for row in self.rows) + margin
        left, right = max(int(x0 // 2) * 2, 0), min(-int(-x1 // 2) * 2, size[0] // 2 * 2)
        return left, int((self.top - margin) // 2) * 2, right, -int(-(self.bottom + margin) // 2) * 2


@dataclass(frozen=True)
class Place:
    """Where a line stands: align: of its rows between the margins; vertical: 0 with its top at `y`, 1 with
    its bottom, 0.5 with its middle; left, right, y: pixels; rows: how many it may take before it shrinks."""

    align: Literal["left", "centre", "right"]
    vertical: float
    left: float
    right: float
    y: float
    tall: float
    rows: int


def place_of(style: LyricStyle, size: tuple[int, int]) -> Place:
    """The position of a style in a picture of `size` (width, height)."""
    width, height = size
    x, y = width * style.margin, height * style.margin
    left, right, foot = x, width - x, height - y
    position = style.position
    if position == "social":
        left, right = width * _SOCIAL_SIDE, width * (1 - _SOCIAL_SIDE)
        foot = height * (1 - _SOCIAL_FOOT)
    elif position == "lower third":
        foot = height * (1 - max(_LOWER_THIRD, style.margin))
    vertical = 0.0 if position.startswith("top") else 0.5 if position == "middle" else 1.0
    align: Literal["left", "centre", "right"] = (
        "left" if position.endswith("left") else "right" if position.endswith("right") else "centre"
    )
    rows = style.rows or (3 if height > width else 2)
    top = {0.0: y, 0.5: height / 2, 1.0: foot}[vertical]
    return Place(align, vertical, left, right, top, foot - y, rows)


def full_em(style: LyricStyle, size: tuple[int, int]) -> float:
    """Pixels per em of a line that need not shrink."""
    return max(style.size * min(size[1], 1.25 * size[0]), _SMALLEST)


class LineText:
    """A line's words as one text, measured once. blank: as in `shape`.

    Raises nothing: characters without a font come out as boxes where `missing.drawable` has not left them
    out."""

    def __init__(self, words: list[Word], fonts: Fonts, language: str = "", blank: float = 0.0) -> None:
        self._fonts, self._language, self._blank = fonts, language, blank
        self.text = ""
        self.spans: list[tuple[int, int]] = []
        for number, word in enumerate(words):
            written = clean(word.text)
            start = len(self.text)
            self.text += written + " " * (word.space and number < len(words) - 1)
            self.spans.append((start, start + len(written)))
        self.base = base_level(self.text)
        whole = self.shaped(0, len(self.text))
        # Along the text, whatever the direction: what a row from one character to another takes.
        self.left = [0.0]
        for extent in whole.extents:
            self.left.append(self.left[-1] + extent.right - extent.left)

    def shaped(self, start: int, stop: int) -> ShapedText:
        return shape(self.text[start:stop], self.base, self._fonts, self._language, self._blank)

    @cached_property
    def places(self) -> list[int]:
        return breaks(self.text, [stop for _, stop in self.spans])

    def word_at(self, character: int) -> int:
        return next((i for i, (start, stop) in enumerate(self.spans) if start <= character < stop), -1)


def lay_out(
    words: list[Word],
    size: tuple[int, int],
    style: LyricStyle,
    fonts: Fonts,
    place: Place,
    language: str = "",
    em: float | None = None,
) -> LineLayout:
    """A line in its place: as few rows as do, of like length. em: pixels; a line that doesn't fit at it, and
    without it one that is too long for its rows, is set smaller.

    Raises TextError when even the smallest letters don't fit."""
    text = LineText(words, fonts, language, extra_blank(style))
    count = rows_at(text, em, place) if em is not None else None
    if em is not None and count:
        spans = even_rows(text.text, text.places, text.left, (place.right - place.left) / em, count)
    else:
        em, spans = _fit(text, size, style, place)
    shaped = [text.shaped(*span) for span in spans]
    above, below = _reach(shaped, fonts)
    offsets = [0.0]
    for upper, lower in zip(shaped, shaped[1:], strict=False):
        offsets.append(offsets[-1] + max(_LEADING, upper.below + lower.above + _ROW_GAP))
    height = (above + offsets[-1] + below) * em
    first = round(place.y - place.vertical * height + above * em)
    baselines = [round(first + offset * em) for offset in offsets]
    ends = [text.text[stop - 1 : stop] for _, stop in spans]
    widths = [(row.width - _HALF_BLANK.get(end, 0.0)) * em for row, end in zip(shaped, ends, strict=True)]
    lefts = [_left(width, place) for width in widths]
    glyphs = [
        PlacedGlyph(glyph, lefts[i] + glyph.x * em, baselines[i] - glyph.y * em,
                    text.word_at(spans[i][0] + glyph.character), i)
        for i, row in enumerate(shaped) for glyph in row.glyphs
    ]  # fmt: skip
    rows = [
        (left, baseline - above * em, left + width, baseline + below * em)
        for left, baseline, width in zip(lefts, baselines, widths, strict=True)
    ]
    places = [_word_place(span, spans, shaped, lefts, em) for span in text.spans]
    return LineLayout(em, tuple(rows), tuple(map(float, baselines)), tuple(glyphs), tuple(places))


def rows_at(text: LineText, em: float, place: Place) -> int | None:
    """How many rows a line takes at a size; None where it doesn't fit at all."""
    count = fewest(text.text, text.places, text.left, (place.right - place.left) / em)
    return count if count and count * _LEADING * em <= place.tall else None


def fitting_em(text: LineText, size: tuple[int, int], style: LyricStyle, place: Place) -> float:
    """Pixels per em at which a line fits; as `lay_out` without an em sets it. Raises TextError."""
    return _fit(text, size, style, place)[0]


def _left(width: float, place: Place) -> float:
    spare = place.right - place.left - width
    return place.left + spare * {"left": 0.0, "centre": 0.5, "right": 1.0}[place.align]


def _reach(shaped: list[ShapedText], fonts: Fonts) -> tuple[float, float]:
    """Above the first and below the last baseline: as the fonts ask for, so that lines with and without
    descenders stand on the same height, and at least what the ink takes."""
    faces = {glyph.face for row in shaped for glyph in row.glyphs} or {fonts.main}
    above = max(min(face.ascent, 1.1) for face in faces)
    below = max(min(face.descent, 0.4) for face in faces)
    return max(above, shaped[0].above), max(below, shaped[-1].below)


def _fit(
    text: LineText, size: tuple[int, int], style: LyricStyle, place: Place
) -> tuple[float, list[tuple[int, int]]]:
    """Pixels per em, and the rows: those asked for at nearly full size; else more of them; else smaller
    letters; and words cut up where one alone is wider than the picture."""
    width, height = size
    wanted = full_em(style, size)
    sizes = [wanted * _SHRINK**i for i in range(200) if i == 0 or wanted * _SHRINK**i >= _SMALLEST]
    for places in (text.places, anywhere(text.text)):
        counts: dict[float, int] = {}
        for em in sizes:
            count = fewest(text.text, places, text.left, (place.right - place.left) / em)
            if count and count * _LEADING * em <= place.tall:
                counts[em] = count
        large = [(max(count, place.rows), -em) for em, count in counts.items() if em >= wanted * _SMALLER]
        # Of the sizes that do with the fewest rows the largest, and failing that the largest of all.
        em = -min(large)[1] if large else max(counts, default=0.0)
        if em and (places is not text.places or em >= wanted * _TINY):
            room = (place.right - place.left) / em
            return em, even_rows(text.text, places, text.left, room, counts[em])
    raise TextError(
        f'The lyric line "{text.text[:40]}" does not fit a picture of {width}×{height}: '
        "break it into shorter lines, or use a larger picture."
    )


def _word_place(
    span: tuple[int, int],
    rows: list[tuple[int, int]],
    shaped: list[ShapedText],
    lefts: list[float],
    em: float,
) -> WordPlace:
    pieces: list[Piece] = []
    read = 0.0
    ends: list[float] = []
    for number, (start, stop) in enumerate(rows):
        for i in range(max(start, span[0]), min(stop, span[1])):
            extent = shaped[number].extents[i - start]
            left, right = lefts[number] + extent.left * em, lefts[number] + extent.right * em
            last = pieces[-1] if pieces else None
            if last and last.row == number and last.rtl == extent.rtl and _touch(last, left, right):
                pieces[-1] = Piece(number, min(last.left, left), max(last.right, right), last.rtl)
            else:
                pieces.append(Piece(number, left, right, extent.rtl))
            read += right - left
            ends.append(read)
    return WordPlace(tuple(pieces), tuple(end / read if read else 1.0 for end in ends))


def _touch(piece: Piece, left: float, right: float) -> bool:
    return abs((piece.left if piece.rtl else piece.right) - (right if piece.rtl else left)) < 0.01
