"""The dark line between closed lips, found in the picture.

The mesh is off by a few hundredths of a mouth's width, and lips parted beside their line take it along."""

from __future__ import annotations

import cv2
import numpy as np

from .contour import MouthAxes
from .controls import INNER_CORNERS, LOWER_INNER, OUTER_CORNERS, UPPER_INNER

# Where lips are further apart than this, in widths of the mouth, there is no line between them, and beside it
# none is looked for once they are this far apart anywhere.
_PARTED, _OPEN = 0.06, 0.12
# How far from the mesh's line it may lie, and how wide a valley of brightness it is, in widths of the mouth.
_REACH, _VALLEY = 0.055, 0.022
# How far corners may, whose fall a mesh sees badly, where they are asked for; from this part of the mouth's
# half on the line is looked for again, on so many times as many columns, so that it may be steeper.
_LOWERED, _FROM, _FINER = 0.085, 0.5, 2
# It is looked for nearly from corner to corner.
_ENDS = 0.96
_COLUMNS, _ROWS = 32, 29
# Depth of a valley, in levels of brightness, that is surely one.
_SURE = 5.0
_STRAY, _BEND, _NEVER = 0.25, 0.12, 10.0
# Pixels of a mouth in which nothing is found, as a step of the path is less than a picture shows, and of one
# in which all is.
_SMALLEST, _LARGE = 28, 36


def lip_line(rgb: np.ndarray, source: np.ndarray, mouth: float, *, corners: bool = False) -> np.ndarray:
    """How far the line lies from the mesh's, in pixels: of each control point [n, 2], 0 of those not on it.

    rgb: uint8 [h, w, 3]. source: control points in it [n, 2]. mouth: width in pixels. corners: whether these
    may lie further off than the rest of the line. Darkest path by dynamic programming, near the mesh's line
    and smooth; none where there is hardly a valley.
    """
    axes = MouthAxes.between(*source[OUTER_CORNERS])
    upper, lower = axes.points(source[UPPER_INNER]), axes.points(source[LOWER_INNER])
    half = float(axes.points(source[OUTER_CORNERS])[1, 0])

    def looked_for(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The mesh's line at some places along the mouth, and where lips may meet, 0..1."""
        top, bottom = (
            np.interp(x, [-half, *line[:, 0], half], [0, *line[:, 1], 0]) for line in (upper, lower)
        )
        # Lips that are parted in the middle still meet beside it.
        gaps = (bottom - top) / mouth
        closed = _narrower(gaps, _PARTED / 2, _PARTED) * _narrower(gaps.max(), _PARTED, _OPEN)
        return (top + bottom) / 2, closed

    x = np.linspace(-_ENDS, _ENDS, _COLUMNS) * half
    y, closed = looked_for(x)
    sure = min((mouth - _SMALLEST) / (_LARGE - _SMALLEST), 1.0)
    if not closed.any() or sure <= 0:
        return np.zeros_like(source)
    line, depth = _darkest(rgb, axes, x, y, closed, mouth, _REACH)
    if corners:
        coarse, x = x, np.linspace(-_ENDS, _ENDS, _FINER * _COLUMNS) * half
        y, closed = looked_for(x)
        known = np.where(np.abs(x) < _FROM * half, np.interp(x, coarse, line), np.nan)
        line, _ = _darkest(rgb, axes, x, y, closed, mouth, _LOWERED, known)
    smooth = closed * cv2.GaussianBlur(line[None], (0, 0), 1.5 * len(x) / _COLUMNS)[0]
    found = np.zeros(len(source))
    for rows in (UPPER_INNER, LOWER_INNER, INNER_CORNERS, OUTER_CORNERS):
        found[rows] = np.interp(axes.points(source[rows])[:, 0], x, smooth)
    found *= sure * np.clip(depth / _SURE - 0.25, 0, 1)
    return found[:, None] * np.array([-axes.along[1], axes.along[0]])


def _darkest(
    rgb: np.ndarray,
    axes: MouthAxes,
    x: np.ndarray,
    y: np.ndarray,
    closed: np.ndarray,
    mouth: float,
    reach: float,
    known: np.ndarray | None = None,
) -> tuple[np.ndarray, float]:
    """The darkest path within `reach` widths of the mouth of a line: how far off it lies, pixels [columns],
    and how deep its valley is, levels.

    x, y: the line, pixels along and across the mouth [columns]. closed: 0..1, where lips may meet. known: how
    far off the path is to lie, NaN where that is not known."""
    offsets = np.linspace(-reach, reach, _ROWS) * mouth
    step = float(offsets[1] - offsets[0])
    colours = strip(rgb, axes, x, y[None] + offsets[:, None])
    valley = closed * _valley(cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY), step, mouth)
    cost = _STRAY * np.linspace(-1, 1, _ROWS)[:, None] ** 2
    cost = cost - valley / max(_SURE, float(np.percentile(valley, 97)))
    if known is not None:
        cost += _NEVER * (np.abs(offsets[:, None] - known) > step)
    path = cheapest_path(cost, _BEND)
    return offsets[path], float(valley[path, np.arange(len(x))].sum() / closed.sum())


def _narrower(gap: np.ndarray, full: float, none: float) -> np.ndarray:
    """1 up to a gap, 0 from another one on."""
    return np.asarray(np.clip((none - gap) / (none - full), 0, 1))


def strip(rgb: np.ndarray, axes: MouthAxes, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Colours at points along [columns] and across the mouth [rows, columns]: float32 [rows, columns, 3]."""
    across = np.array([-axes.along[1], axes.along[0]])
    where = axes.centre + x[None, :, None] * axes.along + y[..., None] * across
    x0, y0 = np.maximum(np.floor(where.reshape(-1, 2).min(0)).astype(int) - 1, 0)
    x1, y1 = np.ceil(where.reshape(-1, 2).max(0)).astype(int) + 2
    part = rgb[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    if part.size == 0:
        return np.zeros((*y.shape, 3), np.float32)
    x_map, y_map = cv2.split((where - (x0, y0)).astype(np.float32))
    return np.asarray(
        cv2.remap(part.astype(np.float32), x_map, y_map, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )


def _valley(strip: np.ndarray, step: float, mouth: float) -> np.ndarray:
    """How much darker each point is than those above and those below it."""
    strip = cv2.GaussianBlur(strip, (0, 0), 1.2)
    reach = max(1, round(_VALLEY * mouth / step))
    padded = np.pad(strip, ((reach, reach), (0, 0)), mode="edge")
    above, below = padded[: len(strip)], padded[2 * reach :]
    return np.maximum(np.minimum(above, below) - strip, 0)


def cheapest_path(cost: np.ndarray, bend: float) -> np.ndarray:
    """The row in each column [..., columns] of the path from left to right that costs least [..., rows,
    columns], where each step to a neighbouring row costs `bend`."""
    rows, columns = cost.shape[-2:]
    costs = np.ascontiguousarray(np.moveaxis(cost.reshape(-1, rows, columns), 2, 0))
    came = np.zeros(costs.shape, int)
    total = np.full((costs.shape[1], rows + 2), np.inf)
    total[:, 1:-1] = costs[0]
    for column in range(1, columns):
        up, down = total[:, :-2] + bend, total[:, 2:] + bend
        way = np.minimum(up, down)
        straight = total[:, 1:-1] <= way
        came[column] = np.where(straight, 0, np.where(up <= down, -1, 1))
        total[:, 1:-1] = np.where(straight, total[:, 1:-1], way) + costs[column]
    each = np.arange(costs.shape[1])
    path = np.empty((len(each), columns), int)
    path[:, -1] = total[:, 1:-1].argmin(1)
    for column in range(columns - 1, 0, -1):
        path[:, column - 1] = path[:, column] + came[column, each, path[:, column]]
    return path.reshape(*cost.shape[:-2], columns)
