"""Real speakers' curves, and one real face."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from lipsync_studio.devtools.bench.score import Speaker
from lipsync_studio.engine.faces.detector import FaceDetector
from lipsync_studio.engine.faces.mesh import FaceMesh, roi_of_detection, roi_of_mesh
from lipsync_studio.engine.media.colour import rgb_to_planes
from lipsync_studio.engine.media.frames import Colour, Frame

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def speakers() -> list[Speaker]:
    """Each with a noise that has the voice's level."""
    random = np.random.default_rng(11)
    with np.load(ROOT / "tests" / "data" / "score" / "speakers.npz") as saved:
        curves = {name: saved[name].astype(np.float64) for name in saved.files}

    def sound(level: np.ndarray) -> np.ndarray:
        at = np.arange(len(level) * 160) / 160
        amplitude = np.exp(np.interp(at, np.arange(len(level)), level) / 2)
        return (random.standard_normal(len(amplitude)) * amplitude).astype(np.float32)

    names = sorted({name.rsplit("_", 1)[0] for name in curves})
    return [Speaker(name, curves[f"{name}_opening"], sound(curves[f"{name}_level"])) for name in names]


@pytest.fixture(scope="session")
def face() -> np.ndarray:
    """uint8 RGB [512, 512, 3] with one face."""
    return np.ascontiguousarray(cv2.imread(str(ROOT / "demo" / "portrait.jpg"))[..., ::-1][:512, :512])


@pytest.fixture(scope="session")
def frame_of() -> Callable[..., Frame]:
    def make(rgb: np.ndarray, index: int = 0) -> Frame:
        return Frame(rgb_to_planes(rgb, Colour()), Colour(), index, index)

    return make


@pytest.fixture(scope="session")
def mesh(face: np.ndarray, frame_of: Callable[..., Frame]) -> np.ndarray:
    frame, net = frame_of(face), FaceMesh()
    found, _ = net.measure(frame, roi_of_detection(FaceDetector().detect(frame)[0]))
    return net.measure(frame, roi_of_mesh(found))[0]
