"""A face in centimetres before a camera: MediaPipe's face geometry (modules/face_geometry, Apache-2.0), which
brings a mesh of the picture into the space of its canonical face.

The camera is MediaPipe's: it looks along -z with 63 degrees from the picture's top to its bottom, and what is
at z = -1 is drawn at its own size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

# From the picture's top to its bottom, in degrees, and the distance of the near plane
# (modules/face_geometry/libs/geometry_pipeline.cc with the calculator's defaults).
VERTICAL_FOV, NEAR = 63.0, 1.0
# What the head's place is told by: how much a point counts, and where it is in the canonical face
# (modules/face_geometry/data/geometry_pipeline_metadata_landmarks.pbtxt), in centimetres. First those in the
# face's middle, then those on the image's left, each with its twin on the right.
_MIDDLE = {
    4: (0.070909939706326, 0.0, -0.463170, 7.586580),
    6: (0.032100144773722, 0.0, 2.473255, 5.788627),
    10: (0.008446550928056, 0.0, 8.261778, 4.481535),
}
_SIDES = {
    (33, 263): (0.058724168688059, -4.445859, 2.663991, 3.173422),
    (54, 284): (0.007667080033571, -6.279331, 6.615427, 1.425850),
    (67, 297): (0.009078059345484, -3.523964, 8.005976, 3.729163),
    (117, 346): (0.009791937656701, -5.258659, 0.945811, 2.974312),
    (119, 348): (0.014565368182957, -3.300681, 0.861641, 3.872784),
    (121, 350): (0.018591361120343, -1.820731, 1.467954, 4.224124),
    (127, 356): (0.005197994410992, -7.743095, 2.364999, -2.005167),
    (129, 358): (0.120625205338001, -1.785794, -0.978284, 4.850470),
    (132, 361): (0.005560018587857, -7.270895, -2.890917, -2.252455),
    (133, 362): (0.05328618362546, -1.856432, 2.585245, 3.757904),
    (136, 365): (0.066890455782413, -5.085276, -7.178590, 0.714711),
    (143, 372): (0.014816547743976, -6.407571, 2.236021, 1.560843),
    (147, 376): (0.014262833632529, -6.234883, -1.944430, 1.663542),
    (198, 420): (0.025462191551924, -1.246815, 0.230297, 5.681036),
    (205, 425): (0.047252278774977, -3.832928, -1.537326, 4.137731),
}
_ROWS = [
    *((index, *row) for index, row in _MIDDLE.items()),
    *((left, *row) for (left, _), row in _SIDES.items()),
    *((right, weight, -x, y, z) for (_, right), (weight, x, y, z) in _SIDES.items()),
]
_BASIS = np.array([row[0] for row in _ROWS])
_WEIGHTS = np.array([row[1] for row in _ROWS])
_CANONICAL = np.array([row[2:] for row in _ROWS])


@dataclass(frozen=True)
class MetricFace:
    """matrix: float64 [4, 4], from the canonical face's space to the camera's, centimetres, x to the right, y
    up, z to the viewer. mesh: float32 [468, 3], the face in the canonical face's space: as it is, without
    the head's place and turn."""

    matrix: np.ndarray
    mesh: np.ndarray


def metric_face(mesh: np.ndarray, size: tuple[int, int]) -> MetricFace:
    """Of a mesh [468 or 478, 3] in pixels (z at their scale, smaller is nearer) of a picture of `size`, width
    and height."""
    width, height = size
    near_height = 2 * NEAR * math.tan(math.radians(VERTICAL_FOV) / 2)
    unit = near_height / height
    screen = np.asarray(mesh[:468], np.float64) * unit
    screen[:, 0] -= width * unit / 2
    screen[:, 1] = near_height / 2 - screen[:, 1]
    depth = screen[:, 2].mean()
    flat = screen * (1, 1, -1)
    first = _scale(flat[_BASIS])
    second = _scale(_unprojected(screen, depth, first)[_BASIS])
    points = _unprojected(screen, depth, first * second)
    matrix = _similarity(points[_BASIS])
    inverse = np.linalg.inv(matrix)
    return MetricFace(matrix, (points @ inverse[:3, :3].T + inverse[:3, 3]).astype(np.float32))


def _unprojected(screen: np.ndarray, depth: float, scale: float) -> np.ndarray:
    """Points of the near plane, where the camera sees them when the face is `scale` times the canonical
    one's size."""
    z = (screen[:, 2] - depth + NEAR) / scale
    return np.column_stack([screen[:, 0] * z / NEAR, screen[:, 1] * z / NEAR, -z])


def _scale(points: np.ndarray) -> float:
    return float(np.linalg.norm(_similarity(points)[:3, 0]))


def _similarity(points: np.ndarray) -> np.ndarray:
    """The weighted least-squares similarity [4, 4] from the canonical face's basis to points [n, 3] (Umeyama
    1991, with weights)."""
    weights = _WEIGHTS / _WEIGHTS.sum()
    source_mean, mean = weights @ _CANONICAL, weights @ points
    source = _CANONICAL - source_mean
    u, _, vt = np.linalg.svd((points - mean).T @ (weights[:, None] * source))
    if np.linalg.det(u) * np.linalg.det(vt) < 0:
        u[:, 2] *= -1
    rotation = u @ vt
    scale = (weights @ ((source @ rotation.T) * points).sum(1)) / (weights @ (source * source).sum(1))
    matrix = np.eye(4)
    matrix[:3, :3] = scale * rotation
    matrix[:3, 3] = mean - matrix[:3, :3] @ source_mean
    return matrix
