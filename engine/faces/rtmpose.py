"""RTMPose-l for the 133 whole-body points at 384x288 (Jiang et al. 2023, arXiv:2303.07399): DWPose's network.

Its backbone is CSPNeXt (Lyu et al. 2022, arXiv:2212.07784), of size P5 and width 1.
Names of modules are those of the published checkpoints, so `dw-ll_ucoco_384.pth` loads as it is.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from .topdown import BINS, INPUT_SIZE, POINTS

# Of each stage: channels in, channels out, blocks, whether blocks have a shortcut, whether there is pooling.
_STAGES = ((64, 128, 3, True, False), (128, 256, 6, True, False), (256, 512, 6, True, False),
           (512, 1024, 3, False, True))  # fmt: skip
_CHANNELS = _STAGES[-1][1]
_STRIDE = 32
_POOLS = (5, 9, 13)
_FINAL_KERNEL = 7
_TOKEN = 256
_QUERY = 128
_EXPANSION = 2
# The smallest norm that is divided by (mmpose, models/utils/rtmcc_block.py).
_MIN_NORM = 1e-5


class _Conv(nn.Module):
    """Convolution, batch norm, SiLU."""

    def __init__(self, inside: int, outside: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inside, outside, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outside)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.silu(self.bn(self.conv(x)))


class _DepthwiseConv(nn.Module):
    """5x5 per channel, then 1x1 across channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise_conv = _Conv(channels, channels, 5, groups=channels)
        self.pointwise_conv = _Conv(channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pointwise_conv(self.depthwise_conv(x))


class _Block(nn.Module):
    def __init__(self, channels: int, shortcut: bool) -> None:
        super().__init__()
        self.conv1 = _Conv(channels, channels, 3)
        self.conv2 = _DepthwiseConv(channels)
        self._shortcut = shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.conv2(self.conv1(x))
        return x + y if self._shortcut else y


class _ChannelAttention(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc = nn.Conv2d(channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * nn.functional.hardsigmoid(self.fc(x.mean((2, 3), keepdim=True)))


class _CrossStage(nn.Module):
    """Half of the channels through the blocks, half past them (CSPNet, Wang et al. 2019)."""

    def __init__(self, channels: int, blocks: int, shortcut: bool) -> None:
        super().__init__()
        half = channels // 2
        self.main_conv = _Conv(channels, half, 1)
        self.short_conv = _Conv(channels, half, 1)
        self.final_conv = _Conv(channels, channels, 1)
        self.blocks = nn.Sequential(*(_Block(half, shortcut) for _ in range(blocks)))
        self.attention = _ChannelAttention(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        both = torch.cat([self.blocks(self.main_conv(x)), self.short_conv(x)], dim=1)
        return self.final_conv(self.attention(both))


class _PyramidPooling(nn.Module):
    """Maxima over ever larger neighbourhoods beside the input itself."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.conv1 = _Conv(channels, half, 1)
        self.conv2 = _Conv(half * (1 + len(_POOLS)), channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)
        pooled = [nn.functional.max_pool2d(x, size, stride=1, padding=size // 2) for size in _POOLS]
        return self.conv2(torch.cat([x, *pooled], dim=1))


class CSPNeXt(nn.Module):
    """[B, 3, H, W] to features [B, 1024, H/32, W/32]."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(_Conv(3, 32, 3, 2), _Conv(32, 32, 3), _Conv(32, 64, 3))
        for number, (inside, outside, blocks, shortcut, pooling) in enumerate(_STAGES, 1):
            parts: list[nn.Module] = [_Conv(inside, outside, 3, 2)]
            if pooling:
                parts.append(_PyramidPooling(outside))
            parts.append(_CrossStage(outside, blocks, shortcut))
            self.add_module(f"stage{number}", nn.Sequential(*parts))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for stage in self.children():
            x = stage(x)
        return x


class _ScaleNorm(nn.Module):
    """Vectors at one learned length (Nguyen & Salazar 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.g = nn.Parameter(torch.ones(1))
        self._scale = width**-0.5

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        norm = x.norm(dim=2, keepdim=True) * self._scale
        return x / norm.clamp(min=_MIN_NORM) * self.g


class _Scale(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scale


class _GatedAttention(nn.Module):
    """Gated attention unit (Hua et al. 2022, arXiv:2202.10447) over the points, with squared-ReLU scores."""

    def __init__(self) -> None:
        super().__init__()
        self._hidden = _TOKEN * _EXPANSION
        self.gamma = nn.Parameter(torch.ones(2, _QUERY))
        self.beta = nn.Parameter(torch.zeros(2, _QUERY))
        self.o = nn.Linear(self._hidden, _TOKEN, bias=False)
        self.uv = nn.Linear(_TOKEN, 2 * self._hidden + _QUERY, bias=False)
        self.ln = _ScaleNorm(_TOKEN)
        self.res_scale = _Scale(_TOKEN)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        gates = nn.functional.silu(self.uv(self.ln(x)))
        u, v, base = gates.split([self._hidden, self._hidden, _QUERY], dim=2)
        query = base * self.gamma[0] + self.beta[0]
        key = base * self.gamma[1] + self.beta[1]
        weights = (query @ key.transpose(1, 2) / math.sqrt(_QUERY)).relu().square()
        return self.res_scale(x) + self.o(u * (weights @ v))


class _Head(nn.Module):
    """Features to one vector over x and one over y for each point (SimCC, Li et al. 2021)."""

    def __init__(self) -> None:
        super().__init__()
        cells = (INPUT_SIZE[0] // _STRIDE) * (INPUT_SIZE[1] // _STRIDE)
        self.final_layer = nn.Conv2d(_CHANNELS, POINTS, _FINAL_KERNEL, padding=_FINAL_KERNEL // 2)
        self.mlp = nn.Sequential(_ScaleNorm(cells), nn.Linear(cells, _TOKEN, bias=False))
        self.gau = _GatedAttention()
        self.cls_x = nn.Linear(_TOKEN, BINS[0], bias=False)
        self.cls_y = nn.Linear(_TOKEN, BINS[1], bias=False)

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        tokens = self.gau(self.mlp(self.final_layer(features).flatten(2)))
        return self.cls_x(tokens), self.cls_y(tokens)


class RTMPose(nn.Module):
    """Pictures as `topdown.normalised` makes them, [B, 3, 384, 288], to logits over x [B, 133, 576] and over
    y [B, 133, 768]."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = CSPNeXt()
        self.head = _Head()

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.head(self.backbone(x))
