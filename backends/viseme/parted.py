"""Lips that are parted in the picture although the mesh has them closed.

A mesh that takes a line of teeth for the upper lip would let them hang on that lip, above those that are
painted, and would not know that there is something to close. Teeth are less red than lips, and between both
lips something that is less red can be nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import cv2
import numpy as np

from ...engine.faces.track import Person
from ...engine.media.colour import to_rgb
from ...engine.media.source import Source
from .contour import MouthAxes
from .controls import (
    CONTROLS,
    LOWER_INNER,
    LOWER_OUTER,
    OUTER_CORNERS,
    UPPER_INNER,
    UPPER_OUTER,
)
from .edges import redness
from .seam import cheapest_path, lip_line, strip

# The gap, in widths of the mouth, from which a mesh sees by itself that lips are parted; pixels of a mouth in
# which nothing is found.
_SEEN, _SMALLEST = 0.05, 32
# Where it is looked: along, in parts of the mouth's half; across, in parts of the way from the upper lip's
# outer edge to the lower one's. The lower lip's colour is surely seen in this part of it.
_OUT, _COLUMNS, _ROWS = 0.72, 40, 41
_LIP = slice(25, 36)
_TOP, _BOTTOM = 4, 38
# Redness (hundredths of the brightness) that lips have at least, and the part of it that teeth lack.
_RED, _PALE = 20.0, 0.16
# What is to be seen up to this part of the mouth's half: the gap, in widths of the mouth, how much of what
# lies in it is as pale as teeth, and how much of the lip above is not; where doubtful and where sure.
_MIDDLE, _GAP, _TEETH, _LIPS = 0.4, (0.015, 0.025), (0.5, 0.7), (0.55, 0.75)
# The cost of a step of an edge; by how many rows the upper lip ends before the teeth do.
_STEP, _RIM = 0.05, 1.5


def see_parted(source: Source, people: Iterable[Person]) -> dict[int, np.ndarray]:
    """Of each person, by id, whose lips are parted where a still's mesh has them closed: what to add to the
    control points, pixels, float32 [n, 2]. Nothing of footage, whose other frames show closed lips."""
    if not source.still:
        return {}
    rgb = to_rgb(next(iter(source.read(0, 1))))
    found = {}
    for person in people:
        points = person.meshes[0][CONTROLS, :2].astype(np.float64)
        line = lip_line(rgb, points, float(np.linalg.norm(np.diff(points[OUTER_CORNERS], axis=0))))
        beyond = parted(rgb, points, line)
        if beyond.any():
            found[person.id] = (line + beyond).astype(np.float32)
    return found


def corrected(mesh: np.ndarray, offsets: np.ndarray | None) -> np.ndarray:
    """Meshes [..., 468+, 3] whose control points have been moved by so much."""
    if offsets is None:
        return mesh
    mesh = mesh.copy()
    mesh[..., CONTROLS, :2] += offsets
    return mesh


def corrected_person(person: Person, offsets: np.ndarray | None) -> Person:
    return person if offsets is None else replace(person, meshes=corrected(person.meshes, offsets))


def parted(rgb: np.ndarray, source: np.ndarray, line: np.ndarray) -> np.ndarray:
    """How far the edges of parted lips lie from the line on which a mesh has them closed, in pixels: of each
    control point [n, 2]; 0 of all where nothing pale lies between them.

    rgb: uint8 [h, w, 3]. source: control points in it [n, 2]; line: what `lip_line` says of them."""
    found = np.zeros_like(source)
    axes = MouthAxes.between(*source[OUTER_CORNERS])
    half = float(axes.points(source[OUTER_CORNERS])[1, 0])
    mouth = 2 * half
    x = np.linspace(-_OUT, _OUT, _COLUMNS) * half
    top, upper, lower, bottom = (
        np.interp(x, *axes.points(source[rows]).T)
        for rows in (UPPER_OUTER, UPPER_INNER, LOWER_INNER, LOWER_OUTER)
    )
    if mouth < _SMALLEST or float((lower - upper).max()) > _SEEN * mouth:
        return found
    seam = np.interp(x, *axes.points(((source + line)[UPPER_INNER] + (source + line)[LOWER_INNER]) / 2).T)
    high = np.maximum(bottom - top, 1.0) / (_ROWS - 1)
    rows = np.arange(_ROWS)[:, None]
    red = redness(strip(rgb, axes, x, top + rows * high))
    own = float(np.median(red[_LIP]))
    if own < _RED:
        return found
    pale = np.clip((own - red) / own, -0.5, 0.5) - _PALE
    meet = np.clip(np.round((seam - top) / high).astype(int), _TOP, _BOTTOM)
    # From either lip's outer edge inwards.
    inwards = np.stack([np.where(rows < _TOP, 0, pale), np.where(rows > _BOTTOM, 0, pale)[::-1]])
    above, below = _edges(inwards, np.stack([meet, _ROWS - 1 - meet]))
    below = _ROWS - 1 - below
    gap = np.maximum(below - above, 0) * high
    teeth, lip = (rows > above) & (rows < below), (rows >= _TOP) & (rows < above - 1)
    middle = np.abs(x) <= _MIDDLE * half
    sure = _ramp(float(np.median(gap[middle])) / mouth, *_GAP)
    sure *= _ramp(_share(pale > 0, teeth & middle), *_TEETH) * _ramp(_share(pale < 0, lip & middle), *_LIPS)
    if sure == 0:
        return found
    # The line between a lip and the teeth belongs to neither.
    above = above - np.minimum((below - above) / 4, _RIM)
    across = np.array([-axes.along[1], axes.along[0]])
    for points, edge in ((UPPER_INNER, above), (LOWER_INNER, below)):
        at, y = axes.points((source + line)[points]).T
        fade = np.clip((half - np.abs(at)) / (half * (1 - _OUT)), 0, 1)
        soft = cv2.GaussianBlur((top + edge * high)[None], (0, 0), 1.2)[0]
        found[points] = (sure * fade * (np.interp(at, x, soft) - y))[:, None] * across
    return found


def _share(what: np.ndarray, where: np.ndarray) -> float:
    return int(np.count_nonzero(what & where)) / max(int(np.count_nonzero(where)), 1)


def _ramp(value: float, none: float, full: float) -> float:
    return min(max((value - none) / (full - none), 0.0), 1.0)


def _edges(pale: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Up to which row [2, columns] the lips go, of what lies from their outer edges inwards [2, rows,
    columns]; at most the `last` of each column [2, columns]."""
    cost = np.cumsum(pale, axis=1)
    cost[np.arange(_ROWS)[:, None] > last[:, None]] = 1e3
    return cheapest_path(cost, _STEP)
