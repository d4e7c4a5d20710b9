"""What of a portrait the network sees: a square of its own size, of a picture of any shape."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from ...engine.media.colour import Rect

# Of a square around a face, how much is the face's height: its authors ask for 50 to 70 %.
_FACE_SHARE = 0.6


@dataclass(frozen=True)
class Framing:
    """rect: what is seen of the portrait, in its pixels. inner: where that lies in the square. side: of the
    square, what is outside `inner` being the picture's edges drawn out."""

    rect: Rect
    inner: Rect
    side: int

    def square(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """uint8 [side, side, 3] of the portrait."""
        x0, y0, x1, y1 = self.rect
        left, top, right, bottom = self.inner
        seen = Image.fromarray(rgb[y0:y1, x0:x1])
        inside = np.asarray(seen.resize((right - left, bottom - top), Image.Resampling.BILINEAR))
        edges = top, self.side - bottom, left, self.side - right
        return np.asarray(cv2.copyMakeBorder(inside, *edges, cv2.BORDER_REPLICATE), np.uint8)

    def mesh(self, mesh: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Landmarks [n, 2 or more] of the portrait, [n, 2] in the square's pixels."""
        x0, y0, x1, y1 = self.rect
        left, top, right, bottom = self.inner
        scale = np.array([(right - left) / (x1 - x0), (bottom - top) / (y1 - y0)])
        return (np.asarray(mesh, np.float64)[:, :2] - (x0, y0)) * scale + (left, top)

    def cut(self, square: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """What is seen of the portrait, out of a square picture."""
        left, top, right, bottom = self.inner
        return square[top:bottom, left:right]


def squashed(size: tuple[int, int], side: int) -> Framing:
    """All of a picture of size (w, h), out of shape where it isn't square, as the original has it."""
    return Framing((0, 0, *size), (0, 0, side, side), side)


def padded(size: tuple[int, int], side: int) -> Framing:
    """All of a picture, in shape."""
    scale = side / max(size)
    width, height = (max(1, round(length * scale)) for length in size)
    left, top = (side - width) // 2, (side - height) // 2
    return Framing((0, 0, *size), (left, top, left + width, top + height), side)


def around(mesh: npt.NDArray[np.floating], size: tuple[int, int], side: int) -> Framing:
    """A square around a face, or the largest there is in the picture."""
    points = np.asarray(mesh, np.float64)[:, :2]
    low, high = points.min(0), points.max(0)
    length = min(round((high - low).max() / _FACE_SHARE), *size)
    x0, y0 = (
        int(np.clip(round(centre - length / 2), 0, whole - length))
        for centre, whole in zip((low + high) / 2, size, strict=True)
    )
    return Framing((x0, y0, x0 + length, y0 + length), (0, 0, side, side), side)
