"""Which part of the picture the networks see as a square, and what of the square is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from PIL import Image

from ...engine.faces.mesh import box_of_mesh
from ...engine.media.colour import Rect

# Of a square around a head: the face's height in it, brow to chin, and where the face's middle is.
_FACE_HEIGHT, _FACE_MIDDLE = 0.5, 0.55
# Of a square that holds a smaller face its features are too few pixels, by the original's own account.
_SMALL_FACE = 0.3


@dataclass(frozen=True)
class Framing:
    """rect: x0, y0, x1, y1 in the picture's pixels, a square that may reach beyond it; with `squeezed` the
    picture as it is. side: of the square in pixels. size: of the picture, width and height."""

    rect: Rect
    side: int
    size: tuple[int, int]
    squeezed: bool = False

    @property
    def scale(self) -> np.ndarray:
        """float64 [2]: the square's pixels for one of the picture's, across and down."""
        x0, y0, x1, y1 = self.rect
        return np.array([self.side / (x1 - x0), self.side / (y1 - y0)])

    @property
    def shown(self) -> Rect:
        """What of the square shows the picture, in its pixels, of even sides."""
        width, height = self.size
        x0, y0, x1, y1 = self.rect
        inside = np.array([max(0, -x0), max(0, -y0), min(width, x1) - x0, min(height, y1) - y0])
        left, top, right, bottom = np.rint(inside * np.tile(self.scale, 2)).astype(int).tolist()
        across, down = (max(2, (end - start) // 2 * 2) for start, end in ((left, right), (top, bottom)))
        return left, top, left + across, top + down

    def square(self, rgb: np.ndarray) -> np.ndarray:
        """uint8 [side, side, 3] of the picture [h, w, 3]; beyond it its edges are repeated."""
        if self.squeezed:
            return np.array(Image.fromarray(rgb).resize((self.side,) * 2, Image.Resampling.LANCZOS))
        width, height = self.size
        x0, y0, x1, y1 = self.rect
        part = rgb[max(0, y0) : y1, max(0, x0) : x1]
        beyond = max(0, -y0), max(0, y1 - height), max(0, -x0), max(0, x1 - width)
        part = cv2.copyMakeBorder(part, *beyond, cv2.BORDER_REPLICATE)
        filtering = cv2.INTER_AREA if part.shape[0] > self.side else cv2.INTER_CUBIC
        return cv2.resize(part, (self.side,) * 2, interpolation=filtering)

    def placed(self, mesh: np.ndarray) -> np.ndarray:
        """A mesh [n, 3] of the picture in the square's pixels; its depths at the scale across."""
        across, down = self.scale
        return (mesh - (self.rect[0], self.rect[1], 0)) * (across, down, across)

    def face_height(self, mesh: np.ndarray) -> float:
        """In parts of the square's."""
        _, top, _, bottom = box_of_mesh(mesh)
        return float(bottom - top) / (self.rect[3] - self.rect[1])

    def is_small(self, mesh: np.ndarray) -> bool:
        return self.face_height(mesh) < _SMALL_FACE


def framing(
    size: tuple[int, int], mesh: np.ndarray, view: Literal["whole", "face", "paste"], side: int
) -> Framing:
    """Of a picture of (width, height) with a face's mesh [n, 3]. Around a face: as large as it should be, but
    within the picture."""
    width, height = size
    if view == "whole":
        length = max(size)
        x0, y0 = (width - length) // 2, (height - length) // 2
        return Framing((x0, y0, x0 + length, y0 + length), side, size)
    left, top, right, bottom = box_of_mesh(mesh)
    length = max(2, min(width, height, round(float(bottom - top) / _FACE_HEIGHT)))
    x0 = round(float(left + right) / 2 - length / 2)
    y0 = round(float(top + bottom) / 2 - length * _FACE_MIDDLE)
    x0, y0 = max(0, min(x0, width - length)), max(0, min(y0, height - length))
    return Framing((x0, y0, x0 + length, y0 + length), side, size)


def squeezed(size: tuple[int, int], side: int) -> Framing:
    """All of a picture, whatever becomes of its shape, as the original has it."""
    return Framing((0, 0, *size), side, size, squeezed=True)
