"""Similarity transforms between point sets, many frames at once."""

from __future__ import annotations

import numpy as np


def fit_similarity(reference: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Least-squares scale [n], rotation [n, 3, 3], shift [n, 3]: points = scale · R · reference + shift.

    reference: [m, 3]; points: [n, m, 3]. Umeyama 1991, equations 40 to 42.
    """
    points = points.astype(np.float64)
    mean, reference_mean = points.mean(axis=1), reference.mean(axis=0)
    centred, reference = points - mean[:, None], reference - reference_mean
    rotation, singular = _nearest_rotation(centred.transpose(0, 2, 1) @ reference)
    scale = singular.sum(axis=1) / (reference**2).sum()
    return scale, rotation, mean - scale[:, None] * (rotation @ reference_mean)


def nearest_rotation(matrices: np.ndarray) -> np.ndarray:
    """The rotation [n, 3, 3] closest to each matrix [n, 3, 3]."""
    return _nearest_rotation(matrices)[0]


def _nearest_rotation(matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    u, singular, vt = np.linalg.svd(matrices)
    # No reflections: where the determinant is negative the smallest axis is turned round.
    sign = np.where(np.linalg.det(u) * np.linalg.det(vt) < 0, -1.0, 1.0)
    u[:, :, 2] *= sign[:, None]
    singular[:, 2] *= sign
    return u @ vt, singular
