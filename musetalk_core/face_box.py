"""Where the face is cut out: from 68 landmarks to a box, as the original does it and without its limits.

The box reaches from ear to ear, and from the chin as far above landmark 29 (the bridge of the nose) as the
chin lies below it. So its middle, from which the networks repaint everything below, is that landmark. A shift
moves the middle: + is down, and the mouth tends to open more. Boxes follow from landmarks alone: another
shift never needs another detection.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..engine.compose.transform import FaceBox
from ..engine.errors import InputError
from ..engine.media.colour import Rect

# Unit of shifts and margins: pixels of the source, as in the original, or 1/256 of the face's height. A face
# that is 256 pixels high, the size the networks see it at, has the same box in either.
Unit = Literal["face", "pixels"]

POINTS = 68
FACE_UNITS = 256
_CHIN, _MIDDLE = 8, 29
# A shift of the middle by more than a quarter of the face leaves a crop that no network was trained on. In
# pixels, a small face gets there with the slider's ordinary values.
_MOST_SHIFT = FACE_UNITS / 4
# Below this many pixels there is no face to speak of.
_LEAST = 4.0


@dataclass(frozen=True)
class BoxSettings:
    """shift: of the box's middle, + is down. margin: added below the chin. Each in its own unit."""

    shift: float = 0.0
    margin: float = 10.0
    shift_unit: Unit = "face"
    margin_unit: Unit = "face"


def parity_box(
    landmarks: np.ndarray, detector_box: Sequence[float] | None, bbox_shift: float = 0
) -> Rect | None:
    """The original's box x0, y0, x1, y1 in whole pixels, without the margin; None where no face was detected.

    landmarks: [68, 2] in pixels, cut to whole ones first. bbox_shift: pixels. Where the landmarks' box is
    empty, reaches out of the picture's left side or holds a point that is not a number, the detector's box
    takes its place, as it is. Raises InputError for another number of landmarks.
    """
    if detector_box is None:
        return None
    points = np.nan_to_num(_points(landmarks), nan=-1).astype(np.int32)
    (left, _), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    middle = int(points[_MIDDLE, 1] + bbox_shift)
    top = max(0, 2 * middle - bottom)
    if bottom <= top or right <= left or left < 0:
        x0, y0, x1, y1 = (int(v) for v in detector_box)
        return x0, y0, x1, y1
    return left, top, right, bottom


def parity_margin(box: Rect, margin: int, frame_height: int) -> Rect:
    """The box with `margin` pixels added below, as far as the picture goes."""
    return box[0], box[1], box[2], min(box[3] + margin, frame_height)


def face_box(
    landmarks: np.ndarray, settings: BoxSettings | None = None, *, angle: float = 0.0
) -> FaceBox | None:
    """The box of landmarks [68, 2] (pixels, any fractions), upright in a picture turned by `angle`.

    angle: the tilt of the head in radians, clockwise on the screen (`placing.eye_angle`); 0 cuts along the
    picture's rows whatever the head does. None where the landmarks are not finite or don't span a face, as
    those of a head that hangs upside down don't without its angle. The shift ends at a quarter of the face.
    Raises InputError for another number of landmarks.
    """
    settings = settings or BoxSettings()
    points = _points(landmarks)
    if not np.isfinite(points).all() or not math.isfinite(angle):
        return None
    axes = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    upright = points @ axes.T
    (left, _), (right, chin) = upright.min(axis=0), upright.max(axis=0)
    middle = upright[_MIDDLE, 1]
    if upright[_CHIN, 1] - middle < _LEAST / 2 or right - left < _LEAST:
        return None
    unit = 2 * (chin - middle) / FACE_UNITS
    shift = _pixels(settings.shift, settings.shift_unit, unit)
    middle += min(max(shift, -_MOST_SHIFT * unit), _MOST_SHIFT * unit)
    top = 2 * middle - chin
    bottom = chin + max(0.0, _pixels(settings.margin, settings.margin_unit, unit))
    x, y = np.array([(left + right) / 2, (top + bottom) / 2]) @ axes
    return FaceBox(float(x), float(y), float(right - left), float(bottom - top), angle)


def _points(landmarks: np.ndarray) -> np.ndarray:
    points = np.asarray(landmarks, np.float64)
    if points.shape != (POINTS, 2):
        raise InputError(
            f"A face box needs {POINTS} landmarks of two coordinates, not an array of {points.shape}."
        )
    return points


def _pixels(amount: float, unit: Unit, face_unit: float) -> float:
    return amount * face_unit if unit == "face" else amount
