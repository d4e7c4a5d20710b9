"""Jitter removal without lag: the whole run is known, so every filter here looks both ways in time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .geometry import LIPS, fit_heads, nearest_rotation

# Every row is averaged with the pairs of rows around it: a pair's mean lies on the row itself as long as the
# motion is steady, so nothing lags and nothing is pulled back. A pair counts by a Gaussian of its distance in
# time (standard deviation in frames, cut off at the radius) and of how far its mean is off (standard
# deviation in parts of the distance between the eyes), as in a bilateral filter (Tomasi & Manduchi 1998):
# beside a step, or in a lip closure of one frame, the pairs are off by more than the noise and the row is
# left as measured.
_POSE_SIGMA, _POSE_RADIUS, _POSE_NOISE = 3.0, 7, 0.012
# How much of a change in shift x, y, z, log scale and the nine elements of the rotation shows in the picture.
_POSE_GUIDE = np.array([1, 1, 0, 1] + [0.4] * 9)
_SHAPE_SIGMA, _SHAPE_RADIUS, _SHAPE_NOISE = 1.5, 3, 0.01
_LIPS_SIGMA, _LIPS_NOISE = 1.2, 0.008
# The outer eye corners and the lips of the 68 iBUG points.
_EYES, _LIPS68 = (36, 45), slice(48, 68)
# Rows worked on at once: bounds the scratch memory of long clips.
_BLOCK = 64


def smooth_run(meshes: np.ndarray, tell: Callable[[int], None] = lambda rows: None) -> None:
    """Smooth one uninterrupted run of meshes float32 [n, 468 or 478, 3] in place.

    tell: called with the number of rows done now and then.

    The head's rigid motion is smoothed strongly, what is left (the expression, in the head's own frame)
    lightly, and the lips hardly at all.
    """
    if len(meshes) < 3:
        return
    scale, rotation, shift = fit_heads(meshes, lambda rows: tell(0))
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
        tell(start)
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


def smooth_points(points: np.ndarray) -> np.ndarray:
    """One uninterrupted run of iBUG points float32 [n, 68, 2] without jitter: each point by itself, the lips
    hardly at all."""
    left, right = (points[:, corner] for corner in _EYES)
    scale = max(float(np.median(np.linalg.norm(right - left, axis=1))), 1.0)
    sigma = np.full(points.shape[1], _SHAPE_SIGMA)
    noise = np.full(points.shape[1], _SHAPE_NOISE)
    sigma[_LIPS68], noise[_LIPS68] = _LIPS_SIGMA, _LIPS_NOISE
    return bilateral(points, points / scale, sigma, _SHAPE_RADIUS, noise).astype(np.float32)


def bilateral(
    values: np.ndarray, guide: np.ndarray, sigma: float | np.ndarray, radius: int, noise: float | np.ndarray
) -> np.ndarray:
    """Weighted mean over time of values [n, ...], of each row and the pairs of rows around it.

    guide: [n, channels] or [n, points, channels], one weight per frame or per point. Near the ends the window
    shrinks on both sides alike.
    """
    n = len(values)
    total = values.astype(np.float64)
    weights = np.ones(guide.shape[:-1])
    for k in range(1, min(radius, (n - 1) // 2) + 1):
        middle, before, after = slice(k, n - k), slice(0, n - 2 * k), slice(2 * k, n)
        off = (((guide[before] + guide[after]) / 2 - guide[middle]) ** 2).sum(axis=-1)
        weight = 2 * np.exp(-0.5 * ((k / sigma) ** 2 + off / np.square(noise)))
        pair = (values[before] + values[after]) / 2
        total[middle] += weight.reshape(weight.shape + (1,) * (pair.ndim - weight.ndim)) * pair
        weights[middle] += weight
    return total / weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))
