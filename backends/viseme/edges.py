"""The inner edges of parted lips, found in the picture.

In talking footage the mesh is off by up to a tenth of a mouth's width, and teeth that it takes for a lip
would go along with that, beside those that are painted."""

from __future__ import annotations

import cv2
import numpy as np

from .contour import MouthAxes
from .controls import LOWER_INNER, LOWER_OUTER, OUTER_CORNERS, UPPER_INNER, UPPER_OUTER
from .interior import LUMA
from .seam import cheapest_path, strip

# Pixels of a mouth in which nothing is found.
_SMALLEST = 32
# Where edges are looked for: along, in parts of the mouth's half; from the mesh's, in widths of the mouth;
# into a lip at most by this part of its thickness, and beyond the middle between both edges by so much.
_OUT, _REACH, _INTO, _BEYOND = 0.72, 0.11, 0.7, 0.01
_COLUMNS, _ROWS = 16, 29
# What surely is lip, in parts of its thickness from the mesh's inner edge, and how many places of that.
_LIP, _SURE = (0.45, 0.8), 7
# Brightness (levels) and redness (hundredths of the brightness) by which lips differ in themselves at least;
# how many times as much is half-way to something else, and as much as anything is.
_LEVELS, _REDNESS, _ELSE, _MOST = 14.0, 2.5, 2.5, 6.0
# The cost of a step of the path, and of the reach's end.
_STEP, _STRAY = 2.0, 8.0
# By how many times as much the inside must differ from the lips to be believed.
_DOUBTFUL, _CLEAR = 1.0, 2.5
# Of both lips: the points of their edge, and the way into the mouth.
_INNER, _DOWN = (UPPER_INNER, LOWER_INNER), np.array([[1.0], [-1.0]])


def lip_edges(rgb: np.ndarray, source: np.ndarray, mouth: float) -> np.ndarray:
    """How far the lips' inner edges lie from the mesh's, in pixels: of each control point [n, 2], 0 of those
    not on them.

    rgb: uint8 [h, w, 3]. source: control points in it [n, 2]. mouth: width in pixels. An edge is the line up
    to which a lip has the colour that it has further out."""
    found = np.zeros(len(source))
    across = np.zeros(2)
    if mouth >= _SMALLEST:
        axes = MouthAxes.between(*source[OUTER_CORNERS])
        across = np.array([-axes.along[1], axes.along[0]])
        half = float(axes.points(source[OUTER_CORNERS])[1, 0])
        x = np.linspace(-_OUT, _OUT, _COLUMNS) * half
        outer, inner = (
            np.array([np.interp(x, *axes.points(source[rows]).T) for rows in lips])
            for lips in ((UPPER_OUTER, LOWER_OUTER), _INNER)
        )
        for rows, offsets in zip(_INNER, _edges(rgb, axes, x, outer, inner, mouth), strict=True):
            at = axes.points(source[rows])[:, 0]
            fade = np.clip((half - np.abs(at)) / (half * (1 - _OUT)), 0, 1)
            found[rows] = fade * np.interp(at, x, offsets)
    return found[:, None] * across


def _edges(
    rgb: np.ndarray, axes: MouthAxes, x: np.ndarray, outer: np.ndarray, inner: np.ndarray, mouth: float
) -> np.ndarray:
    """How far across the mouth, pixels, both lips' edges lie from `inner`; all [2, columns], the upper lip
    first."""
    thick = np.maximum(_DOWN * (inner - outer), 1.0)
    # From the lip into the mouth.
    steps = np.linspace(-_REACH, _REACH, _ROWS)[:, None] * mouth
    surely = np.linspace(*_LIP, _SURE)[:, None]
    where = np.concatenate(
        [inner[:, None] + _DOWN[:, None] * steps, inner[:, None] - _DOWN[:, None] * surely * thick[:, None]],
        axis=1,
    )
    seen = strip(rgb, axes, x, where.reshape(-1, _COLUMNS)).reshape(2, _ROWS + _SURE, _COLUMNS, 3)
    away = np.minimum(_unlike(seen[:, :_ROWS], seen[:, _ROWS:]), _MOST)
    cost = np.cumsum(away - _ELSE, axis=1)
    cost += _STRAY * (steps / (_REACH * mouth)) ** 2
    low = np.maximum(-_INTO * thick, steps[0])
    high = np.minimum(_DOWN * (inner.mean(0) - inner) + _BEYOND * mouth, steps[-1])
    cost[(steps < low[:, None]) | (steps > high[:, None])] += 1e3
    path = cheapest_path(cost, _STEP)
    rows = np.arange(_ROWS)[:, None]
    near = (rows > path[:, None]) & (rows <= path[:, None] + 3)
    differs = (away * near).sum((1, 2)) / np.maximum(near.sum((1, 2)), 1)
    sure = np.clip((differs - _DOUBTFUL) / (_CLEAR - _DOUBTFUL), 0, 1)
    return np.asarray(sure[:, None] * _DOWN * cv2.GaussianBlur(steps[path, 0], (11, 1), 1.2))


def _unlike(colours: np.ndarray, lips: np.ndarray) -> np.ndarray:
    """How far colours [2, h, w, 3] are from those of a lip around the same column [2, n, w, 3], in terms of
    how these differ: [2, h, w]."""
    total = np.zeros(colours.shape[:3])
    for measure, least in ((_level, _LEVELS), (redness, _REDNESS)):
        own = measure(lips)
        middle = np.sort(own, axis=1)[:, own.shape[1] // 2].astype(np.float32)
        usual = cv2.GaussianBlur(middle, (13, 1), _COLUMNS / 12)[:, None]
        differ = np.sort(np.abs(own - usual).reshape(2, -1), axis=1)
        spread = np.maximum(differ[:, differ.shape[1] // 2] * 1.5, least)
        total += ((measure(colours) - usual) / spread[:, None, None]) ** 2
    return np.asarray(np.sqrt(total))


def _level(colours: np.ndarray) -> np.ndarray:
    return colours @ LUMA


def redness(colours: np.ndarray) -> np.ndarray:
    """How much redder than green colours [..., 3] (0..255) are, hundredths of their brightness: [...]."""
    return np.asarray(300 * (colours[..., 0] - colours[..., 1]) / (colours.sum(-1) + 30))
