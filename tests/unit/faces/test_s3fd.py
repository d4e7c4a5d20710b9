"""S3FD: the published entries, the network's arithmetic, and boxes where its answers say."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from sparse_weights import keys, write_sparse
from torch.nn.functional import conv2d, max_pool2d, softmax

from lipsync_studio.devtools.seeded_s3fd import seeded_s3fd
from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.faces.s3fd import S3FD, detect, load_s3fd

HEADS = ("conv3_3_norm", "conv4_3_norm", "conv5_3_norm", "fc7", "conv6_2", "conv7_2")


@pytest.fixture(scope="module")
def network() -> S3FD:
    return seeded_s3fd()


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (90, 64, 3)).astype(np.uint8)


def test_entries_are_the_published_ones(network: S3FD) -> None:
    ours = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    assert ours == keys("s3fd_adrianb")


def test_the_published_file_loads_and_another_networks_does_not(tmp_path: Path) -> None:
    path = write_sparse(tmp_path / "s3fd.pth", keys("s3fd_adrianb"), "safetensors")
    assert not load_s3fd(path).training
    torch.save({"conv1_1.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "other.pth")
    with pytest.raises(WeightsError, match="doesn't hold the weights of the face detector S3FD"):
        load_s3fd(tmp_path / "other.pth")


def test_untrained_it_sees_nobody(network: S3FD, picture: np.ndarray) -> None:
    (found,) = detect(network, picture[None])
    assert found.shape == (0, 5)


def plain_faces(weights: dict[str, torch.Tensor], picture: np.ndarray) -> np.ndarray:
    """The same from the paper and the original's numbers, step by step."""

    def convolved(x: torch.Tensor, name: str, stride: int = 1, padding: int = 1) -> torch.Tensor:
        return conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], stride, padding)

    x = torch.from_numpy(picture.astype(np.float32) - np.array([104, 117, 123], np.float32))
    x = x.permute(2, 0, 1)[None]
    features = []
    for group, count in enumerate((2, 2, 3, 3, 3), 1):
        for number in range(1, count + 1):
            x = convolved(x, f"conv{group}_{number}").clamp(min=0)
        if group > 2:
            norm = weights[f"conv{group}_3_norm.weight"].view(1, -1, 1, 1)
            features.append(x / (x.pow(2).sum(1, keepdim=True).sqrt() + 1e-10) * norm)
        x = max_pool2d(x, 2, 2)
    x = convolved(x, "fc6", padding=3).clamp(min=0)
    features.append(convolved(x, "fc7", padding=0).clamp(min=0))
    x = features[-1]
    for name in ("conv6", "conv7"):
        x = convolved(x, f"{name}_1", padding=0).clamp(min=0)
        x = convolved(x, f"{name}_2", stride=2).clamp(min=0)
        features.append(x)
    boxes = []
    for index, (name, feature) in enumerate(zip(HEADS, features, strict=True)):
        classes = convolved(feature, f"{name}_mbox_conf")
        if index == 0:
            classes = torch.cat([classes[:, :3].max(1, keepdim=True).values, classes[:, 3:]], 1)
        scores, offsets = softmax(classes, 1)[0, 1], convolved(feature, f"{name}_mbox_loc")[0]
        stride = 2 ** (index + 2)
        for row in range(scores.shape[0]):
            for column in range(scores.shape[1]):
                if float(scores[row, column]) > 0.05:
                    dx, dy, dw, dh = offsets[:, row, column].tolist()
                    x0 = stride / 2 + column * stride + dx * 0.1 * stride * 4
                    y0 = stride / 2 + row * stride + dy * 0.1 * stride * 4
                    w, h = stride * 4 * math.exp(dw * 0.2), stride * 4 * math.exp(dh * 0.2)
                    boxes.append((x0 - w / 2, y0 - h / 2, x0 + w / 2, y0 + h / 2, float(scores[row, column])))
    boxes.sort(key=lambda box: -box[4])
    kept: list[tuple[float, ...]] = []
    for box in boxes:
        if all(overlap(box, other) <= 0.3 for other in kept):
            kept.append(box)
    return np.array([box for box in kept if box[4] > 0.5])


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]) + 1)
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]) + 1)
    areas = [(box[2] - box[0] + 1) * (box[3] - box[1] + 1) for box in (a, b)]
    return width * height / (sum(areas) - width * height)


def test_network_and_boxes_are_the_originals(picture: np.ndarray) -> None:
    """Made to see faces of every size everywhere, with offsets as small as trained ones."""
    network = seeded_s3fd()
    weights = network.state_dict()
    for name in HEADS:
        weights[f"{name}_mbox_loc.weight"] *= 0.02
        weights[f"{name}_mbox_conf.bias"][-1] += 6
    first, second = detect(network, np.stack([picture, picture[::-1]]))
    wanted = plain_faces(weights, picture)
    assert len(wanted) > 20
    assert first == pytest.approx(wanted, abs=2e-3)
    assert second == pytest.approx(plain_faces(weights, picture[::-1]), abs=2e-3)


class Answers(S3FD):
    """Says what it is told instead of looking."""

    def __init__(self, heads: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
        torch.nn.Module.__init__(self)
        self.anything = torch.nn.Parameter(torch.zeros(1))
        self.heads = heads

    def forward(self, x: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
        return self.heads


def test_boxes_follow_anchors_and_overlaps_merge() -> None:
    heads = []
    for stride in (4, 8, 16, 32, 64, 128):
        logits = torch.zeros(1, 2, 256 // stride, 256 // stride)
        logits[:, 0] = 9
        heads.append((logits, torch.zeros(1, 4, *logits.shape[2:])))
    # Two neighbours of stride 16 on one face, one of stride 8 elsewhere, and one that is not sure enough.
    for head, row, column, score in ((2, 5, 4, 5.0), (2, 5, 5, 3.0), (1, 20, 10, 4.0), (0, 1, 1, -0.5)):
        heads[head][0][0, :, row, column] = torch.tensor([0.0, score])
    heads[2][1][0, :, 5, 4] = torch.tensor([1.25, -2.5, 0.0, 5 * np.log(1.5)])
    (found,) = detect(Answers(heads), np.zeros((1, 256, 256, 3), np.uint8))
    # Middle 72, 88 moved by an eighth and a quarter (backwards) of the anchor's 64; half as high again.
    assert found[:, :4] == pytest.approx(np.array([[48, 24, 112, 120], [68, 148, 100, 180]]), abs=1e-3)
    assert found[:, 4] == pytest.approx([1 / (1 + np.exp(-5)), 1 / (1 + np.exp(-4))])


def test_a_box_reaches_one_pixel_beyond_its_corners() -> None:
    """Which decides whether two of 16 pixels are one face."""
    heads = []
    for stride in (4, 8, 16, 32, 64, 128):
        logits = torch.zeros(1, 2, 128 // stride, 128 // stride)
        logits[:, 0] = 9
        heads.append((logits, torch.zeros(1, 4, *logits.shape[2:])))
    for column, score in ((5, 5.0), (7, 3.0)):
        heads[0][0][0, :, 5, column] = torch.tensor([0.0, score])
    # 16 wide and high, 9 pixels apart: of 16 pixels 0.28 are shared, of 17 0.31.
    heads[0][1][0, 0, 5, 7] = 1.0 / (0.1 * 16)
    (found,) = detect(Answers(heads), np.zeros((1, 128, 128, 3), np.uint8))
    assert len(found) == 1
    # 9.6 pixels apart: 0.25 and 0.28.
    heads[0][1][0, 0, 5, 7] = 1.6 / (0.1 * 16)
    (found,) = detect(Answers(heads), np.zeros((1, 128, 128, 3), np.uint8))
    assert len(found) == 2
