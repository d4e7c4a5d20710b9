"""Landmarks by a pose network, with one that finds the brightest spot."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from brightest_spot import ABOVE, BrightestSpot, export

from lipsync_studio.engine.errors import MissingFilesError, WeightsError
from lipsync_studio.engine.faces import topdown
from lipsync_studio.engine.faces.dwpose import DwPose, load_dwpose
from lipsync_studio.engine.faces.pose_onnx import OnnxPose
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.nets.onnx import providers

FACES = 19


class InTorch:
    key = "spot"
    resident = staticmethod(nullcontext)

    def __init__(self) -> None:
        self.batches: list[int] = []

    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.batches.append(len(pictures))
        x, y = BrightestSpot()(torch.from_numpy(np.ascontiguousarray(pictures)))
        return x.numpy(), y.numpy()


def spot(x: int, y: int, size: tuple[int, int] = (640, 360)) -> np.ndarray:
    """A picture that is brightest at one pixel."""
    picture = np.zeros((size[1], size[0]), np.float32)
    picture[y, x] = 1
    picture = cv2.GaussianBlur(picture, (0, 0), 12)
    return np.repeat((30 + 200 * picture / picture.max()).astype(np.uint8)[..., None], 3, axis=2)


@pytest.fixture(scope="module")
def faces() -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Pictures, a box around the spot of each, and the spots."""
    where = np.array([[100 + 23 * i, 200 - 5 * i] for i in range(FACES)])
    sides = 60 + 5 * np.arange(FACES)[:, None]
    boxes = np.concatenate([where - sides, where + sides], axis=1).astype(np.float32)
    return [spot(x, y) for x, y in where.tolist()], boxes, where


def expected(where: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the 68 points belong, and the size of a pixel of the network's picture."""
    pixel = topdown.windows(boxes)[1][:, 0] / topdown.INPUT_SIZE[0]
    points = np.repeat(where[:, None].astype(float), 68, axis=1)
    points[..., 1] -= ABOVE[topdown.FACE] / 2 * pixel[:, None]
    return points, pixel


def test_each_face_in_its_own_box(faces: tuple[list[np.ndarray], np.ndarray, np.ndarray]) -> None:
    pictures, boxes, where = faces
    network = InTorch()
    points, scores = DwPose(network).landmarks(pictures, boxes)
    assert (points.shape, points.dtype, scores.shape) == ((FACES, 68, 2), np.float32, (FACES, 68))
    wanted, pixel = expected(where, boxes)
    assert (np.abs(points - wanted).max(axis=(1, 2)) <= pixel).all()
    # No more than sixteen pictures at once, the mirrored ones among them.
    assert sum(network.batches) == FACES * 2
    assert max(network.batches) <= 16


def test_without_boxes_the_whole_picture_is_looked_at() -> None:
    pictures = [spot(400, 90), spot(30, 500, (300, 700))]
    points, _ = DwPose(InTorch()).landmarks(pictures)
    wholes = np.array([[0, 0, 640, 360], [0, 0, 300, 700]], np.float32)
    wanted, pixel = expected(np.array([[400, 90], [30, 500]]), wholes)
    assert (np.abs(points - wanted).max(axis=(1, 2)) <= pixel).all()


@pytest.mark.parametrize("any_batch", [True, False])
def test_onnx_runs_like_torch_whether_or_not_the_file_takes_batches(
    faces: tuple[list[np.ndarray], np.ndarray, np.ndarray], tmp_path: Path, host: PlainHost, any_batch: bool
) -> None:
    path = tmp_path / "dw-ll_ucoco_384.onnx"
    export(BrightestSpot(), path, any_batch=any_batch)
    pictures, boxes, _ = faces
    points, scores = DwPose(OnnxPose(path, host)).landmarks(pictures[:10], boxes[:10])
    reference, reference_scores = DwPose(InTorch()).landmarks(pictures[:10], boxes[:10])
    assert points == pytest.approx(reference, abs=0.01)
    assert scores == pytest.approx(reference_scores, abs=1e-5)


def test_room_is_made_before_the_session(tmp_path: Path) -> None:
    path = tmp_path / "dw-ll_ucoco_384.onnx"
    export(BrightestSpot(), path)
    asked: list[int] = []

    class Asking(PlainHost):
        def free_memory(self, num_bytes: int) -> None:
            asked.append(num_bytes)

    OnnxPose(path, Asking("cpu"))
    assert len(asked) == 1
    assert asked[0] > path.stat().st_size
    path.write_bytes(b"no network")
    with pytest.raises(WeightsError, match="fetch it again"):
        OnnxPose(path, Asking("cpu"))
    assert len(asked) == 2


class Other(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x.mean((1, 2))[:, None], x.mean((1, 3))[:, None]


def test_another_network_is_told_apart(tmp_path: Path, host: PlainHost) -> None:
    path = tmp_path / "yolox_l.onnx"
    export(Other(), path)
    with pytest.raises(WeightsError, match=r"another network.*dw-ll_ucoco_384\.onnx"):
        OnnxPose(path, host)


def test_cuda_is_used_where_it_is_the_device_and_built_in() -> None:
    both = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
    cuda = torch.device("cuda", 1)
    assert providers(cuda, both) == [("CUDAExecutionProvider", {"device_id": 1}), "CPUExecutionProvider"]
    assert providers(cuda, both[2:]) == ["CPUExecutionProvider"]
    assert providers(torch.device("cpu"), both) == ["CPUExecutionProvider"]


def test_missing_weights_are_named_with_what_fetches_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: PlainHost
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    with pytest.raises(MissingFilesError, match=r"dw-ll_ucoco_384\.onnx.*weights download dwpose"):
        load_dwpose(host)
    folder = host.models_folder("musetalk") / "dwpose"
    folder.mkdir(parents=True)
    export(BrightestSpot(), folder / "dw-ll_ucoco_384.onnx")
    points, _ = load_dwpose(host).landmarks([spot(320, 200)], np.array([[250, 130, 390, 270]], np.float32))
    assert points[0, 0] == pytest.approx([320, 200 - ABOVE[topdown.FACE][0] / 2 * 0.61], abs=1)
