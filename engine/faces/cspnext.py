"""CSPNeXt, the backbone of RTMDet and RTMPose (Lyu et al. 2022, arXiv:2212.07784), of size P5 and width 1.

Names of modules are those of the published checkpoints.
"""

from __future__ import annotations

import torch
from torch import nn

# Of each stage: channels in, channels out, blocks, whether blocks have a shortcut, whether there is pooling.
_STAGES = ((64, 128, 3, True, False), (128, 256, 6, True, False), (256, 512, 6, True, False),
           (512, 1024, 3, False, True))  # fmt: skip
CHANNELS = _STAGES[-1][1]
STRIDE = 32
_POOLS = (5, 9, 13)


class Conv(nn.Module):
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
        self.depthwise_conv = Conv(channels, channels, 5, groups=channels)
        self.pointwise_conv = Conv(channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pointwise_conv(self.depthwise_conv(x))


class _Block(nn.Module):
    def __init__(self, channels: int, shortcut: bool) -> None:
        super().__init__()
        self.conv1 = Conv(channels, channels, 3)
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
        self.main_conv = Conv(channels, half, 1)
        self.short_conv = Conv(channels, half, 1)
        self.final_conv = Conv(channels, channels, 1)
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
        self.conv1 = Conv(channels, half, 1)
        self.conv2 = Conv(half * (1 + len(_POOLS)), channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)
        pooled = [nn.functional.max_pool2d(x, size, stride=1, padding=size // 2) for size in _POOLS]
        return self.conv2(torch.cat([x, *pooled], dim=1))


class CSPNeXt(nn.Module):
    """[B, 3, H, W] to features [B, 1024, H/32, W/32]."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(Conv(3, 32, 3, 2), Conv(32, 32, 3), Conv(32, 64, 3))
        for number, (inside, outside, blocks, shortcut, pooling) in enumerate(_STAGES, 1):
            parts: list[nn.Module] = [Conv(inside, outside, 3, 2)]
            if pooling:
                parts.append(_PyramidPooling(outside))
            parts.append(_CrossStage(outside, blocks, shortcut))
            self.add_module(f"stage{number}", nn.Sequential(*parts))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for stage in self.children():
            x = stage(x)
        return x
