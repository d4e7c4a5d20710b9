"""What Wav2Lip's networks are made of, and the encoder of 0.2 seconds of sound that SadTalker has too (K R
Prajwal et al. 2020, arXiv:2008.10010). Names of modules are those of the published checkpoints."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

# Channels, stride, and the convolutions that follow at the same size.
_SOUND = ((32, 1, 2), (64, (3, 1), 2), (128, 3, 2), (256, (3, 2), 1))
# Numbers that the encoder makes of a sound.
WIDEST = 512

Stride = int | tuple[int, int]


class Block(nn.Module):
    """A convolution (`up`: a transposed one) with batch norm and ReLU. residual: what came in is added before
    the ReLU."""

    def __init__(
        self, inputs: int, outputs: int, size: int, stride: Stride = 1, padding: int = 0, *,
        residual: bool = False, up: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        if up:
            # One pixel more at the end, so that a doubled size is even.
            more = 0 if stride == 1 else 1
            convolution: nn.Module = nn.ConvTranspose2d(inputs, outputs, size, stride, padding, more)
        else:
            convolution = nn.Conv2d(inputs, outputs, size, stride, padding)
        self.conv_block = nn.Sequential(convolution, nn.BatchNorm2d(outputs))
        self._residual = residual
        self._up = up

    def forward(self, x: Tensor) -> Tensor:
        out = self.conv_block(x)
        if self._residual:
            out = out + x
        return functional.relu(out, inplace=True)

    def fuse(self, residual: bool) -> None:
        """Make one convolution of the two, which in evaluation mode does the same. residual: also of what is
        added, as a one in the middle of each channel's own kernel."""
        convolution: Any
        norm: Any
        convolution, norm = self.conv_block
        fused = fuse_conv_bn_eval(convolution, norm, self._up)
        self.conv_block = nn.Sequential(fused)
        if residual and self._residual:
            middle = fused.weight.shape[-1] // 2
            fused.weight[:, :, middle, middle] += torch.eye(len(fused.weight))
            self._residual = False


def same(channels: int, count: int) -> list[nn.Module]:
    """Convolutions that add to what comes in."""
    return [Block(channels, channels, 3, 1, 1, residual=True) for _ in range(count)]


def sound_encoder() -> list[nn.Module]:
    """From [B, 1, 80, 16] to [B, 512, 1, 1], as the parts of a `Sequential`."""
    blocks: list[nn.Module] = []
    before = 1
    for channels, stride, count in _SOUND:
        blocks += [Block(before, channels, 3, stride, 1), *same(channels, count)]
        before = channels
    return [*blocks, Block(before, WIDEST, 3), Block(WIDEST, WIDEST, 1)]
