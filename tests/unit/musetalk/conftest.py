"""Faces with known landmarks, and pictures to cut them from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from lipsync_studio.engine.faces.detector import FaceDetector
from lipsync_studio.engine.faces.ibug import landmarks68
from lipsync_studio.engine.faces.mesh import FaceMesh, roi_of_detection, roi_of_mesh
from lipsync_studio.engine.media.colour import rgb_to_planes
from lipsync_studio.engine.media.frames import Colour, Frame

DATA = Path(__file__).parents[2] / "data"


@dataclass(frozen=True)
class Portrait:
    """rgb: uint8 [h, w, 3]. mesh: float32 [468, 3]. landmarks: float32 [68, 2]. All in pixels."""

    rgb: np.ndarray
    mesh: np.ndarray
    landmarks: np.ndarray

    def enlarged(self, factor: int) -> Portrait:
        rgb = cv2.resize(self.rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        return Portrait(rgb, self.mesh * factor, self.landmarks * factor)


@pytest.fixture(scope="session")
def painting() -> Portrait:
    """Leonardo's Mona Lisa (public domain), 300×446, a face of 72×81 pixels."""
    rgb = np.ascontiguousarray(cv2.imread(str(DATA / "monalisa.jpg"))[..., ::-1])
    frame = Frame(rgb_to_planes(rgb, Colour()), Colour(), 0, 0)
    net = FaceMesh()
    mesh, _ = net.measure(frame, roi_of_detection(FaceDetector().detect(frame)[0]))
    for _ in range(3):
        mesh, presence = net.measure(frame, roi_of_mesh(mesh))
    assert presence > 0.9
    return Portrait(rgb, mesh, landmarks68(mesh))
