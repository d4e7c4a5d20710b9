"""A laid-out line as colours: what always shows, and what each word adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ..engine.media.colour import Rect
from .glyphs import Ink, ink_of, stroke_of
from .layout import LineLayout, Piece, PlacedGlyph
from .style import PILL_PADDING, LyricStyle, moves, rgba

# Where a gradient begins above the baseline and ends below it, em: the height of capitals, a little lower.
_GRADIENT = (0.74, 0.06)
_BOX_PADDING, _BOX_RADIUS = (0.35, 0.12), 0.22  # em: sideways and up and down; of the corners
_EMPHASIS_ROOM = 0.5  # em that an emphasised word may move by
_POP_ROOM = 0.12  # share of a word's width that it may swell by on each side


@dataclass(frozen=True)
class WordPart:
    """What a word brings on one row. box: even numbers from the corner of the line's rect. rgba: float32
    [h, w, 4], premultiplied, 0..1. pieces: of the word on this row, with the share of its width that is read
    where each begins and ends."""

    box: Rect
    rgba: np.ndarray
    pieces: tuple[tuple[Piece, float, float], ...]


class LineArt:
    """A line's pixels. With `pop` the words are not in `base`, and each part is all of its word; without,
    they are, and a part is what the highlight changes, to be added.

    rect: (x0, y0, x1, y1) in the picture, even numbers. base: float32 [h, w, 4], premultiplied, 0..1."""

    def __init__(
        self,
        layout: LineLayout,
        style: LyricStyle,
        size: tuple[int, int],
        highlight: str,
        *,
        pop: bool = False,
    ) -> None:
        self._layout, self._style, self._highlight, self._pop = layout, style, highlight, pop
        self.em = em = layout.em
        self._margin = (
            em * (style.outline_width + bool(style.shadow) * (style.shadow_distance + 3 * style.shadow_blur))
            + 2
        )
        swell = (
            max((p.width for w in layout.words for p in w.pieces), default=0.0) * _POP_ROOM if pop else 0.0
        )
        if moves(style):
            swell = max(swell, _EMPHASIS_ROOM * em)
        box_margin = em * max(_BOX_PADDING) + 2 if style.box else 0.0
        self.rect = layout.reach(max(self._margin + swell, box_margin, em * 0.25), size)
        self._words: dict[int, list[PlacedGlyph]] = {}
        for placed in layout.glyphs:
            self._words.setdefault(placed.word, []).append(placed)
        x0, y0, x1, y1 = self.rect
        whole = (0, 0, x1 - x0, y1 - y0)
        self.base = np.zeros((y1 - y0, x1 - x0, 4), np.float32)
        if not pop:
            self._compose(self.base, whole, list(layout.glyphs))
        self.base = self.boxed(self.base)

    def parts(self, word: int) -> list[WordPart]:
        """Of a word, one for each row that it is on."""
        glyphs = self._words.get(word, [])
        place = self._layout.words[word]
        total = sum(piece.width for piece in place.pieces) or 1.0
        found, read = [], 0.0
        spans: dict[int, list[tuple[Piece, float, float]]] = {}
        for piece in place.pieces:
            spans.setdefault(piece.row, []).append((piece, read / total, (read + piece.width) / total))
            read += piece.width
        for row, pieces in spans.items():
            on_row = [glyph for glyph in glyphs if glyph.row == row]
            part = self._popping(on_row) if self._pop else self._change(on_row)
            if part is not None:
                found.append(WordPart(*part, tuple(pieces)))
        return found

    def without(self, word: int) -> np.ndarray:
        """float32 [h, w, 4], premultiplied: the line but not that word, and no box; -1 for all words."""
        x0, y0, x1, y1 = self.rect
        picture = np.zeros((y1 - y0, x1 - x0, 4), np.float32)
        glyphs = [glyph for glyph in self._layout.glyphs if glyph.word != word or word < 0]
        self._compose(picture, (0, 0, x1 - x0, y1 - y0), glyphs)
        return picture

    def boxed(self, picture: np.ndarray) -> np.ndarray:
        """A picture of the line's rect, over the box of the line where the style has one."""
        return picture + self._box() * (1 - picture[..., 3:]) if self._style.box else picture

    def alone(self, word: int, *, shadow: bool) -> np.ndarray:
        """float32 [h, w, 4], premultiplied: that word, lit."""
        x0, y0, x1, y1 = self.rect
        picture = np.zeros((y1 - y0, x1 - x0, 4), np.float32)
        glyphs = self._words.get(word, [])
        whole = (0, 0, x1 - x0, y1 - y0)
        self._compose(picture, whole, glyphs, shadow=shadow)
        ink = ink_of(glyphs, self._layout, self.rect)
        if ink is not None:
            left, top, right, bottom = ink.box
            lit = np.array(_premultiplied(self._highlight), np.float32)
            picture[top:bottom, left:right] += ink.letters[..., None] * (lit - self._fill(ink.box))
        return picture

    def pill(self, word: int) -> np.ndarray:
        """float32 [h, w, 4], premultiplied: what lies behind that word, in the style's colour."""
        x0, y0, x1, y1 = self.rect
        picture = np.zeros((y1 - y0, x1 - x0, 4), np.float32)
        colour = np.array(_premultiplied(self._style.pill), np.float32)
        for piece in self._layout.words[word].pieces:
            row = self._layout.rows[piece.row]
            mask = self._rounded((piece.left, row[1], piece.right, row[3]), PILL_PADDING, _BOX_RADIUS)
            picture += mask[..., None] * colour * (1 - picture[..., 3:])
        return picture

    def _change(self, glyphs: list[PlacedGlyph]) -> tuple[Rect, np.ndarray] | None:
        ink = ink_of(glyphs, self._layout, self.rect)
        if ink is None:
            return None
        lit = np.array(_premultiplied(self._highlight), np.float32)
        return ink.box, ink.letters[..., None] * (lit - self._fill(ink.box))

    def _popping(self, glyphs: list[PlacedGlyph]) -> tuple[Rect, np.ndarray] | None:
        ink = ink_of(glyphs, self._layout, self.rect)
        if ink is None:
            return None
        x0, y0, x1, y1 = self.rect
        margin = -(-int(self._margin) // 2) * 2
        left, top, right, bottom = ink.box
        box = (
            max(left - margin, 0),
            max(top - margin, 0),
            min(right + margin, x1 - x0),
            min(bottom + margin, y1 - y0),
        )
        colours = np.zeros((box[3] - box[1], box[2] - box[0], 4), np.float32)
        self._compose(colours, box, glyphs)
        return box, colours

    def _compose(
        self, out: np.ndarray, box: Rect, glyphs: Sequence[PlacedGlyph], *, shadow: bool = True
    ) -> None:
        """Letters, pictures, outline and shadow of some glyphs into `out`, [h, w, 4] of a box of the rect."""
        style, em = self._style, self._layout.em
        x0, y0 = self.rect[0] + box[0], self.rect[1] + box[1]
        area = (x0, y0, self.rect[0] + box[2], self.rect[1] + box[3])
        solid = np.zeros(out.shape[:2], np.float32)
        # Word by word: within one, coverages add up; between them too, but no more than all.
        for word in sorted({glyph.word for glyph in glyphs}):
            ink = ink_of([glyph for glyph in glyphs if glyph.word == word], self._layout, area)
            if ink is not None:
                _lay(out, ink, self._fill(_moved(ink.box, box)), solid)
        around: np.ndarray = solid
        if style.outline_width:
            stroke = stroke_of(glyphs, self._layout, area, style.outline_width * em)
            around = np.maximum(stroke, solid)
            out += ((around - solid)[..., None]) * np.array(_premultiplied(style.outline), np.float32)
        if style.shadow and shadow:
            dropped = np.zeros_like(around)
            drop = round(style.shadow_distance * em)
            dropped[drop:] = around[: len(around) - drop]
            if style.shadow_blur:
                dropped = cv2.GaussianBlur(dropped, (0, 0), style.shadow_blur * em)
            shade = np.array([*_premultiplied(style.shadow_colour)[:3], 1], np.float32)
            out += (dropped * style.shadow * (1 - around))[..., None] * shade

    def _fill(self, box: Rect) -> np.ndarray:
        """float32 [h, 1, 4]: the letters' colour on each line of pixels of a box of the rect."""
        top = np.array(_premultiplied(self._style.colour), np.float32)
        foot = np.array(_premultiplied(self._style.gradient or self._style.colour), np.float32)
        y = np.arange(box[1], box[3], dtype=np.float32) + self.rect[1] + 0.5
        baselines = np.array(self._layout.baselines, np.float32)
        em = self._layout.em
        # The row whose letters' middle is nearest.
        nearest = np.abs(y[:, None] - (baselines - 0.3 * em)[None]).argmin(axis=1)
        start = baselines[nearest] - _GRADIENT[0] * em
        share = np.clip((y - start) / (sum(_GRADIENT) * em), 0, 1)[:, None, None]
        return top + (foot - top) * share

    def _box(self) -> np.ndarray:
        """The rounded rectangle behind the text."""
        rows, layout = self._layout.rows, self._layout
        bounds = min(row[0] for row in rows), layout.top, max(row[2] for row in rows), layout.bottom
        mask = self._rounded(bounds, _BOX_PADDING, _BOX_RADIUS)
        return mask[..., None] * np.array(_premultiplied(self._style.box), np.float32)

    def _rounded(
        self, bounds: tuple[float, float, float, float], padding: tuple[float, float], radius: float
    ) -> np.ndarray:
        """float32 [h, w], 0..1: how much of each pixel of the rect is inside bounds of the picture, padded
        (sideways, up and down) and with round corners, em."""
        em = self._layout.em
        x0, y0, x1, y1 = self.rect
        left, right = bounds[0] - padding[0] * em - x0, bounds[2] + padding[0] * em - x0
        top, bottom = bounds[1] - padding[1] * em - y0, bounds[3] + padding[1] * em - y0
        corner = radius * em
        x = np.arange(x1 - x0, dtype=np.float32) + 0.5
        y = np.arange(y1 - y0, dtype=np.float32) + 0.5
        # Distance to the rectangle that is smaller by the radius on each side.
        away_x = np.maximum(np.maximum(left + corner - x, x - (right - corner)), 0)
        away_y = np.maximum(np.maximum(top + corner - y, y - (bottom - corner)), 0)
        return np.clip(corner + 0.5 - np.hypot(away_x[None], away_y[:, None]), 0, 1).astype(np.float32)


def _lay(out: np.ndarray, ink: Ink, fill: np.ndarray, solid: np.ndarray) -> None:
    x0, y0, x1, y1 = ink.box
    place = slice(y0, y1), slice(x0, x1)
    room = 1 - solid[place]
    letters = np.minimum(ink.letters, room)
    out[place] += letters[..., None] * fill
    if ink.picture is not None:
        out[place] += ink.picture * room[..., None]
        letters = np.minimum(letters + ink.picture[..., 3], room)
    solid[place] += letters


def _moved(box: Rect, corner: Rect) -> Rect:
    return box[0] + corner[0], box[1] + corner[1], box[2] + corner[0], box[3] + corner[1]


def _premultiplied(colour: str) -> tuple[float, float, float, float]:
    red, green, blue, alpha = rgba(colour)
    return red / 255 * alpha, green / 255 * alpha, blue / 255 * alpha, alpha
