"""The points of the face mesh that the viseme engine moves, and what moves with what.

Rows of a control array follow CONTROLS. Contours run from the left of the picture to the right, without
corners.
"""

from __future__ import annotations

import numpy as np

from ...engine.faces.geometry import (
    INNER_LOWER_LIP,
    INNER_UPPER_LIP,
    OUTER_LOWER_LIP,
    OUTER_UPPER_LIP,
    HeadPose,
    fit_heads,
    head_axes,
)

# Follow the jaw: the middle of the chin and the silhouette up to the jaw's angles.
_CHIN = (
    18, 200, 199, 175, 152, 83, 313, 201, 421, 148, 377, 176, 400, 149, 378, 150, 379, 136, 365, 172, 397,
    32, 262, 208, 428, 194, 418, 204, 424, 211, 431, 210, 430,
)  # fmt: skip
# Held in place: the base of the nose, the cheeks, the sides of the jaw.
_HELD = (2, 98, 327, 48, 278, 50, 280, 101, 330, 187, 411, 147, 376, 58, 288, 132, 361, 93, 323)
_GROUPS = (
    INNER_UPPER_LIP[1:-1],
    INNER_LOWER_LIP[1:-1],
    OUTER_UPPER_LIP[1:-1],
    OUTER_LOWER_LIP[1:-1],
    (INNER_UPPER_LIP[0], INNER_UPPER_LIP[-1]),
    (OUTER_UPPER_LIP[0], OUTER_UPPER_LIP[-1]),
    _CHIN,
    _HELD,
)
CONTROLS = np.array([index for group in _GROUPS for index in group])
_ENDS = np.cumsum([len(group) for group in _GROUPS])
UPPER_INNER, LOWER_INNER, UPPER_OUTER, LOWER_OUTER, INNER_CORNERS, OUTER_CORNERS, CHIN, HELD = (
    np.arange(end - len(group), end) for group, end in zip(_GROUPS, _ENDS, strict=True)
)
LIPS = np.arange(_ENDS[5])
MIDDLE = 4  # of each contour of nine


def control_points(mesh: np.ndarray) -> tuple[HeadPose, np.ndarray]:
    """The pose of a mesh [468+, 3] in pixels, and its control points in head coordinates [n, 3]."""
    pose = head_axes(mesh)
    return pose, pose.to_head(mesh[CONTROLS].astype(np.float64))


def head_points(meshes: np.ndarray) -> np.ndarray:
    """The control points of meshes [n, 468+, 3] in head coordinates [n, controls, 3]."""
    scale, rotation, origin = fit_heads(meshes)
    points = meshes[:, CONTROLS].astype(np.float64)
    return (points - origin[:, None]) @ rotation / scale[:, None, None]


def pixel_offsets(pose: HeadPose, offsets: np.ndarray) -> np.ndarray:
    """Head-coordinate offsets [..., 3] to pixel offsets [..., 2]: orthographic, so a turned head
    foreshortens."""
    return (offsets * pose.scale @ pose.axes)[..., :2]
