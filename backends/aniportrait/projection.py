"""A face in centimetres, its head turned and moved, as points of the picture."""

from __future__ import annotations

import math

import numpy as np

from ...engine.faces.metric import NEAR, VERTICAL_FOV

# How far the original's camera sees. It multiplies by its matrix the wrong way round, which leaves of that
# the factor of the depth.
_FAR = 10_000.0
_DEPTH = _FAR / (_FAR - NEAR)


def head_matrices(poses: np.ndarray) -> np.ndarray:
    """float64 [n, 4, 4] of poses [n, 6]: degrees about x, y and z, in this order about the axes that stand
    still, and shifts."""
    turns = np.radians(poses[:, :3].astype(np.float64))
    (cx, cy, cz), (sx, sy, sz) = np.cos(turns).T, np.sin(turns).T
    matrices = np.tile(np.eye(4), (len(poses), 1, 1))
    matrices[:, 0, :3] = np.stack([cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx], -1)
    matrices[:, 1, :3] = np.stack([sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx], -1)
    matrices[:, 2, :3] = np.stack([-sy, cy * sx, cy * cx], -1)
    matrices[:, :3, 3] = poses[:, 3:]
    return matrices


def project(meshes: np.ndarray, matrix: np.ndarray, poses: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Pixels float64 [n, 468, 2] in a picture of (width, height).

    meshes: [n, 468, 3], cm, heads that look straight ahead. matrix: [4, 4], the portrait's own, as
    `MetricFace` has it. poses: [n, 6] of `head_matrices`, relative to the portrait's.
    """
    width, height = size
    placed = matrix.astype(np.float64) @ head_matrices(poses)
    space = meshes.astype(np.float64) @ placed[:, :3, :3].transpose(0, 2, 1) + placed[:, None, :3, 3]
    focal = 1 / math.tan(math.radians(VERTICAL_FOV) / 2)
    # −1..1 from the left to the right and from the top to the bottom.
    seen = space[..., :2] * np.array([focal * height / width, -focal]) / (-space[..., 2:] * _DEPTH)
    return (seen + 1) / 2 * np.array([width, height])
