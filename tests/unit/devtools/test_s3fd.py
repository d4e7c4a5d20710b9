"""The bench's face detector: the published entries, and boxes where its logits say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from lipsync_studio.devtools.bench.s3fd import S3FD, detect, seeded_detector

KEYS = Path(__file__).parents[2] / "data" / "goldens" / "keys" / "s3fd_adrianb.json"


@pytest.fixture(scope="module")
def network() -> S3FD:
    return seeded_detector()


def test_entries_are_the_published_ones(network: S3FD) -> None:
    published = json.loads(KEYS.read_text())["state_dict"]
    ours = {key: list(value.shape) for key, value in network.state_dict().items()}
    assert ours == {key: entry["shape"] for key, entry in published.items()}


def test_untrained_it_sees_nobody(network: S3FD) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (160, 128, 3)).astype(np.uint8)
    assert detect(network, picture).shape == (0, 5)


class Answers(S3FD):
    """Says what it is told instead of looking."""

    def __init__(self, heads: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
        torch.nn.Module.__init__(self)
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
    found = detect(Answers(heads), np.zeros((256, 256, 3), np.uint8))
    # Middle 72, 88 moved by an eighth and a quarter (backwards) of the anchor's 64; half as high again.
    assert found[:, :4] == pytest.approx(np.array([[48, 24, 112, 120], [68, 148, 100, 180]]), abs=1e-3)
    assert found[:, 4] == pytest.approx([1 / (1 + np.exp(-5)), 1 / (1 + np.exp(-4))])
