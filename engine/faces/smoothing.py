"""Jitter removal without lag: the whole run is known, so every filter here looks both ways in time."""

from __future__ import annotations

import numpy as np

from .geometry import CANONICAL_RIGID, LIPS, RIGID
from .rigid import fit_similarity, nearest_rotation

# Neighbours count by a Gaussian of their distance in time (standard deviation in frames, cut off at the
# radius) and of how far the face has moved meanwhile (standard deviation in parts of the distance between the
# eyes): a bilateral filter (Tomasi & Manduchi 1998). A still head is averaged over the whole window; a step,
# a cut-short blink or a one-frame lip closure differs from its neighbours by more than the noise and is left
# as measured.
_POSE_SIGMA, _POSE_RADIUS, _POSE_NOISE = 3.0, 7, 0.02
# How much of a change in shift x, y, z, log scale and the nine elements of the rotation shows in the picture.
_POSE_GUIDE = np.array([1, 1, 0, 1] + [0.4] * 9)
_SHAPE_SIGMA, _SHAPE_RADIUS, _SHAPE_NOISE = 1.5, 3, 0.02
_LIPS_SIGMA, _LIPS_NOISE = 0.8, 0.008
# Rows worked on at once: bounds the scratch memory of long clips.
_BLOCK = 512


def smooth_run(meshes: np.ndarray) -> None:
    """Smooth one uninterrupted run of meshes float32 [n, 468 or 478, 3] in place.

    The head's rigid motion is smoothed strongly, what is left (the expression, in the head's own frame)
    lightly, and the lips hardly at all.
    """
    if len(meshes) < 3:
        return
    scale, rotation, shift = fit_similarity(CANONICAL_RIGID, meshes[:, list(RIGID)])
    pose = np.column_stack([shift / np.median(scale), np.log(scale), rotation.reshape(-1, 9)])
    smooth_pose = bilateral(pose, pose * _POSE_GUIDE, _POSE_SIGMA, _POSE_RADIUS, _POSE_NOISE)
    new_shift, new_scale = smooth_pose[:, :3] * np.median(scale), np.exp(smooth_pose[:, 3])
    new_rotation = nearest_rotation(smooth_pose[:, 4:].reshape(-1, 3, 3))

    points = meshes.shape[1]
    sigma = np.full(points, _SHAPE_SIGMA)
    noise = np.full(points, _SHAPE_NOISE)
    sigma[list(LIPS)], noise[list(LIPS)] = _LIPS_SIGMA, _LIPS_NOISE
    tail = np.empty((0, points, 3))
    for start in range(0, len(meshes), _BLOCK):
        stop = min(start + _BLOCK, len(meshes))
        low, high = max(0, start - _SHAPE_RADIUS), min(len(meshes), stop + _SHAPE_RADIUS)
        # The rows before this block have been overwritten already: `tail` keeps their shapes.
        fresh = slice(start, high)
        shapes = (meshes[fresh] - shift[fresh, None]) @ rotation[fresh] / scale[fresh, None, None]
        shapes = np.concatenate([tail[len(tail) - (start - low) :], shapes])
        tail = shapes[: stop - low][-_SHAPE_RADIUS:]
        smoothed = bilateral(shapes, shapes[..., :2], sigma, _SHAPE_RADIUS, noise)[start - low : stop - low]
        rows = slice(start, stop)
        turned = smoothed @ new_rotation[rows].transpose(0, 2, 1)
        meshes[rows] = new_scale[rows, None, None] * turned + new_shift[rows, None]


def bilateral(
    values: np.ndarray, guide: np.ndarray, sigma: float | np.ndarray, radius: int, noise: float | np.ndarray
) -> np.ndarray:
    """Weighted mean over time of values [n, ...]; weights by frame distance and by the guide's change.

    guide: [n, channels] or [n, points, channels], one weight per frame or per point. Near the ends the window
    shrinks on both sides alike, so that a steady motion is not pulled inwards.
    """
    n = len(values)
    total = values.astype(np.float64).copy()
    weights = np.ones(guide.shape[:-1])
    for k in range(1, min(radius, n - 1) + 1):
        if n - 2 * k <= 0:
            break
        middle, before, after = slice(k, n - k), slice(0, n - 2 * k), slice(2 * k, n)
        for side in (before, after):
            moved = ((guide[side] - guide[middle]) ** 2).sum(axis=-1)
            w = np.exp(-0.5 * ((k / sigma) ** 2 + moved / np.square(noise)))
            total[middle] += w[..., None].reshape(w.shape + (1,) * (values.ndim - w.ndim)) * values[side]
            weights[middle] += w
    return total / weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))
