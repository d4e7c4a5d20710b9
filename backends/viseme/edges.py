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
# What surely is lip, in parts of its thickness from the mesh's inner edge.
_LIP = (0.45, 0.8)
# Brightness (levels) and redness (hundredths of the brightness) by which lips differ in themselves at least;
# how many times as much is half-way to something else, and as much as anything is.
_LEVELS, _REDNESS, _ELSE, _MOST = 14.0, 2.5, 2.5, 6.0
# The cost of a step of the path, and of the reach's end.
_STEP, _STRAY = 2.0, 8.0
# By how many times as much the inside must differ from the lips to be believed.
_DOUBTFUL, _CLEAR = 1.0, 2.5


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
        lines = [
            np.interp(x, *axes.points(source[rows]).T)
            for rows in (UPPER_OUTER, UPPER_INNER, LOWER_INNER, LOWER_OUTER)
        ]
        middle = (lines[1] + lines[2]) / 2
        for outer, inner, rows, down in (
            (lines[0], lines[1], UPPER_INNER, 1),
            (lines[3], lines[2], LOWER_INNER, -1),
        ):
            offsets = _edge(rgb, axes, x, outer, inner, middle, down, mouth)
            at = axes.points(source[rows])[:, 0]
            fade = np.clip((half - np.abs(at)) / (half * (1 - _OUT)), 0, 1)
            found[rows] = fade * np.interp(at, x, offsets)
    return found[:, None] * across


def _edge(
    rgb: np.ndarray,
    axes: MouthAxes,
    x: np.ndarray,
    outer: np.ndarray,
    inner: np.ndarray,
    middle: np.ndarray,
    down: int,
    mouth: float,
) -> np.ndarray:
    """How far across the mouth, pixels [columns], one lip's edge lies from `inner`. down: 1 of the upper lip,
    -1 of the lower."""
    thick = np.maximum(down * (inner - outer), 1.0)
    # From the lip into the mouth.
    steps = np.linspace(-_REACH, _REACH, _ROWS) * mouth
    colours = strip(rgb, axes, x, inner + down * steps[:, None])
    lip = strip(rgb, axes, x, inner - down * np.linspace(*_LIP, 7)[:, None] * thick)
    away = np.minimum(_unlike(colours, lip), _MOST)
    cost = np.cumsum(away - _ELSE, axis=0)
    cost += _STRAY * (steps[:, None] / (_REACH * mouth)) ** 2
    low = np.maximum(-_INTO * thick, steps[0])
    high = np.minimum(down * (middle - inner) + _BEYOND * mouth, steps[-1])
    cost[(steps[:, None] < low) | (steps[:, None] > high)] += 1e3
    path = cheapest_path(cost, _STEP)
    rows = np.arange(_ROWS)[:, None]
    near = (rows > path) & (rows <= path + 3)
    differs = float((away * near).sum() / near.sum()) if near.any() else 0.0
    sure = float(np.clip((differs - _DOUBTFUL) / (_CLEAR - _DOUBTFUL), 0, 1))
    return np.asarray(sure * down * cv2.GaussianBlur(steps[path][None], (0, 0), 1.2)[0])


def _unlike(colours: np.ndarray, lip: np.ndarray) -> np.ndarray:
    """How far colours [h, w, 3] are from those of a lip around the same column [n, w, 3], in terms of how
    these differ: [h, w]."""
    total = np.zeros(colours.shape[:2])
    for measure, least in ((_level, _LEVELS), (redness, _REDNESS)):
        own = measure(lip)
        usual = cv2.GaussianBlur(np.median(own, axis=0)[None].astype(np.float32), (0, 0), _COLUMNS / 12)[0]
        spread = max(float(np.median(np.abs(own - usual))) * 1.5, least)
        total += ((measure(colours) - usual) / spread) ** 2
    return np.asarray(np.sqrt(total))


def _level(colours: np.ndarray) -> np.ndarray:
    return colours @ LUMA


def redness(colours: np.ndarray) -> np.ndarray:
    """How much redder than green colours [..., 3] (0..255) are, hundredths of their brightness: [...]."""
    return np.asarray(300 * (colours[..., 0] - colours[..., 1]) / (colours.sum(-1) + 30))
