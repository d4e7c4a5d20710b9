"""Lines along the mouth: the lips' edges as smooth curves, in coordinates that follow the mouth's tilt."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .controls import INNER_CORNERS, OUTER_CORNERS

_WAVES = 4
# By so much of the way from the outer corners to the inner ones lips meet at the ends of an opening.
_ENDS = 0.4


@dataclass(frozen=True, slots=True)
class MouthAxes:
    """Pixels along and across the line between the mouth's corners, from half-way between them."""

    centre: np.ndarray
    along: np.ndarray

    @classmethod
    def between(cls, left: np.ndarray, right: np.ndarray) -> MouthAxes:
        along = right - left
        return cls((left + right) / 2, along / np.linalg.norm(along))

    def turn(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        dx, dy = x - x.dtype.type(self.centre[0]), y - y.dtype.type(self.centre[1])
        ax, ay = x.dtype.type(self.along[0]), x.dtype.type(self.along[1])
        return dx * ax + dy * ay, dy * ax - dx * ay

    def pixels(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Points [n, 2] of the picture, of so many pixels along and across."""
        across = np.array([-self.along[1], self.along[0]])
        return self.centre + x[:, None] * self.along + y[:, None] * across

    def points(self, points: np.ndarray) -> np.ndarray:
        return np.stack(self.turn(points[:, 0], points[:, 1]), 1)


def height_at(x: np.ndarray, line: np.ndarray) -> np.ndarray:
    """y of a line [n, 2] at every x, constant beyond its ends: float32."""
    order = np.argsort(line[:, 0])
    return np.interp(x, line[order, 0], line[order, 1]).astype(np.float32)


def lip_curve(points: np.ndarray, lip: np.ndarray, inwards: float = _ENDS) -> np.ndarray:
    """A smooth curve along the inner edge of a lip, corner to corner, of control points [n, 2]: the first few
    waves between the corners, without the mesh's unevenness."""
    left, right = lip_ends(points, inwards)
    axes = MouthAxes.between(left, right)
    half = np.linalg.norm(right - left) / 2
    along, across = axes.points(points[lip]).T
    places = np.clip((along / half + 1) / 2, 0, 1)
    weights = np.linalg.lstsq(_waves(places), across, rcond=None)[0]
    return axes.pixels((2 * _PLACES - 1) * half, _waves(_PLACES) @ weights)


def lip_ends(points: np.ndarray, inwards: float) -> np.ndarray:
    """Where an opening between the lips ends [2, 2], of control points [n, 2]: from the outer corners so far
    towards the inner ones (0..1)."""
    return points[OUTER_CORNERS] + inwards * (points[INNER_CORNERS] - points[OUTER_CORNERS])


def _waves(places: np.ndarray) -> np.ndarray:
    return np.sin(np.pi * places[:, None] * np.arange(1, _WAVES + 1))


# Closer at the corners.
_PLACES = (1 - np.cos(np.linspace(0, np.pi, 41))) / 2


def polygon_cover(points: np.ndarray, width: int, height: int) -> np.ndarray:
    """Anti-aliased cover of a polygon [n, 2] (pixels): float32 [height, width], 0..1."""
    sub = 4
    canvas = np.zeros((height * sub, width * sub), np.uint8)
    scaled = np.round(((points + 0.5) * sub - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(canvas, [scaled], 255, shift=4)
    return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
