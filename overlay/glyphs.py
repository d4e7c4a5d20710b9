"""Glyphs of a laid-out line as masks of its rectangle."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import cv2
import numpy as np

from ..engine.media.colour import Rect
from .font_file import FontFace
from .layout import LineLayout, PlacedGlyph

_BYTE = 1 / 255
# Joined letters overlap by less than a pixel: drawn this much finer, their seams and bumps can't be seen.
_FINE = 4


class Ink:
    """What the glyphs of one word, or of none, leave in a box.

    box: even numbers inside the line's rect, (x0, y0, x1, y1) from its corner. letters: float32 [h, w], 0..1.
    picture: float32 [h, w, 4], premultiplied RGBA 0..1 of colour glyphs, None without any."""

    def __init__(self, box: Rect, letters: np.ndarray, picture: np.ndarray | None) -> None:
        self.box, self.letters, self.picture = box, letters, picture


def ink_of(glyphs: Iterable[PlacedGlyph], layout: LineLayout, rect: Rect) -> Ink | None:
    """Draw glyphs; None where they leave nothing inside the rect."""
    fine, pictures = [], []
    for placed in glyphs:
        coloured = _picture(placed, layout.em)
        if coloured is not None:
            pictures.append(coloured)
            continue
        outline = _outline(placed, layout.em, _FINE)
        if outline is not None:
            fine.append(outline)
    spans = [(x, y, x + part.shape[1], y + part.shape[0]) for part, x, y in pictures]
    spans += [(x // _FINE, y // _FINE, -(-(x + part.shape[1]) // _FINE), -(-(y + part.shape[0]) // _FINE))
              for part, x, y in fine]  # fmt: skip
    if not spans:
        return None
    x0, y0, x1, y1 = rect
    left, top, right, bottom = (
        f(edges) for f, edges in zip((min, min, max, max), zip(*spans, strict=True), strict=True)
    )
    box = (max((left - x0) // 2 * 2, 0), max((top - y0) // 2 * 2, 0),
           min(-((x0 - right) // 2) * 2, x1 - x0), min(-((y0 - bottom) // 2) * 2, y1 - y0))  # fmt: skip
    if box[0] >= box[2] or box[1] >= box[3]:
        return None
    left, top, width, height = box[0] + x0, box[1] + y0, box[2] - box[0], box[3] - box[1]
    letters = np.zeros((height * _FINE, width * _FINE), np.uint8)
    for part, x, y in fine:
        _overlay(letters, part, x - left * _FINE, y - top * _FINE)
    picture = np.zeros((height, width, 4), np.float32)
    for part, x, y in pictures:
        here, there = _overlap(part, x - left, y - top, (height, width))
        picture[there] = picture[there] * (1 - part[here][..., 3:]) + part[here]
    shrunk = cv2.resize(letters.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    return Ink(box, shrunk * _BYTE, picture if pictures else None)


def stroke_of(glyphs: Iterable[PlacedGlyph], layout: LineLayout, rect: Rect, width: float) -> np.ndarray:
    """float32 [h, w] of the rect: all within `width` pixels of a glyph."""
    x0, y0, x1, y1 = rect
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for placed in glyphs:
        picture = _picture(placed, layout.em)
        if picture is None:
            outline = _outline(placed, layout.em, 1, width)
        else:
            part, x, y = picture
            grown = _grown(part[..., 3], width)
            margin = (grown.shape[1] - part.shape[1]) // 2
            outline = grown, x - margin, y - margin
        if outline is not None:
            part, x, y = outline
            _overlay(mask, part, x - x0, y - y0)
    return mask.astype(np.float32) * _BYTE


def _picture(placed: PlacedGlyph, em: float) -> tuple[np.ndarray, int, int] | None:
    """float32 RGBA of a colour glyph, with its corner in the picture's pixels; None for another."""
    if not placed.glyph.face.coloured:
        return None
    drawn = placed.glyph.face.picture(placed.glyph.number, em)
    return drawn and (drawn[0], round(placed.x) + drawn[1], round(placed.y) + drawn[2])


def _outline(
    placed: PlacedGlyph, em: float, scale: int, stroke: float = 0.0
) -> tuple[np.ndarray, int, int] | None:
    """uint8 coverage of a glyph, and its corner, in pixels `scale` times as fine."""
    # In steps of the fine pixels, so that a letter that comes again need not be drawn again.
    x, y = round(placed.x * _FINE), round(placed.y * _FINE)
    steps = _FINE // scale
    shift = x % steps / steps, y % steps / steps
    drawn = _coverage(placed.glyph.face, placed.glyph.number, em * scale, shift, stroke)
    return drawn and (drawn[0], x // steps + drawn[1], y // steps + drawn[2])


@lru_cache(maxsize=400)
def _coverage(
    face: FontFace, number: int, em: float, shift: tuple[float, float], stroke: float
) -> tuple[np.ndarray, int, int] | None:
    return face.coverage(number, em, shift, stroke)


def _overlay(mask: np.ndarray, part: np.ndarray, x: int, y: int) -> None:
    """Where glyphs overlap the one that covers more counts."""
    here, there = _overlap(part, x, y, mask.shape)
    if part[here].size:
        mask[there] = cv2.max(mask[there], np.ascontiguousarray(part[here]))


def _grown(alpha: np.ndarray, width: float) -> np.ndarray:
    """A disc rolled around what is covered, with soft edges."""
    margin = int(width) + 2
    padded = cv2.copyMakeBorder(alpha, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    distance = cv2.distanceTransform((padded < 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    return np.clip((width + 0.5 - distance) * 255, 0, 255).astype(np.uint8)


def _overlap(
    part: np.ndarray, x: int, y: int, shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Slices of a part that is put at x, y, and of what it is put on."""
    height, width = part.shape[:2]
    left, top = max(-x, 0), max(-y, 0)
    right, bottom = max(min(width, shape[1] - x), left), max(min(height, shape[0] - y), top)
    return ((slice(top, bottom), slice(left, right)),
            (slice(y + top, y + bottom), slice(x + left, x + right)))  # fmt: skip
