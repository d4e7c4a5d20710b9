"""A map of face parts drawn from landmarks, where no parser's weights are at hand.

It knows skin, nose, eyes, lips, mouth and neck: what the masks of `masks.py` are made of. It doesn't see
what covers a face (hands, hair, glasses), and the skin ends at the landmarks' outline.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from ..errors import InputError
from ..faces import geometry
from ..faces.parsing import SIDE, FacePart
from .transform import CropTransform

# Rings of the MediaPipe mesh (see `engine.faces.geometry`).
_MESH_RINGS: Mapping[FacePart, tuple[int, ...]] = {
    FacePart.SKIN: geometry.FACE_OVAL,
    FacePart.NOSE: (
        168, 122, 196, 198, 129, 64, 98, 97, 2, 326, 327, 294, 358, 420, 419, 351,
    ),
    FacePart.LEFT_EYE: geometry.RIGHT_EYE,
    FacePart.RIGHT_EYE: geometry.LEFT_EYE,
    FacePart.UPPER_LIP: geometry.OUTER_UPPER_LIP + geometry.INNER_UPPER_LIP[::-1],
    FacePart.LOWER_LIP: geometry.OUTER_LOWER_LIP + geometry.INNER_LOWER_LIP[::-1],
    FacePart.MOUTH: geometry.INNER_UPPER_LIP + geometry.INNER_LOWER_LIP[::-1],
}  # fmt: skip
# The same of the 68 iBUG points; forehead and the nose's wings are made up (see `_completed`).
_FOREHEAD, _WINGS = tuple(range(68, 78)), (78, 79)
_IBUG_RINGS: Mapping[FacePart, tuple[int, ...]] = {
    FacePart.SKIN: (*range(17), *_FOREHEAD[::-1]),
    FacePart.NOSE: (27, _WINGS[0], 31, 32, 33, 34, 35, _WINGS[1]),
    FacePart.LEFT_EYE: tuple(range(42, 48)),
    FacePart.RIGHT_EYE: tuple(range(36, 42)),
    FacePart.UPPER_LIP: (*range(48, 55), *range(64, 59, -1)),
    FacePart.LOWER_LIP: (*range(54, 60), 48, 60, *range(67, 63, -1)),
    FacePart.MOUTH: tuple(range(60, 68)),
}
# The jaw between its angles; the neck hangs from there.
_MESH_JAW = (136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365)
_IBUG_JAW = tuple(range(5, 12))
_MESH_AXIS, _IBUG_AXIS = (168, 152), (27, 8)
# How far down the neck is drawn, in distances from the bridge of the nose to the chin.
_NECK = 0.6
# Fractional bits of the coordinates handed to OpenCV.
_SHIFT = 4


def landmark_map(points: np.ndarray, square: CropTransform) -> np.ndarray:
    """uint8 [512, 512] of `FacePart`, as `engine.faces.parsing.class_maps` gives it for the same crop.

    points: picture pixels [68 or 468+, 2 or 3]. square: the parser's crop (`FaceBox.square`), 512 pixels.
    Raises InputError for another number of landmarks, or ones that are not finite.
    """
    if len(points) == 68:
        points, rings, jaw, axis = _completed(points), _IBUG_RINGS, _IBUG_JAW, _IBUG_AXIS
    elif len(points) >= 468:
        rings, jaw, axis = _MESH_RINGS, _MESH_JAW, _MESH_AXIS
    else:
        raise InputError(f"A mask needs 68 landmarks or a mesh of 468, not {len(points)} points.")
    if not np.isfinite(points).all():
        raise InputError("The face's landmarks hold numbers that are not finite: track the face again.")
    at = square.to_crop(np.asarray(points, np.float64))
    out = np.zeros((SIDE, SIDE), np.uint8)
    down = _NECK * (at[axis[1]] - at[axis[0]])
    _fill(out, np.concatenate([at[list(jaw)], at[list(jaw)][::-1] + down]), FacePart.NECK)
    for part, ring in rings.items():
        _fill(out, at[list(ring)], part)
    return out


def _fill(out: np.ndarray, polygon: np.ndarray, part: FacePart) -> None:
    # OpenCV counts from the middle of pixel 0.
    points = np.rint((polygon - 0.5) * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(out, [points], int(part), shift=_SHIFT)


def _completed(points: np.ndarray) -> np.ndarray:
    """68 points [68, 2 or 3] and the twelve they lack: [80, 2]."""
    xy = np.asarray(points, np.float64)[:, :2]
    forehead = xy[17:27] + 0.3 * (xy[27] - xy[8])
    wings = xy[[31, 35]] + 0.25 * (xy[[31, 35]] - xy[33]) + 0.15 * (xy[30] - xy[33])
    return np.concatenate([xy, forehead, wings])
