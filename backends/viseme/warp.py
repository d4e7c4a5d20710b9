"""Bending the lower face with two smooth fields, one that follows the upper lip and one that follows the
lower.

Each field is a thin-plate spline (F. L. Bookstein, "Principal warps", 1989) from where a point goes to where
its colour comes from. One field alone could not close an open mouth, whose lips both go to the same place. So
every pixel takes its colour through the field of its own side of the line between the lips; beside the mouth,
where both fields share their control points, one fades into the other.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

_STIFFNESS = 1e-3
# Nodes on either side of a pixel that it is interpolated from, and one more.
_REACH = 3
# Pixels in whose multiples grids are kept.
_SIDES = 64


def pixel_grid(width: int, height: int) -> np.ndarray:
    """x and y of every pixel: float32 [height, width, 2]."""
    # Crops of a face differ by some pixels from frame to frame: one grid does for many.
    return _whole_grid(-(-width // _SIDES) * _SIDES, -(-height // _SIDES) * _SIDES)[:height, :width]


@lru_cache(maxsize=8)
def _whole_grid(width: int, height: int) -> np.ndarray:
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.stack([x, y], -1)


class Grid:
    """A coarse grid over a picture, its nodes where `cv2.resize` takes samples to be."""

    def __init__(self, width: int, height: int, step: float) -> None:
        self.width, self.height = width, height
        columns, lines = max(4, round(width / step)), max(4, round(height / step))
        self.x = ((np.arange(columns) + 0.5) * width / columns - 0.5).astype(np.float32)
        self.y = ((np.arange(lines) + 0.5) * height / lines - 0.5).astype(np.float32)

        # The spline is pinned to zero at a few points of the border only: between them the window does it.
        self._window = (_rise(self.y, height, step)[:, None] * _rise(self.x, width, step))[..., None]

    def enlarge(self, values: np.ndarray, interpolation: int = cv2.INTER_CUBIC) -> np.ndarray:
        """Values at the nodes [lines, columns, …] to one per pixel [height, width, …]."""
        return cv2.resize(values, (self.width, self.height), interpolation=interpolation)

    def part(self, values: np.ndarray, x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
        """The same for the pixels of a rectangle only."""
        kx, ky = len(self.x) / self.width, len(self.y) / self.height
        matrix = np.array([[kx, 0, (x0 + 0.5) * kx - 0.5], [0, ky, (y0 + 0.5) * ky - 0.5]])
        return cv2.warpAffine(
            values, matrix, (x1 - x0, y1 - y0), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip

    def border(self) -> np.ndarray:
        """9 points on the picture's border, where nothing moves: few below, where a neck is held already.
        With 100 unknowns and more OpenBLAS would solve for them in threads that wait for each other."""
        right, bottom = self.width - 1.0, self.height - 1.0
        points = [(x, 0.0) for x in (0.0, right / 2, right)] + [(x, bottom) for x in (0.0, right)]
        points += [(x, y) for x in (0.0, right) for y in (bottom / 3, bottom * 2 / 3)]
        return np.array(points, np.float64)

    def nodes(self, x0: int, y0: int, x1: int, y1: int) -> tuple[slice, slice]:
        """Lines and columns of the nodes that a rectangle's pixels are made of."""
        columns, lines = (
            slice(max(int(np.searchsorted(at, low)) - _REACH, 0), int(np.searchsorted(at, high)) + _REACH)
            for at, low, high in ((self.x, x0, x1), (self.y, y0, y1))
        )
        return lines, columns

    def spline(
        self, points: np.ndarray, values: np.ndarray, nodes: tuple[slice, slice] | None = None
    ) -> np.ndarray:
        """Thin-plate interpolation of `values` [k, 2] given at `points` [k, 2] (pixels), and of zero on the
        border. nodes: lines and columns of those that are asked for; the others are 0.

        Returns float32 [lines, columns, 2], at the nodes."""
        border = self.border()
        scale = 1 / max(self.width, self.height)
        p = np.concatenate([points, border]) * scale
        n = len(p)
        square = (p**2).sum(1)
        system = np.zeros((n + 3, n + 3))
        system[:n, :n] = _radial(np.maximum(square[:, None] + square - 2 * p @ p.T, 0))
        system[np.arange(n), np.arange(n)] += _STIFFNESS
        system[:n, n] = system[n, :n] = 1
        system[:n, n + 1 :] = p
        system[n + 1 :, :n] = p.T
        known = np.zeros((n + 3, 2))
        known[: len(values)] = values
        weights = np.linalg.solve(system, known).astype(np.float32)
        lines, columns = nodes or (slice(None), slice(None))
        p32 = p.astype(np.float32)
        gx, gy = self.x[columns] * np.float32(scale), self.y[lines] * np.float32(scale)
        squared = ((gx[:, None] - p32[:, 0]) ** 2)[None] + ((gy[:, None] - p32[:, 1]) ** 2)[:, None]
        field = _radial(squared) @ weights[:n]
        field += weights[n] + gx[None, :, None] * weights[n + 1] + gy[:, None, None] * weights[n + 2]
        field *= self._window[lines, columns]
        if nodes is None:
            return np.asarray(field)
        everywhere = np.zeros((len(self.y), len(self.x), 2), np.float32)
        everywhere[lines, columns] = field
        return everywhere


def _rise(at: np.ndarray, length: int, step: float) -> np.ndarray:
    """0 within a step of either end of a line, 1 from there on after a seventh of its length."""
    inside = np.minimum(at, length - 1 - at) - step
    return smoothstep(inside / (length / 7))


def smoothstep(at: np.ndarray) -> np.ndarray:
    """0 below 0, 1 above 1, smooth between."""
    at = np.clip(at, 0, 1)
    return at * at * (3 - 2 * at)


def _radial(squared: np.ndarray) -> np.ndarray:
    return squared * np.log(np.maximum(squared, 1e-9))


def sample(
    rgb: np.ndarray, field: np.ndarray, x0: int = 0, y0: int = 0, matrix: np.ndarray | None = None
) -> np.ndarray:
    """Colours [h, w, 3] through a field of pixel offsets [h, w, 2] whose first pixel stands at (x0, y0).
    matrix: [2, 3], from there to the pixels of `rgb`, where these are another picture's."""
    height, width = field.shape[:2]
    where = pixel_grid(width, height) + field
    if x0 or y0:
        where += np.array([x0, y0], np.float32)
    if matrix is not None:
        where = cv2.transform(where, matrix.astype(np.float32))
    none = np.empty(0, np.float32)  # `where` holds both coordinates
    return np.asarray(cv2.remap(rgb, where, none, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))
