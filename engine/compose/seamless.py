"""A generated rectangle put into its picture by Poisson blending (Pérez et al. 2003), as `cv2.seamlessClone`
solves it."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np

from ..media.colour import Rect
from .paste import Patch

# Pixels of the longer side on which the colours are solved for: away from the rectangle's edge their change
# is smooth.
_SOLVED_ON = 256
# How far the colours that meet at the edge reach inwards, in parts of the shorter side, and where the new
# picture begins to show.
_BAND, _FEATHER = 0.25, 0.03


def cloned(picture: np.ndarray, face: np.ndarray, rect: Rect) -> np.ndarray:
    """The picture with a rectangle of it cloned from `face`: uint8 [H, W, 3], by the gradients of the face
    and the picture's colours at the edge. rect: x0, y0, x1, y1, inside the picture. face: uint8 [h, w, 3], of
    the rectangle's size."""
    x0, y0, x1, y1 = rect
    mask = np.full(face.shape[:2], 255, np.uint8)
    middle = (x0 + x1) // 2, (y0 + y1) // 2
    return np.asarray(cv2.seamlessClone(face, np.ascontiguousarray(picture), mask, middle, cv2.NORMAL_CLONE))


class SeamlessBand:
    """Blends faces into one picture so that their colours meet at a rectangle's edge, and are the faces' own
    further in.

    picture: uint8 [H, W, 3]. rect: x0, y0, x1, y1 in its pixels; a side that is the picture's own has no
    seam. What comes back covers the rectangle, widened to even numbers where the picture has them."""

    def __init__(self, picture: np.ndarray, rect: Rect) -> None:
        height, width = picture.shape[:2]
        x0, y0, x1, y1 = rect
        self.rect: Rect = (
            x0 // 2 * 2,
            y0 // 2 * 2,
            min(-(-x1 // 2) * 2, width),
            min(-(-y1 // 2) * 2, height),
        )
        self._inner = (x0 - self.rect[0], y0 - self.rect[1], x1 - self.rect[0], y1 - self.rect[1])
        self._size = x1 - x0, y1 - y0
        left, top, right, bottom = self.rect
        self._before = picture[top:bottom, left:right].copy()
        scale = min(1.0, _SOLVED_ON / max(self._size))
        self._small = max(3, round(self._size[0] * scale)), max(3, round(self._size[1] * scale))
        # With a rim of the picture around it, which is what the edge's colours are taken from.
        around = cv2.resize(picture[y0:y1, x0:x1], self._small, interpolation=cv2.INTER_AREA)
        self._around = cv2.copyMakeBorder(around, 2, 2, 2, 2, cv2.BORDER_REPLICATE)
        self._seams = (x0 > 0, y0 > 0, x1 < width, y1 < height)

    def patch(self, face: np.ndarray) -> Patch:
        """face: uint8 [h, w, 3], of any size."""
        full = _resized(face, self._size)
        small = cv2.resize(full, self._small, interpolation=cv2.INTER_AREA)
        width, height = self._small
        met = cloned(self._around, small, (2, 2, 2 + width, 2 + height))[2:-2, 2:-2]
        change = cv2.resize(met.astype(np.float32) - small, self._size, interpolation=cv2.INTER_LINEAR)
        coloured = np.clip(np.rint(full + change * self._share[..., None]), 0, 255).astype(np.uint8)
        x0, y0, x1, y1 = self._inner
        rgb = self._before.copy()
        rgb[y0:y1, x0:x1] = coloured
        alpha = np.zeros(rgb.shape[:2], np.float32)
        alpha[y0:y1, x0:x1] = self._alpha
        return Patch(rgb, alpha)

    @cached_property
    def _share(self) -> np.ndarray:
        """float32 [h, w]: how much of the edge's colours counts, from 1 at a seam to 0 in the middle."""
        return 1 - _ramp(self._distance / (_BAND * min(self._size)))

    @cached_property
    def _alpha(self) -> np.ndarray:
        """float32 [h, w]: how much of the new picture is shown."""
        return _ramp(self._distance / max(1.0, _FEATHER * min(self._size)))

    @cached_property
    def _distance(self) -> np.ndarray:
        """float32 [h, w]: pixels to the nearest seam; infinite where there is none."""
        width, height = self._size
        x, y = np.arange(width) + 0.5, np.arange(height) + 0.5
        sides = (x[None], y[:, None], width - x[None], height - y[:, None])
        distance = np.full((height, width), np.inf)
        for seam, side in zip(self._seams, sides, strict=True):
            if seam:
                distance = np.minimum(distance, side)
        return distance.astype(np.float32)


def _ramp(at: np.ndarray) -> np.ndarray:
    """Smoothly from 0 at 0 to 1 at 1 and beyond."""
    at = np.clip(at, 0, 1)
    return np.asarray(at * at * (3 - 2 * at), np.float32)


def _resized(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    shrinks = picture.shape[1] > size[0]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
