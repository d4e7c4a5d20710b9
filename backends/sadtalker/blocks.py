"""What face-vid2vid's networks are made of."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


class Same2d(nn.Module):
    """Convolution, norm and (leaky) ReLU."""

    def __init__(self, inputs: int, outputs: int, *, leak: float = 0.0) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm = nn.BatchNorm2d(outputs)
        self._leak = leak

    def forward(self, x: Tensor) -> Tensor:
        return functional.leaky_relu(self.norm(self.conv(x)), self._leak)


class Down2d(Same2d):
    """The same at half the size."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.avg_pool2d(super().forward(x), 2)


class Same3d(nn.Module):
    """Convolution, norm and ReLU of a volume."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv3d(inputs, outputs, 3, padding=1)
        self.norm = nn.BatchNorm3d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.norm(self.conv(x)))


class Down3d(Same3d):
    """The same at half the height and width."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.avg_pool3d(super().forward(x), (1, 2, 2))


class Up3d(Same3d):
    """The same at twice the height and width."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(functional.interpolate(x, scale_factor=(1, 2, 2)))


class Residual3d(nn.Module):
    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(features, features, 3, padding=1)
        self.conv2 = nn.Conv3d(features, features, 3, padding=1)
        self.norm1 = nn.BatchNorm3d(features)
        self.norm2 = nn.BatchNorm3d(features)

    def forward(self, x: Tensor) -> Tensor:
        out = self.conv1(functional.relu(self.norm1(x)))
        return x + self.conv2(functional.relu(self.norm2(out)))


def grid3d(size: Sequence[int], like: Tensor) -> Tensor:
    """[depth, height, width, 3]: x, y and z of each place, from -1 at the first to 1 at the last."""
    z, y, x = (2 * torch.arange(n, dtype=like.dtype, device=like.device) / max(n - 1, 1) - 1 for n in size)
    return torch.stack([each.expand(*size) for each in (x, y[:, None], z[:, None, None])], dim=3)
