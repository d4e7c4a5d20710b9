"""Whether two crops of a face are the same picture: graded, denoised or coded again, but with its edges where
they were."""

from __future__ import annotations

import cv2
import numpy as np

GLIMPSE_SIDE = 64
# Grading, noise, blur and denoising leave 0.97 or more; another face in the same place has 0.6, chance 0.5.
SAME_PICTURE = 0.85


def glimpse(face: np.ndarray) -> np.ndarray:
    """What is kept of a face uint8 [side, side, 3], RGB, to know its picture by: brightness [64, 64]."""
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (GLIMPSE_SIDE, GLIMPSE_SIDE), interpolation=cv2.INTER_AREA)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """How far the edges of two glimpses agree, 0..1, whatever their brightness and contrast.

    Normalised gradient fields (Haber and Modersitzki, 2006, "Intensity gradient based registration and fusion
    of multi-modal images"): the mean squared cosine between the gradients, weighted by the first's strength.
    """
    (ax, ay), (bx, by) = (_gradient(picture) for picture in (one, other))
    a, b = np.hypot(ax, ay), np.hypot(bx, by)
    floor = max(float(b.mean()), 1e-6) * 0.1
    cosine = (ax * bx + ay * by) / np.maximum(a * np.maximum(b, floor), 1e-6)
    return float((cosine**2 * a).sum() / max(float(a.sum()), 1e-6))


def _gradient(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    smooth = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0)
    return cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
