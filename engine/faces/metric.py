"""A face in centimetres: MediaPipe's face geometry, by which a mesh in pixels becomes a head's place before a
camera, and a face that looks straight ahead.

A camera with an assumed field of view looks at the picture, x to the right, y up, z towards the camera. How
far away the face is follows from its size beside a canonical face (modules/face_geometry of MediaPipe:
libs/geometry_pipeline.cc for the steps, data/geometry_pipeline_metadata_landmarks.pbtxt for points and
weights, Apache-2.0).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .geometry import nearest_rotation

# Degrees from the picture's bottom to its top, and how far away the picture's plane is.
VERTICAL_FIELD, NEAR = 63.0, 1.0
# Points of the face's middle and of its right half (the image's left), whose twins follow: x, y, z in cm in
# the canonical face, and how much each counts.
_MIDDLE = {
    4: (0.0, -0.463170, 7.586580, 0.070909939706326),
    6: (0.0, 2.473255, 5.788627, 0.032100144773722),
    10: (0.0, 8.261778, 4.481535, 0.008446550928056),
}
_HALF = {
    (33, 263): (-4.445859, 2.663991, 3.173422, 0.058724168688059),
    (54, 284): (-6.279331, 6.615427, 1.425850, 0.007667080033571),
    (67, 297): (-3.523964, 8.005976, 3.729163, 0.009078059345484),
    (117, 346): (-5.258659, 0.945811, 2.974312, 0.009791937656701),
    (119, 348): (-3.300681, 0.861641, 3.872784, 0.014565368182957),
    (121, 350): (-1.820731, 1.467954, 4.224124, 0.018591361120343),
    (127, 356): (-7.743095, 2.364999, -2.005167, 0.005197994410992),
    (129, 358): (-1.785794, -0.978284, 4.850470, 0.120625205338001),
    (132, 361): (-7.270895, -2.890917, -2.252455, 0.005560018587857),
    (133, 362): (-1.856432, 2.585245, 3.757904, 0.05328618362546),
    (136, 365): (-5.085276, -7.178590, 0.714711, 0.066890455782413),
    (143, 372): (-6.407571, 2.236021, 1.560843, 0.014816547743976),
    (147, 376): (-6.234883, -1.944430, 1.663542, 0.014262833632529),
    (198, 420): (-1.246815, 0.230297, 5.681036, 0.025462191551924),
    (205, 425): (-3.832928, -1.537326, 4.137731, 0.047252278774977),
}
_TABLE = {
    **_MIDDLE,
    **{right: row for (right, _), row in _HALF.items()},
    **{left: (-x, y, z, weight) for (_, left), (x, y, z, weight) in _HALF.items()},
}
_POINTS = list(_TABLE)
_CANONICAL = np.array([row[:3] for row in _TABLE.values()])
_WEIGHTS = np.array([row[3] for row in _TABLE.values()])


@dataclass(frozen=True)
class MetricFace:
    """mesh: float64 [468, 3], cm, the face turned straight ahead, as the canonical one lies. matrix: float64
    [4, 4], from there to before the camera."""

    mesh: np.ndarray
    matrix: np.ndarray


def metric_face(mesh: np.ndarray, size: tuple[int, int]) -> MetricFace:
    """Of a mesh [468 or 478, 3] in pixels (z at the scale of x and y, smaller is nearer) in a picture of
    (width, height)."""
    width, height = size
    pixel = 2 * NEAR * math.tan(math.radians(VERTICAL_FIELD) / 2) / height
    plane = mesh[:468].astype(np.float64) * pixel
    plane[:, 0] -= width * pixel / 2
    plane[:, 1] = height * pixel / 2 - plane[:, 1]

    # The first scale takes no account of perspective, the second corrects it.
    flat = plane * (1, 1, -1)
    first = _fit(flat)[0]
    second = _fit(_before_camera(plane, first))[0]
    placed = _before_camera(plane, first * second)
    scale, rotation, shift = _fit(placed)
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = scale * rotation, shift
    return MetricFace((placed - shift) @ rotation / scale, matrix)


def _before_camera(plane: np.ndarray, scale: float) -> np.ndarray:
    """Points on the picture's plane, with relative depths, in space: cm."""
    depth = (plane[:, 2] - plane[:, 2].mean() + NEAR) / scale
    return np.column_stack([plane[:, :2] * depth[:, None] / NEAR, -depth])


def _fit(points: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Weighted least squares: points = scale · R · canonical + shift; scale, rotation [3, 3], shift [3]."""
    weights = _WEIGHTS[:, None] / _WEIGHTS.sum()
    seen = points[_POINTS]
    centre, middle = (weights * _CANONICAL).sum(0), (weights * seen).sum(0)
    reference, seen = _CANONICAL - centre, seen - middle
    rotation = nearest_rotation(((weights * seen).T @ reference)[None])[0]
    turned = reference @ rotation.T
    scale = float((weights * turned * seen).sum() / (weights * reference**2).sum())
    return scale, rotation, middle - scale * (rotation @ centre)
