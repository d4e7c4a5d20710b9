"""S3FD, the face detector that the originals of Wav2Lip and MuseTalk run on every frame (Zhang et al. 2017,
arXiv:1708.05237), with their way of making boxes of its answers.

Names of entries are those of `s3fd-619a316812.pth`, as published with face-alignment (BSD-3).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import max_pool2d, relu

from ..weights.state_dict import load_state_dict, load_weights

# VGG16's trunk: channels of each group's convolutions, with pooling between the groups.
_TRUNK = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
# What the predictions are made from: entry, channels, the length its vectors are scaled to (None: as it is).
_HEADS = (
    ("conv3_3_norm", 256, 10.0), ("conv4_3_norm", 512, 8.0), ("conv5_3_norm", 512, 5.0),
    ("fc7", 1024, None), ("conv6_2", 512, None), ("conv7_2", 256, None),
)  # fmt: skip
# The finest head tells three kinds of background, of which the likeliest counts ("max-out").
_BACKGROUNDS = 3
_FIRST_STRIDE = 4
_ANCHOR = 4  # times the stride
_CENTRE_VARIANCE, _SIZE_VARIANCE = 0.1, 0.2
_LIKELY, _SURE, _OVERLAP = 0.05, 0.5, 0.3
# BGR means, subtracted from RGB as the original has it.
_MEAN = (104.0, 117.0, 123.0)


class _Length(nn.Module):
    """Every pixel's vector at one length, learned per channel."""

    def __init__(self, channels: int, length: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), length))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10) * self.weight[:, None, None]


class S3FD(nn.Module):
    """float32 RGB minus `_MEAN` [B, 3, H, W] to logits [B, 2, h, w] and offsets [B, 4, h, w], six strides."""

    def __init__(self) -> None:
        super().__init__()
        before = 3
        for group, widths in enumerate(_TRUNK, 1):
            for number, width in enumerate(widths, 1):
                self.add_module(f"conv{group}_{number}", nn.Conv2d(before, width, 3, padding=1))
                before = width
        self.fc6 = nn.Conv2d(512, 1024, 3, padding=3)
        self.fc7 = nn.Conv2d(1024, 1024, 1)
        self.conv6_1 = nn.Conv2d(1024, 256, 1)
        self.conv6_2 = nn.Conv2d(256, 512, 3, stride=2, padding=1)
        self.conv7_1 = nn.Conv2d(512, 128, 1)
        self.conv7_2 = nn.Conv2d(128, 256, 3, stride=2, padding=1)
        for index, (name, channels, length) in enumerate(_HEADS):
            if length is not None:
                self.add_module(name, _Length(channels, length))
            kinds = 1 + (1 if index else _BACKGROUNDS)
            self.add_module(f"{name}_mbox_conf", nn.Conv2d(channels, kinds, 3, padding=1))
            self.add_module(f"{name}_mbox_loc", nn.Conv2d(channels, 4, 3, padding=1))

    def forward(self, x: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
        features = []
        for group, widths in enumerate(_TRUNK, 1):
            for number in range(1, len(widths) + 1):
                x = relu(self.get_submodule(f"conv{group}_{number}")(x))
            if group >= 3:
                features.append(self.get_submodule(f"conv{group}_3_norm")(x))
            x = max_pool2d(x, 2)
        for stage in (("fc6", "fc7"), ("conv6_1", "conv6_2"), ("conv7_1", "conv7_2")):
            for name in stage:
                x = relu(self.get_submodule(name)(x))
            features.append(x)
        out = []
        for index, ((name, _, _), feature) in enumerate(zip(_HEADS, features, strict=True)):
            logits = self.get_submodule(f"{name}_mbox_conf")(feature)
            if index == 0:
                background = logits[:, :_BACKGROUNDS].amax(1, keepdim=True)
                logits = torch.cat([background, logits[:, _BACKGROUNDS:]], dim=1)
            out.append((logits, self.get_submodule(f"{name}_mbox_loc")(feature)))
        return out


def load_s3fd(path: Path) -> S3FD:
    """The detector with the weights of `s3fd-619a316812.pth` (or the same as safetensors) in float32 on the
    CPU, in evaluation mode. Raises WeightsError for a damaged or unsafe file and for another network's."""
    with torch.device("meta"):
        net = S3FD()
    return load_weights(net, load_state_dict(path), path, "the face detector S3FD", dtype=torch.float32)


def detect(network: nn.Module, pictures: np.ndarray) -> list[np.ndarray]:
    """Faces in each RGB picture of uint8 [B, H, W, 3] at full size, the surest first: float32 [n, 5]
    x0, y0, x1, y1, score, with the corner of the first pixel at 0."""
    device = next(network.parameters()).device
    batch = (torch.from_numpy(pictures).to(device).float() - torch.tensor(_MEAN, device=device)).movedim(
        -1, 1
    )
    with torch.inference_mode():
        heads = [(logits.softmax(1).cpu(), offsets.cpu()) for logits, offsets in network(batch.contiguous())]
    faces = []
    for number in range(len(pictures)):
        candidates = np.concatenate(
            [
                _candidates(scores[number, 1].numpy(), offsets[number].numpy(), _FIRST_STRIDE << index)
                for index, (scores, offsets) in enumerate(heads)
            ]
        )
        kept = candidates[_distinct(candidates)]
        faces.append(kept[kept[:, 4] > _SURE])
    return faces


def _candidates(scores: np.ndarray, offsets: np.ndarray, stride: int) -> np.ndarray:
    """float32 [n, 5]: the likely ones among a head's boxes. scores: [h, w]; offsets: [4, h, w]."""
    rows, columns = np.nonzero(scores > _LIKELY)
    x, y, width, height = offsets[:, rows, columns]
    anchor = _ANCHOR * stride
    middle = np.stack([columns, rows]) * stride + stride / 2 + np.stack([x, y]) * _CENTRE_VARIANCE * anchor
    half = anchor * np.exp(np.stack([width, height]) * _SIZE_VARIANCE) / 2
    return np.concatenate([middle - half, middle + half, scores[None, rows, columns]]).T.astype(np.float32)


def _distinct(boxes: np.ndarray) -> list[int]:
    """Which of boxes [n, 5] are left, the surest first, when each removes those it overlaps by more than
    `_OVERLAP`. As in the original, a box reaches one pixel beyond its corners."""
    low, high = boxes[:, :2], boxes[:, 2:4]
    areas = (high - low + 1).prod(axis=1)
    order = np.argsort(-boxes[:, 4], kind="stable")
    kept = []
    while order.size:
        best, rest = int(order[0]), order[1:]
        kept.append(best)
        common = np.minimum(high[best], high[rest]) - np.maximum(low[best], low[rest]) + 1
        shared = np.clip(common, 0, None).prod(axis=1)
        order = rest[shared / (areas[best] + areas[rest] - shared) <= _OVERLAP]
    return kept
