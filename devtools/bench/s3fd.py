"""A face detector of S3FD's shape (Zhang et al. 2017, arXiv:1708.05237), as MuseTalk runs it on every frame.

Only to be timed: there are no trained weights here. Names of entries are those of `s3fd-619a316812.pth`.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn.functional import max_pool2d, relu
from torchvision.ops import nms

from ...engine.parity import seed

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
    """float32 RGB minus `_MEAN` [1, 3, H, W] to logits [1, 2, h, w] and offsets [1, 4, h, w], six strides."""

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


def seeded_detector() -> S3FD:
    """With seeded weights that see a face as rarely as trained ones do: what follows the network then takes
    the time it takes on footage."""
    network = S3FD()
    seed(network)
    weights = network.state_dict()
    for name, _, _ in _HEADS:
        # The last logit is the face's; e^-6 is far below what counts as likely.
        weights[f"{name}_mbox_conf.bias"][-1] -= 6
    return network


def detect(network: S3FD, picture: np.ndarray) -> np.ndarray:
    """Faces in RGB uint8 [H, W, 3] at full size, the surest first: float32 [n, 5] x0, y0, x1, y1, score."""
    means = np.array(_MEAN, np.float32)
    batch = torch.from_numpy((picture - means).transpose(2, 0, 1)[None])
    candidates = [np.empty((0, 5), np.float32)]
    with torch.inference_mode():
        for index, (logits, offsets) in enumerate(network(batch)):
            candidates.append(_candidates(logits, offsets, _FIRST_STRIDE << index))
    found = torch.from_numpy(np.concatenate(candidates))
    kept = found[nms(found[:, :4], found[:, 4], _OVERLAP)]
    return kept[kept[:, 4] > _SURE].numpy()


def _candidates(logits: torch.Tensor, offsets: torch.Tensor, stride: int) -> np.ndarray:
    """float32 [n, 5]: the likely ones among a head's boxes."""
    scores = logits.softmax(1)[0, 1].numpy()
    rows, columns = np.nonzero(scores > _LIKELY)
    x, y, width, height = offsets[0].numpy()[:, rows, columns]
    anchor = _ANCHOR * stride
    middle = np.stack([columns, rows]) * stride + stride / 2 + np.stack([x, y]) * _CENTRE_VARIANCE * anchor
    half = anchor * np.exp(np.stack([width, height]) * _SIZE_VARIANCE) / 2
    return np.concatenate([middle - half, middle + half, scores[None, rows, columns]]).T.astype(np.float32)
