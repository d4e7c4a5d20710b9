"""A rasterised line, blended into I420 planes.

A line's colours are few and flat, so each plane is a sum of masks times numbers: nothing is converted per
frame, and another word in the highlight colour is a sum over that word's box alone.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..engine.media.colour import rgb_to_yuv_matrix
from ..engine.media.frames import Colour, Frame
from .raster import LineLayout, LineMasks
from .style import RGB, OverlayStyle, rgb

_SHADOW_COLOUR = (0, 0, 0)


class LinePainter:
    """One line in the colour space of one clip, `height` lines high."""

    def __init__(self, layout: LineLayout, style: OverlayStyle, colour: Colour, height: int) -> None:
        matrix = rgb_to_yuv_matrix(colour, height).astype(np.float64)
        full = layout.masks()
        half = LineMasks(*(_halve(mask) for mask in (full.letters, full.outline, full.shadow)))
        plain, lit, edge, shade = (
            _codes(matrix, value)
            for value in (rgb(style.colour), rgb(style.highlight), rgb(style.outline), _SHADOW_COLOUR))
        self._rect = layout.rect
        self._boxes = layout.boxes
        self._masks = (full, half, half)
        self._colours = [mask.letters * plain[i] + mask.outline * edge[i] + mask.shadow * shade[i]
                         for i, mask in enumerate(self._masks)]
        self._opacities = [mask.letters + mask.outline + mask.shadow for mask in (full, half)]
        self._lit = [lit[i] - plain[i] for i in range(3)]

    def paint(self, frame: Frame, word: int, opacity: float) -> None:
        """Blend the line into the frame, in place, with a word (-1: none) in the highlight colour."""
        x0, y0, x1, y1 = self._rect
        for i, plane in enumerate(frame.yuv()):
            step = 2 if i else 1
            target = plane[y0 // step : y1 // step, x0 // step : x1 // step]
            colours = self._colours[i]
            if word >= 0:
                left, top, right, bottom = (edge // step for edge in self._boxes[word])
                box = slice(top, bottom), slice(left, right)
                colours = colours.copy()
                colours[box] += self._lit[i] * self._masks[i].letters[box]
            kept = cv2.multiply(target, 1 - opacity * self._opacities[min(i, 1)], dtype=cv2.CV_32F)
            target[:] = cv2.add(kept, opacity * colours, dtype=cv2.CV_8U)


def _codes(matrix: np.ndarray, colour: RGB) -> list[float]:
    """Y, U, V of an RGB colour."""
    return [float(code) for code in matrix @ (*colour, 1)]


def _halve(mask: np.ndarray) -> np.ndarray:
    return cv2.resize(mask, (mask.shape[1] // 2, mask.shape[0] // 2), interpolation=cv2.INTER_AREA)
