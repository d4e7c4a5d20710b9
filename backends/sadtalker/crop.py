"""Which part of a picture is animated: an upright rectangle around the square that FFHQ's alignment finds by
eyes and mouth (T. Karras et al. 2019, arXiv:1812.04948, appendix C), as SadTalker crops by it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...engine.media.colour import Rect

# Half a face's square: so many times the eyes' distance, or that of eyes and mouth.
_BY_EYES, _BY_MOUTH = 2.0, 1.8
# The square's middle: from the eyes towards the mouth.
_LOWER = 0.1
_BORDER, _LEAST_BORDER = 0.1, 3
# A square of more than four times so many pixels is cut out of a smaller picture.
_OUTPUT = 512


@dataclass(frozen=True)
class FaceCrop:
    """resized: the picture's width and height before it is cut. outer: the rectangle with a border around it
    (left, top, right, bottom in the resized picture). quad: left, top, right, bottom of the face's own, from
    the outer's corner."""

    resized: tuple[int, int]
    outer: Rect
    quad: tuple[float, float, float, float]

    @property
    def box(self) -> Rect:
        """The face's rectangle in the resized picture, which in the original may reach below it."""
        left, top = self.outer[:2]
        x0, y0, x1, y1 = (int(value) for value in self.quad)
        return left + x0, top + y0, left + x1, top + y1

    def inside(self, *, extended: bool) -> Rect:
        """The rectangle's pixels in the resized picture; extended: with the border."""
        x0, y0, x1, y1 = self.outer if extended else self.box
        right, bottom = self.outer[2:]
        return x0, y0, min(x1, right), min(y1, bottom)


def face_crop(points: np.ndarray, size: tuple[int, int], *, parity: bool = False) -> FaceCrop:
    """points: the 68 iBUG points [68, 2] in pixels. size: the picture's width and height. parity: the
    rectangle's bottom is held against the picture's width, as the original has it, not its height."""
    width, height = size
    points = np.asarray(points, np.float64)
    left_eye, right_eye = points[36:42].mean(axis=0), points[42:48].mean(axis=0)
    eyes, across = (left_eye + right_eye) / 2, right_eye - left_eye
    down = (points[48] + points[54]) / 2 - eyes
    x = across - down[::-1] * (-1, 1)
    x /= np.hypot(*x)
    x *= max(np.hypot(*across) * _BY_EYES, np.hypot(*down) * _BY_MOUTH)
    y = x[::-1] * (-1, 1)
    middle = eyes + down * _LOWER
    quad = np.stack([middle - x - y, middle - x + y, middle + x + y, middle + x - y])
    side = np.hypot(*x) * 2
    shrink = math.floor(side / _OUTPUT / 2)
    if shrink > 1:
        width, height = (int(np.rint(n / shrink)) for n in (width, height))
        quad, side = quad / shrink, side / shrink
    border = max(int(np.rint(side * _BORDER)), _LEAST_BORDER)
    low, high = np.floor(quad.min(axis=0)).astype(int), np.ceil(quad.max(axis=0)).astype(int)
    outer = (
        max(int(low[0]) - border, 0),
        max(int(low[1]) - border, 0),
        min(int(high[0]) + border, width),
        min(int(high[1]) + border, height),
    )
    if outer[2] - outer[0] < width or outer[3] - outer[1] < height:
        quad = quad - outer[:2]
    quad = quad + 0.5
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    bottom = width if parity else outer[3] - outer[1]
    inner = max(x0, 0.0), max(y0, 0.0), min(x1, float(width)), min(y1, float(bottom))
    return FaceCrop((width, height), outer, tuple(float(value) for value in inner))  # type: ignore[arg-type]


def frame_size(shown: tuple[int, int], side: int) -> tuple[int, int]:
    """Width and height of a frame: the network's square stretched to the rectangle's own form. shown: width
    and height of the rectangle."""
    return side, int(side * shown[1] / shown[0])
