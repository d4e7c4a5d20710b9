"""Clips with known motion: a painting (Leonardo's Mona Lisa, public domain) moved before a mottled wall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from lipsync_studio.engine.faces.detector import FaceDetector
from lipsync_studio.engine.faces.mesh import FaceMesh, roi_of_detection, roi_of_mesh
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import rgb_to_planes
from lipsync_studio.engine.media.frames import Colour, Frame

DATA = Path(__file__).parents[2] / "data"
# Of the painting, in its own pixels: around head and hair.
HEAD = (60, 40, 240, 240)


def similarity(x: float, y: float, scale: float = 1.0, degrees: float = 0.0) -> np.ndarray:
    """[2, 3]: the painting's head's middle to x, y, turned clockwise on the screen."""
    middle = np.array([(HEAD[0] + HEAD[2]) / 2, (HEAD[1] + HEAD[3]) / 2])
    c, s = scale * np.cos(np.radians(degrees)), scale * np.sin(np.radians(degrees))
    turn = np.array([[c, -s], [s, c]])
    return np.column_stack([turn, np.array([x, y]) - turn @ middle])


def apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points [..., >= 2] of the painting to frame pixels [..., 2]."""
    return points[..., :2] @ matrix[:, :2].T + matrix[:, 2]


class DrawnSource:
    """A clip drawn frame by frame. draw: frame number to uint8 RGB [H, W, 3]; noise: standard deviation."""

    still = False
    variable = False

    def __init__(
        self, draw: Callable[[int], np.ndarray], frames: int, fps: Fraction = Fraction(25), noise: float = 0
    ) -> None:
        self._draw, self._noise = draw, noise
        self.frames, self.fps = frames, fps
        height, width = draw(0).shape[:2]
        self.size = width, height
        self.key = "drawn"

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        for index in range(start, self.frames if stop is None else stop):
            planes = rgb_to_planes(self._draw(index), Colour())
            if self._noise:
                grain = np.random.default_rng(index).normal(0, self._noise, planes.shape)
                planes = np.clip(planes + grain, 0, 255).astype(np.uint8)
            yield Frame(planes, Colour(), index / self.fps, index)


@pytest.fixture(scope="session")
def painting() -> np.ndarray:
    """uint8 RGB [446, 300, 3]."""
    return np.ascontiguousarray(cv2.imread(str(DATA / "monalisa.jpg"))[..., ::-1])


@pytest.fixture(scope="session")
def canvas(painting: np.ndarray) -> Callable[..., np.ndarray]:
    """Draws heads (their matrices, the last in front) before a mottled wall of the given size and grey."""
    x0, y0, x1, y1 = HEAD
    mask = np.zeros(painting.shape[:2], np.float32)
    middle, axes = ((x0 + x1) // 2, (y0 + y1) // 2), ((x1 - x0) // 2 - 6, (y1 - y0) // 2 - 6)
    cv2.ellipse(mask, middle, axes, 0, 0, 360, 1, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 3)

    # As fine and as strong as a furnished room's.
    texture = cv2.GaussianBlur(np.random.default_rng(1).normal(0, 1, (1024, 1280)), (0, 0), 14)
    texture = (40 * texture / texture.std()).astype(np.float32)

    def draw(*heads: np.ndarray, size: tuple[int, int] = (640, 360), grey: int = 120) -> np.ndarray:
        out = np.repeat(grey + texture[: size[1], : size[0], None], 3, axis=2)
        for matrix in heads:
            # OpenCV counts from the middle of pixel 0.
            shifted = matrix.copy()
            shifted[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5
            picture = cv2.warpAffine(painting, shifted, size, flags=cv2.INTER_CUBIC)
            alpha = cv2.warpAffine(mask, shifted, size)[..., None]
            out += alpha * (picture - out)
        return np.clip(out, 0, 255).astype(np.uint8)

    return draw


@pytest.fixture(scope="session")
def truth(canvas: Callable[..., np.ndarray]) -> np.ndarray:
    """The painting's mesh in its own pixels, measured on a still of it twice as large."""
    matrix = similarity(320, 240, 2)
    source = DrawnSource(lambda _: canvas(matrix, size=(640, 480)), 1)
    frame = next(source.read())
    mesh_net = FaceMesh()
    mesh, _ = mesh_net.measure(frame, roi_of_detection(FaceDetector().detect(frame)[0]))
    for _ in range(3):
        mesh, presence = mesh_net.measure(frame, roi_of_mesh(mesh))
    assert presence > 0.9
    out = mesh.copy() / 2
    out[:, :2] = (mesh[:, :2] - matrix[:, 2]) / 2
    return out


@pytest.fixture(scope="session")
def host() -> Iterator[PlainHost]:
    with PlainHost("cpu") as plain:
        yield plain
