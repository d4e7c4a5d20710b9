"""Where a person's face is cut out of every frame, by a box of its 68 points: upright in heads that tilt, and
without the tracker's jitter."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..compose.transform import FaceBox
from .finish import runs
from .smoothing import bilateral
from .track import Person

# From 68 points [68, 2] in pixels and the head's tilt in radians to a box; None where there is none.
BoxRule = Callable[[np.ndarray, float], FaceBox | None]

# Tilts below this are cut along the picture's rows: turning by a hair costs sharpness and gains nothing.
_LEAST_TILT = np.radians(3.0)
# Boxes are averaged over this time (seconds, standard deviation), by how far each is off (in face widths):
# jitter goes, a head that nods or a chin that drops is followed.
_STEADY_SECONDS = 0.1
_STEADY_NOISE = 0.012
_BRIDGE = 27
_LEFT_EYE, _RIGHT_EYE = slice(36, 42), slice(42, 48)


def eye_angle(landmarks: np.ndarray) -> float:
    """How far the line through the eyes' middles of 68 points [68, 2] is tilted: radians, clockwise on the
    screen."""
    points = np.asarray(landmarks, np.float64)
    x, y = points[_RIGHT_EYE].mean(axis=0) - points[_LEFT_EYE].mean(axis=0)
    return math.atan2(y, x)


def place_boxes(
    person: Person, rule: BoxRule, fps: float, *, upright: bool, steady: bool, tell: Callable[[int], None]
) -> np.ndarray:
    """float64 [rows, 5] (x, y, width, height, angle) of a person's rows, NaN where there is no box.

    upright: boxes tilt with the head; without it only where it is upside down. steady: they don't tremble.
    tell: called with the rows done so far."""
    boxes = np.full((len(person.scores), 5), np.nan)
    for run in runs(person.seen):
        points = person.landmarks(run)
        angles = np.array([eye_angle(face) for face in points])
        if steady:
            angles = _steady(np.column_stack([np.cos(angles), np.sin(angles)]), fps, 1.0)
            angles = np.arctan2(angles[:, 1], angles[:, 0])
        # A crop along the rows has the forehead where the mouth of a face that is upside down belongs.
        tilted = np.abs(angles).max() > (_LEAST_TILT if upright else np.pi / 2)
        for row, face in enumerate(points, run.start):
            tell(row)
            found = rule(face, float(angles[row - run.start]) if tilted else 0.0)
            if found is not None:
                boxes[row] = found.x, found.y, found.width, found.height, found.angle
        if steady:
            for part in runs(np.isfinite(boxes[run]).all(axis=1)):
                where = slice(run.start + part.start, run.start + part.stop)
                boxes[where, :4] = _steady_boxes(boxes[where, :4], points[part], fps)
    return boxes


def _steady_boxes(boxes: np.ndarray, points: np.ndarray, fps: float) -> np.ndarray:
    """Boxes x, y, width, height [n, 4] without jitter; where the head goes they go with it."""
    anchor = np.zeros_like(boxes)
    anchor[:, :2] = points[:, _BRIDGE]
    return anchor + _steady(boxes - anchor, fps, float(np.median(boxes[:, 2])))


def _steady(values: np.ndarray, fps: float, scale: float) -> np.ndarray:
    sigma = _STEADY_SECONDS * fps
    return bilateral(values, values / scale, sigma, max(1, round(2 * sigma)), _STEADY_NOISE)
