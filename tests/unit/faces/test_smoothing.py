"""The filter alone, on meshes whose truth is known exactly."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_studio.engine.faces.geometry import INNER_LOWER_LIP, INNER_UPPER_LIP, head_axes
from lipsync_studio.engine.faces.smoothing import smooth_points, smooth_run
from lipsync_studio.engine.score.mouth import mouth_aperture

from .conftest import apply, similarity


def moved(truth: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    out = truth.copy()
    out[:, :2] = apply(matrix, truth)
    out[:, 2] *= np.linalg.norm(matrix[:, 0])
    return out


def with_noise(meshes: np.ndarray, sigma: float) -> np.ndarray:
    """Whole-head and per-point noise, as networks have."""
    random = np.random.default_rng(3)
    whole = random.normal(0, sigma, (len(meshes), 1, 3))
    return (meshes + whole + random.normal(0, sigma / 2, meshes.shape)).astype(np.float32)


def opened(truth: np.ndarray, pixels: float) -> np.ndarray:
    """With the inner lips parted by so much more than in the painting, down the face."""
    out, down = truth.copy(), head_axes(truth).axes[1]
    out[list(INNER_UPPER_LIP[1:-1])] -= down * pixels / 2
    out[list(INNER_LOWER_LIP[1:-1])] += down * pixels / 2
    return out


def test_noise_on_a_still_head_is_removed(truth: np.ndarray) -> None:
    clean = np.repeat(truth[None], 40, axis=0)
    noisy = with_noise(clean, 0.2)
    smoothed = noisy.copy()
    smooth_run(smoothed)
    inner = slice(8, -8)
    assert np.std(smoothed[inner] - clean[inner]) < 0.5 * np.std(noisy[inner] - clean[inner])


def test_steady_motion_is_kept_exactly(truth: np.ndarray) -> None:
    clean = np.stack([moved(truth, similarity(100 + 5 * i, 90 - 2 * i, 1, 2 * i)) for i in range(30)])
    smoothed = clean.copy()
    smooth_run(smoothed)
    assert np.abs(smoothed - clean).max() < 0.3


def test_step_has_no_lag(truth: np.ndarray) -> None:
    clean = np.stack([moved(truth, similarity(100 if i < 15 else 112, 90)) for i in range(30)])
    smoothed = with_noise(clean, 0.1)
    smooth_run(smoothed)
    assert np.abs((smoothed - clean).mean(axis=1)).max() < 0.5


@pytest.mark.parametrize("frames", [1, 2])
def test_lip_closure_of_a_frame_survives(truth: np.ndarray, frames: int) -> None:
    clean = np.stack([opened(truth, 0 if 15 <= i < 15 + frames else 6) for i in range(30)])
    smoothed = with_noise(clean, 0.1)
    smooth_run(smoothed)
    target = np.array([mouth_aperture(mesh) for mesh in clean])
    assert np.abs(np.array([mouth_aperture(mesh) for mesh in smoothed]) - target).max() < 0.35


def test_long_runs_have_no_seams(truth: np.ndarray) -> None:
    """Working in blocks is invisible: the far part of a long run is smoothed as if it stood alone."""
    clean = np.stack([moved(truth, similarity(100 + 10 * np.sin(i / 9), 90)) for i in range(1100)])
    noisy = with_noise(clean, 0.2)
    whole, part = noisy.copy(), noisy[400:].copy()
    smooth_run(whole)
    smooth_run(part)
    assert np.abs(whole[420:] - part[20:]).max() < 1e-3


def test_runs_too_short_to_smooth_are_left_alone(truth: np.ndarray) -> None:
    pair = with_noise(np.repeat(truth[None], 2, axis=0), 0.3)
    smoothed = pair.copy()
    smooth_run(smoothed)
    assert np.array_equal(pair, smoothed)


def test_landmarks_keep_their_motion_and_a_moment_of_the_lips() -> None:
    """The 68 points of a face that moves steadily, measured to a third of a pixel, whose lips meet in one
    frame."""
    random = np.random.default_rng(4)
    shape = random.uniform(-60, 60, (68, 2))
    shape[36], shape[45] = (-45, -20), (45, -20)
    truth = shape + np.arange(40)[:, None, None] * np.array([2.0, -0.5])
    truth[20, 48:68, 1] += 6
    measured = (truth + random.normal(0, 0.33, truth.shape)).astype(np.float32)
    smooth = smooth_points(measured)
    assert smooth.dtype == np.float32
    jaw = np.s_[5:-5, :17]
    assert np.std((smooth - truth)[jaw]) < 0.65 * np.std((measured - truth)[jaw])
    # Nothing lags: the mean over the whole run is where it was.
    assert np.abs((smooth - truth)[:, :36].mean(axis=(0, 1))).max() < 0.05
    assert smooth[20, 48:68, 1].mean() - smooth[[19, 21], 48:68, 1].mean() > 5.5
    assert np.array_equal(smooth_points(measured[:2]), measured[:2])
