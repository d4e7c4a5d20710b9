"""Small RGB pictures of parts of a frame, sampled straight from its planes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ..media.colour import Rect, yuv_to_rgb_matrix
from ..media.frames import Frame

# Pixels in a row, of each picked for one of the result, that are averaged.
_FINE = 2


@dataclass(frozen=True, slots=True)
class Roi:
    """A rotated square: centre and side in pixels, angle in radians, clockwise on the screen."""

    x: float
    y: float
    size: float
    angle: float

    def matrix(self) -> np.ndarray:
        """float64 [2, 3]: unit-square coordinates (0..1) to pixels."""
        c, s = self.size * math.cos(self.angle), self.size * math.sin(self.angle)
        return np.array([[c, -s, self.x - 0.5 * (c - s)], [s, c, self.y - 0.5 * (c + s)]])


def sample(frame: Frame, roi: Roi, side: int) -> np.ndarray | None:
    """float32 [side, side, 3] RGB in 0..1 of a rotated square; the frame's edge pixels continue outside.

    None when the square does not touch the frame.
    """
    y, u, v = frame.square().yuv()
    matrix = roi.matrix()
    planes = []
    for plane, halving in ((y, 1), (u, 2), (v, 2)):
        warped = _warp(plane, matrix / halving, side)
        if warped is None:
            return None
        planes.append(warped)
    return _to_rgb(planes, frame)


def sample_luma(frame: Frame, roi: Roi, side: int) -> np.ndarray | None:
    """The same of the luma alone, float32 [side, side] in 0..255, of one pixel in several where it shrinks a
    lot."""
    step = max(1, int(roi.size / side / _FINE))
    warped = _warp(frame.square().yuv()[0][::step, ::step], roi.matrix() / step, side)
    return None if warped is None else warped.astype(np.float32)


def letterbox(frame: Frame, rect: Rect, side: int) -> np.ndarray:
    """float32 [side, side, 3] RGB in 0..1 of a rectangle (even x0, y0, x1, y1), centred, black around.

    The scale is the same in x and y: side over the rectangle's longer edge.
    """
    small = _shrunk(frame, rect, side)
    h, w = small.shape[:2]
    out = np.zeros((side, side, 3), np.float32)
    left, top = (side - w) // 2, (side - h) // 2
    out[top : top + h, left : left + w] = small
    return out


def _shrunk(frame: Frame, rect: Rect, side: int) -> np.ndarray:
    x0, y0, x1, y1 = rect
    scale = side / max(x1 - x0, y1 - y0)
    size = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
    y, u, v = frame.square().yuv()
    chroma = (slice(y0 // 2, y1 // 2), slice(x0 // 2, x1 // 2))
    parts = (y[y0:y1, x0:x1], u[chroma], v[chroma])
    return _to_rgb([cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in parts], frame)


def _to_rgb(planes: list[np.ndarray], frame: Frame) -> np.ndarray:
    yuv = cv2.merge(planes).astype(np.float32)
    rgb = cv2.transform(yuv, yuv_to_rgb_matrix(frame.colour, frame.height) / 255)
    return np.clip(rgb, 0, 1, out=rgb)


def _warp(plane: np.ndarray, matrix: np.ndarray, side: int) -> np.ndarray | None:
    """Sample a plane at matrix · (unit square); areas are averaged first where it shrinks twofold or more."""
    corners = matrix @ np.array([[0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]], np.float64)
    h, w = plane.shape
    shrink = max(1, int(math.hypot(matrix[0, 0], matrix[1, 0]) / side))
    x0, y0 = (max(0, int(low)) // shrink * shrink for low in corners.min(axis=1))
    x1, y1 = (math.ceil(high) + 2 for high in corners.max(axis=1))
    part = plane[y0 : max(0, y1), x0 : max(0, x1)]
    if not part.size:
        return None
    if shrink > 1:
        size = (-(-part.shape[1] // shrink), -(-part.shape[0] // shrink))
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    # warpAffine counts from the centre of pixel 0, the wire's coordinates from its corner.
    to_part = (matrix - np.array([[0, 0, x0], [0, 0, y0]])) / shrink
    inverse = np.column_stack([to_part[:, :2] / side, to_part @ np.array([0.5 / side, 0.5 / side, 1]) - 0.5])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(part, inverse, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
