"""One lyric line as pixels: rows, places of the words, and masks of their letters, outline and shadow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from ..engine.errors import TextError
from ..engine.media.colour import Rect
from .style import OverlayStyle, load_font

SAFE_MARGIN = 0.05  # share of the width and of the height that stays clear on each side
_LEADING = 1.2  # distance of two rows' baselines, in em as all below
_ABOVE_BASELINE = 0.9  # where a row's share of the leading begins
_BOLDER = 0.012
_OUTLINE = 0.07
_SHADOW_DROP = 0.05
_SHADOW_BLUR = 0.1
_SHADOW = 0.6  # opacity
_SMALLEST = 6.0  # pixels per em below which nobody can read


@dataclass(frozen=True)
class LineMasks:
    """What covers how much of each pixel, float32 [h, w], 0..1, adding up to the text's opacity."""

    letters: np.ndarray
    outline: np.ndarray
    shadow: np.ndarray


class LineLayout:
    """A line laid out for a picture of `size` (width, height): at most two rows, of like length, centred,
    inside the safe margins; a line that is too long for them is set smaller.

    rect: all that it touches, even numbers (x0, y0, x1, y1) in the picture. boxes: the same for each word,
    even numbers inside the rect; they don't overlap.

    Raises TextError when even the smallest letters don't fit.
    """

    def __init__(self, words: Sequence[str], size: tuple[int, int], style: OverlayStyle) -> None:
        font, rows = _fit(words, size, style)
        self._font = font
        width, height = size
        em = font.size
        ascent, descent = font.getmetrics()
        block = ascent + descent + _LEADING * em * (len(rows) - 1)
        room = height * (1 - 2 * SAFE_MARGIN) - block
        top = height * SAFE_MARGIN + room * {"top": 0.0, "middle": 0.5, "bottom": 1.0}[style.position]
        spread = em * (_OUTLINE + _SHADOW_DROP + 3 * _SHADOW_BLUR)
        longest = max(font.getlength(" ".join(row)) for row in rows)
        x0, y0 = _even((width - longest) / 2 - spread, width), _even(top - spread, height)
        x1, y1 = _even((width + longest) / 2 + spread + 2, width), _even(top + block + spread + 2, height)
        self.rect: Rect = (x0, y0, x1, y1)
        self.boxes: list[Rect] = []
        self._words: list[tuple[str, tuple[float, float]]] = []
        gap = font.getlength(" ") / 2
        for number, row in enumerate(rows):
            baseline = top + ascent + _LEADING * em * number - y0
            line_top = baseline - _ABOVE_BASELINE * em
            above = 0 if number == 0 else _even(line_top, y1 - y0)
            below = y1 - y0 if row is rows[-1] else _even(line_top + _LEADING * em, y1 - y0)
            left = (width - font.getlength(" ".join(row))) / 2 - x0
            for index, word in enumerate(row):
                x = left + (font.getlength(" ".join(row[:index]) + " ") if index else 0.0)
                self._words.append((word, (x, baseline)))
                self.boxes.append((_even(x - gap, x1 - x0), above,
                                   _even(x + font.getlength(word) + gap, x1 - x0), below))

    def masks(self) -> LineMasks:
        """Masks of the rect's size."""
        x0, y0, x1, y1 = self.rect
        em = self._font.size
        letters, outline = Image.new("L", (x1 - x0, y1 - y0)), Image.new("L", (x1 - x0, y1 - y0))
        for picture, stroke in ((letters, _BOLDER * em), (outline, (_BOLDER + _OUTLINE) * em)):
            pen = ImageDraw.Draw(picture)
            for word, place in self._words:
                pen.text(place, word, 255, self._font, anchor="ls", stroke_width=stroke)
        above, below = (np.asarray(picture, np.float32) / 255 for picture in (letters, outline))
        dropped = np.zeros_like(below)
        drop = round(_SHADOW_DROP * em)
        dropped[drop:] = below[: len(below) - drop]
        shadow = cv2.GaussianBlur(dropped, (0, 0), _SHADOW_BLUR * em) * _SHADOW
        below = below * (1 - above)
        return LineMasks(above, below, shadow * (1 - above - below))


def _fit(words: Sequence[str], size: tuple[int, int],
         style: OverlayStyle) -> tuple[FreeTypeFont, list[list[str]]]:
    width, height = size
    room, tall = width * (1 - 2 * SAFE_MARGIN), height * (1 - 2 * SAFE_MARGIN)
    em = max(style.size * min(height, 1.25 * width), _SMALLEST)
    while em >= _SMALLEST:
        font = load_font(style.font, em)
        rows = _rows(words, font, room)
        wide = max(font.getlength(" ".join(row)) for row in rows)
        if wide <= room and _LEADING * em * len(rows) <= tall:
            return font, rows
        em *= 0.94
    text = " ".join(words)
    raise TextError(f'The lyric line "{text[:40]}" does not fit a picture of {width}×{height}: '
                    "break it into shorter lines, or use a larger picture.")


def _rows(words: Sequence[str], font: FreeTypeFont, room: float) -> list[list[str]]:
    """One row if it fits, else the split whose longer row is shortest."""
    if len(words) == 1 or font.getlength(" ".join(words)) <= room:
        return [list(words)]
    splits = [[list(words[:at]), list(words[at:])] for at in range(1, len(words))]
    return min(splits, key=lambda rows: max(font.getlength(" ".join(row)) for row in rows))


def _even(value: float, limit: int) -> int:
    return int(min(max(value, 0), limit)) // 2 * 2
