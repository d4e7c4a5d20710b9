"""One frame of the viseme engine: the lower face bent to a mouth pose, with what is seen between the lips."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .controls import (
    CHIN,
    CONTROLS,
    HELD,
    INNER_CORNERS,
    LOWER_INNER,
    LOWER_OUTER,
    MIDDLE,
    OUTER_CORNERS,
    UPPER_INNER,
    UPPER_OUTER,
    control_points,
    pixel_offsets,
)
from .interior import Opening, face_light, paint, polygon_cover
from .mouth import UPPER_SHARE, MouthPose, RestShape
from .warp import Grid, sample

_ALL = np.arange(len(CONTROLS))
_UPPER_FIELD = np.setdiff1d(_ALL, np.concatenate([LOWER_INNER, LOWER_OUTER]))
_LOWER_FIELD = np.setdiff1d(_ALL, np.concatenate([UPPER_INNER, UPPER_OUTER]))
_SKIN = np.concatenate([CHIN[:8], HELD[5:9]])


def moving_box(mesh: np.ndarray) -> tuple[float, float, float, float]:
    """The part of the picture that may change (x0, y0, x1, y1): from the nose to the neck."""
    pose, local = control_points(mesh)
    width = np.linalg.norm(local[OUTER_CORNERS[1]] - local[OUTER_CORNERS[0]])
    reach = max(float(width), 0.45) * pose.scale
    points = mesh[CONTROLS, :2]
    low, high = points.min(0), points.max(0)
    down = pose.axes[1, :2] * reach * 0.95
    low, high = np.minimum(low, low + down) - 0.1 * reach, np.maximum(high, high + down) + 0.1 * reach
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


@dataclass(frozen=True, slots=True)
class _MouthAxes:
    """Pixels along and across the line between the mouth's corners, from half-way between them."""

    centre: np.ndarray
    along: np.ndarray

    def turn(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        dx, dy = x - np.float32(self.centre[0]), y - np.float32(self.centre[1])
        ax, ay = np.float32(self.along[0]), np.float32(self.along[1])
        return dx * ax + dy * ay, dy * ax - dx * ay

    def points(self, points: np.ndarray) -> np.ndarray:
        return np.stack(self.turn(points[:, 0], points[:, 1]), 1)


def _height_at(x: np.ndarray, line: np.ndarray) -> np.ndarray:
    order = np.argsort(line[:, 0])
    return np.interp(x, line[order, 0], line[order, 1]).astype(np.float32)


def _smooth(line: np.ndarray, parts: int = 4) -> np.ndarray:
    """Catmull-Rom curve through the points [n, 2] of a contour: [(n - 1) * parts + 1, 2]."""
    padded = np.concatenate([2 * line[:1] - line[1:2], line, 2 * line[-1:] - line[-2:-1]])
    a, b, c, d = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = (np.arange(parts) / parts)[:, None, None]
    curve = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return np.concatenate([curve.transpose(1, 0, 2).reshape(-1, 2), line[-1:]])


def _contour(points: np.ndarray, lip: np.ndarray) -> np.ndarray:
    left, right = INNER_CORNERS
    return _smooth(points[np.concatenate([[left], lip, [right]])])


def render_mouth(
    rgb: np.ndarray, mesh: np.ndarray, rest: RestShape, pose: MouthPose, silent: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Repaint the mouth in a crop.

    rgb: uint8 [h, w, 3]. mesh: float [468+, 3] in the crop's pixels. silent: the shape [len(CONTROLS), 3] that the
    mouth has where the pose is not active; None: the one it has in this frame. Returns the new crop, uint8
    [h, w, 3], and its alpha, float32 [h, w]: 0 where nothing moved."""
    height, width = rgb.shape[:2]
    head, current = control_points(mesh)
    if silent is None:
        silent = current
    target = pose.active * rest.spoken(pose) + (1 - pose.active) * silent
    shift = pixel_offsets(head, target - current)
    shift[HELD] = 0
    source = mesh[CONTROLS, :2].astype(np.float64)
    goal = source + shift
    mouth = rest.width * head.scale

    grid = Grid(width, height, max(2.0, mouth / 12))
    upper_field = grid.spline(goal[_UPPER_FIELD], -shift[_UPPER_FIELD])
    lower_field = grid.spline(goal[_LOWER_FIELD], -shift[_LOWER_FIELD])
    along = goal[OUTER_CORNERS[1]] - goal[OUTER_CORNERS[0]]
    axes = _MouthAxes(goal[OUTER_CORNERS].mean(0), along / np.linalg.norm(along))
    half = np.linalg.norm(along) / 2
    top, bottom = _contour(goal, UPPER_INNER), _contour(goal, LOWER_INNER)
    corners = axes.points(goal[OUTER_CORNERS])
    seam = np.concatenate([corners[:1], axes.points((top + bottom) / 2), corners[1:]])

    def lowerness(x: np.ndarray, y: np.ndarray, least: float) -> np.ndarray:
        px, py = axes.turn(x, y)
        band = least + 0.5 * np.maximum(0, np.abs(px) - np.float32(half))
        return np.clip((py - _height_at(px, seam)) / (2 * band) + 0.5, 0, 1)

    # The whole crop through one mixed field; then the mouth itself again, each lip through its own.
    side = lowerness(grid.x[None], grid.y[:, None], max(2.0, mouth / 12))[..., None]
    mixed = upper_field + side * (lower_field - upper_field)
    result = sample(rgb, grid.enlarge(mixed))
    moved = grid.enlarge(np.sqrt((mixed**2).sum(-1)), cv2.INTER_LINEAR)
    alpha = np.clip((moved - 0.04) / 0.3, 0, 1)

    lips = np.concatenate([goal[_ALL[: INNER_CORNERS[0]]], goal[OUTER_CORNERS]])
    x0, y0 = np.maximum(np.floor(lips.min(0) - 0.15 * mouth - 2), 0).astype(int)
    x1, y1 = np.minimum(np.ceil(lips.max(0) + 0.15 * mouth + 3), (width, height)).astype(int)
    if x1 <= x0 or y1 <= y0:
        return result, alpha
    xs, ys = np.arange(x0, x1, dtype=np.float32)[None], np.arange(y0, y1, dtype=np.float32)[:, None]
    above = sample(rgb, grid.part(upper_field, x0, y0, x1, y1), x0, y0).astype(np.float32)
    below = sample(rgb, grid.part(lower_field, x0, y0, x1, y1), x0, y0).astype(np.float32)
    lips_rgb = above + lowerness(xs, ys, 0.6)[..., None] * (below - above)

    strongest = float(np.abs(shift[np.concatenate([UPPER_INNER, LOWER_INNER])]).max())
    gap = float(np.linalg.norm(bottom - top, axis=1).max())
    strength = min(1.0, strongest / (0.03 * mouth)) * min(1.0, gap / 1.5)
    if strength > 0:
        origin = np.array([x0, y0])
        cover = strength * polygon_cover(np.concatenate([top, bottom[::-1]]) - origin, x1 - x0, y1 - y0)
        px, py = axes.turn(xs, ys)
        turned_top, turned_bottom = axes.points(top), axes.points(bottom)
        middle = MIDDLE * 4 + 4
        meet = turned_top[middle, 1] + UPPER_SHARE * (turned_bottom[middle, 1] - turned_top[middle, 1])
        opening = Opening(
            px / mouth, (py - meet) / mouth, (_height_at(px, turned_top) - meet) / mouth,
            (_height_at(px, turned_bottom) - meet) / mouth, 1 / mouth,
        )  # fmt: skip
        inside = paint(opening, face_light(_skin(rgb, source)), pose.teeth, pose.tongue)
        own, trust = rgb[y0:y1, x0:x1], _own_interior(source, origin, cover.shape, mouth)
        inside += (trust * (0.35 + 0.65 * pose.teeth))[..., None] * (own - inside)
        lips_rgb += cover[..., None] * (inside - lips_rgb)
        alpha[y0:y1, x0:x1] = np.maximum(alpha[y0:y1, x0:x1], cover)
    result[y0:y1, x0:x1] = np.clip(lips_rgb + 0.5, 0, 255).astype(np.uint8)
    return result, alpha


def _skin(rgb: np.ndarray, source: np.ndarray) -> np.ndarray:
    height, width = rgb.shape[:2]
    x, y = np.round(source[_SKIN]).astype(int).T
    return rgb[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]


def _own_interior(source: np.ndarray, origin: np.ndarray, size: tuple[int, int], mouth: float) -> np.ndarray:
    """Where this frame itself shows the inside of the mouth, that is its best picture: teeth stay with the skull.

    Returns float32 [h, w], 0..1: how far to believe each of its pixels."""
    gap = float(np.linalg.norm(source[LOWER_INNER[MIDDLE]] - source[UPPER_INNER[MIDDLE]])) / mouth
    belief = float(np.clip((gap - 0.05) / 0.08, 0, 1))
    if belief == 0:
        return np.zeros(size, np.float32)
    contour = np.concatenate([_contour(source, UPPER_INNER), _contour(source, LOWER_INNER)[::-1]])
    cover = polygon_cover(contour - origin, size[1], size[0])
    inner = cv2.GaussianBlur(cover, (0, 0), max(1.0, mouth / 45))
    return belief * np.clip(inner * 2 - 1, 0, 1)


