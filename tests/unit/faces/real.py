"""Real faces: pictures and clips of tests/data/faces, and a picture turned in its own plane."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np

FACES = Path(__file__).parents[2] / "data" / "faces"
# The outer eye corners, the nose's tip and the mouth: what tells which way up a mesh lies.
LANDMARKS = [33, 263, 1, 61, 291, 13, 14, 152]


def pictures_of(name: str) -> list[np.ndarray]:
    """The frames of a clip, uint8 RGB."""
    with av.open(str(FACES / name)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def turned(picture: np.ndarray, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """The whole picture turned clockwise, its edges continued, and the matrix [2, 3] that did it."""
    height, width = picture.shape[:2]
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    size = tuple(int(abs(c) * a + abs(s) * b) // 2 * 2 for a, b in ((width, height), (height, width)))
    turn = np.array([[c, -s], [s, c]])
    matrix = np.column_stack([turn, np.array(size) / 2 - turn @ [width / 2, height / 2]])
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5
    return cv2.warpAffine(picture, shifted, size, borderMode=cv2.BORDER_REPLICATE), matrix


def off_by(mesh: np.ndarray, expected: np.ndarray) -> float:
    """Mean distance of the landmarks from where they belong [8, 2], in distances between the eyes."""
    eyes = np.linalg.norm(expected[0] - expected[1])
    return float(np.linalg.norm(mesh[LANDMARKS, :2] - expected, axis=1).mean() / eyes)
