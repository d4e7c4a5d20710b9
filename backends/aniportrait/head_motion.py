"""How the head moves: a recorded template that runs to and fro, and moving averages."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...engine.errors import WeightsError

# Of what audio2pose says: the share of its turns that is made, and the frames that it is smoothed over.
TURNED, SMOOTHED_OVER = 0.5, 7


def to_and_fro(rows: int, frames: int) -> np.ndarray:
    """The row of a template for each of a number of frames, int64 [frames]: forward and back, neither end
    twice."""
    if rows < 2:
        return np.zeros(frames, np.int64)
    place = np.arange(frames) % (2 * rows - 2)
    return np.minimum(place, 2 * rows - 2 - place)


def smoothed(poses: np.ndarray, window: int) -> np.ndarray:
    """Moving averages over an odd number of rows [n, …], at the ends over those there are; float64."""
    half = window // 2
    poses = poses.astype(np.float64)
    means = [poses[max(0, row - half) : row + half + 1].mean(axis=0) for row in range(len(poses))]
    return np.array(means).reshape(poses.shape)


def read_template(path: Path) -> np.ndarray:
    """float64 [rows, 6]: turns about x, y and z in degrees, shifts in cm. Raises WeightsError for a file that
    is no such table, and for one that holds code."""
    try:
        table = np.load(path, allow_pickle=False)
        if table.ndim != 2 or table.shape[1] != 6 or not len(table) or not np.isfinite(table).all():
            raise ValueError(f"an array of shape {table.shape}")
    except (OSError, ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise WeightsError(
            f"{path} is no table of head poses, six numbers in each row ({error}): put AniPortrait's "
            "pose_temp.npy in its place."
        ) from error
    return np.asarray(table, np.float64)


def joined_poses(pieces: Sequence[np.ndarray]) -> np.ndarray:
    """audio2pose's pieces [n, 6] as one movement: turns halved, smoothed over all; float64 [frames, 6]."""
    poses = np.concatenate(pieces).astype(np.float64)
    poses[:, :3] *= TURNED
    return smoothed(poses, SMOOTHED_OVER)
