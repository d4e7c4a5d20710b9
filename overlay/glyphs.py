"""Glyphs of a laid-out line as masks of its rectangle."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from ..engine.media.colour import Rect
from .layout import LineLayout, PlacedGlyph

_BYTE = 1 / 255


class Ink:
    """What the glyphs of one word, or of none, leave in a box.

    box: even numbers inside the line's rect, (x0, y0, x1, y1) from its corner. letters: float32 [h, w], 0..1.
    picture: float32 [h, w, 4], premultiplied RGBA 0..1 of colour glyphs, None without any."""

    def __init__(self, box: Rect, letters: np.ndarray, picture: np.ndarray | None) -> None:
        self.box, self.letters, self.picture = box, letters, picture

    @property
    def solid(self) -> np.ndarray:
        """float32 [h, w], coverage of letters and pictures together."""
        return self.letters if self.picture is None else np.maximum(self.letters, self.picture[..., 3])


def ink_of(glyphs: Iterable[PlacedGlyph], layout: LineLayout, rect: Rect) -> Ink | None:
    """Draw glyphs; None where they leave nothing inside the rect. Coverages add up, so that joined letters
    show no seam."""
    parts = []
    for placed in glyphs:
        drawn = _drawn(placed, layout.em)
        if drawn is not None:
            parts.append(drawn)
    if not parts:
        return None
    x0, y0, x1, y1 = rect
    left, top = min(x for _, x, _ in parts) - x0, min(y for *_, y in parts) - y0
    right = max(x + part.shape[1] for part, x, _ in parts) - x0
    bottom = max(y + part.shape[0] for part, _, y in parts) - y0
    box = (max(left // 2 * 2, 0), max(top // 2 * 2, 0), min(-(-right // 2) * 2, x1 - x0),
           min(-(-bottom // 2) * 2, y1 - y0))  # fmt: skip
    if box[0] >= box[2] or box[1] >= box[3]:
        return None
    letters = np.zeros((box[3] - box[1], box[2] - box[0]), np.uint8)
    picture: np.ndarray | None = None
    for part, x, y in parts:
        here, there = _overlap(part, x - x0 - box[0], y - y0 - box[1], letters.shape)
        if not part[here].size:
            continue
        if part.ndim == 2:
            letters[there] = cv2.add(letters[there], np.ascontiguousarray(part[here]))
        else:
            if picture is None:
                picture = np.zeros((*letters.shape, 4), np.float32)
            picture[there] = picture[there] * (1 - part[here][..., 3:]) + part[here]
    return Ink(box, letters.astype(np.float32) * _BYTE, picture)


def stroke_of(glyphs: Iterable[PlacedGlyph], layout: LineLayout, rect: Rect, width: float) -> np.ndarray:
    """float32 [h, w] of the rect: all within `width` pixels of a glyph."""
    x0, y0, x1, y1 = rect
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for placed in glyphs:
        drawn = _drawn(placed, layout.em, width)
        if drawn is not None:
            part, x, y = drawn
            here, there = _overlap(part, x - x0, y - y0, mask.shape)
            if part[here].size:
                mask[there] = cv2.max(mask[there], np.ascontiguousarray(part[here]))
    return mask.astype(np.float32) * _BYTE


def _drawn(placed: PlacedGlyph, em: float, stroke: float = 0.0) -> tuple[np.ndarray, int, int] | None:
    """uint8 coverage, or float32 RGBA of a colour glyph, with its corner in the picture's pixels."""
    face, number = placed.glyph.face, placed.glyph.number
    x, y = int(placed.x // 1), int(placed.y // 1)
    if face.coloured:
        drawn = face.picture(number, em)
        if drawn is not None:
            part, left, top = drawn
            part = part if not stroke else _grown(part[..., 3], stroke)
            margin = 0 if not stroke else (part.shape[1] - drawn[0].shape[1]) // 2
            return part, x + left - margin, y + top - margin
    outline = face.coverage(number, em, (placed.x - x, placed.y - y), stroke)
    return None if outline is None else (outline[0], x + outline[1], y + outline[2])


def _grown(alpha: np.ndarray, width: float) -> np.ndarray:
    """A disc rolled around what is covered, with soft edges."""
    margin = int(width) + 2
    padded = cv2.copyMakeBorder(alpha, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    distance = cv2.distanceTransform((padded < 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    return np.clip((width + 0.5 - distance) * 255, 0, 255).astype(np.uint8)


def _overlap(part: np.ndarray, x: int, y: int,
             shape: tuple[int, ...]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Slices of a part that is put at x, y, and of what it is put on."""
    height, width = part.shape[:2]
    left, top = max(-x, 0), max(-y, 0)
    right, bottom = max(min(width, shape[1] - x), left), max(min(height, shape[0] - y), top)
    return ((slice(top, bottom), slice(left, right)),
            (slice(y + top, y + bottom), slice(x + left, x + right)))  # fmt: skip
