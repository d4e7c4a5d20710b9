"""Lines along the mouth: the lips' edges as smooth curves, in coordinates that follow the mouth's tilt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .controls import INNER_CORNERS

_PARTS = 4


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

    def points(self, points: np.ndarray) -> np.ndarray:
        return np.stack(self.turn(points[:, 0], points[:, 1]), 1)


def height_at(x: np.ndarray, line: np.ndarray) -> np.ndarray:
    """y of a line [n, 2] at every x, constant beyond its ends: float32."""
    order = np.argsort(line[:, 0])
    return np.interp(x, line[order, 0], line[order, 1]).astype(np.float32)


def lip_curve(points: np.ndarray, lip: np.ndarray) -> np.ndarray:
    """A Catmull-Rom curve along the inner edge of a lip, corner to corner, of control points [n, 2]."""
    left, right = INNER_CORNERS
    line = points[np.concatenate([[left], lip, [right]])]
    padded = np.concatenate([2 * line[:1] - line[1:2], line, 2 * line[-1:] - line[-2:-1]])
    a, b, c, d = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = (np.arange(_PARTS) / _PARTS)[:, None, None]
    curve = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return np.concatenate([curve.transpose(1, 0, 2).reshape(-1, 2), line[-1:]])
