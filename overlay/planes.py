"""Premultiplied colours as what a picture's planes are multiplied with and added to.

A picture's codes are linear in red, green, blue and opacity, so each plane is its old value times what the
text lets through, plus the text's own code: nothing of the picture is converted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from ..engine.media.colour import rgb_to_yuv_matrix
from ..engine.media.frames import Colour


@dataclass(slots=True)
class Layer:
    """One plane of a stretch of text: `colour` in the plane's codes, premultiplied, and `opacity` 0..1, both
    float32 of the plane's shape; step: pixels of the picture per sample."""

    colour: np.ndarray
    opacity: np.ndarray
    step: int


class Space(Protocol):
    """How a picture keeps its colours."""

    def layers(self, rgba: np.ndarray) -> list[Layer]:
        """Of float32 [h, w, 4], premultiplied 0..1, h and w even."""
        ...


class I420Space:
    """8-bit planes Y, U, V of one matrix and range; `height` of the picture decides for untagged ones."""

    def __init__(self, colour: Colour, height: int) -> None:
        matrix = rgb_to_yuv_matrix(colour, height).astype(np.float64)
        self._matrix = np.hstack([matrix[:, :3] * 255, matrix[:, 3:]]).astype(np.float32)

    def layers(self, rgba: np.ndarray) -> list[Layer]:
        half = cv2.resize(rgba, (rgba.shape[1] // 2, rgba.shape[0] // 2), interpolation=cv2.INTER_AREA)
        luma = cv2.transform(rgba, self._matrix[:1])
        blue, red = cv2.split(cv2.transform(half, self._matrix[1:]))
        thin = np.ascontiguousarray(half[..., 3])
        return [Layer(luma, np.ascontiguousarray(rgba[..., 3]), 1), Layer(blue, thin, 2), Layer(red, thin, 2)]


class RGBSpace:
    """Float pictures [H, W, 3], 0..1."""

    def layers(self, rgba: np.ndarray) -> list[Layer]:
        colour = np.ascontiguousarray(rgba[..., :3])
        return [Layer(colour, np.repeat(rgba[..., 3:], 3, axis=2), 1)]
