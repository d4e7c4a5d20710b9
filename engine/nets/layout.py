"""Networks in the channels-last layout, which convolutions are faster in, without what it costs in precision.

On the CPU PyTorch's group norm adds up channels-last numbers one by one in float32 and takes the variance as
E[x²] − E[x]². Over the 65 000 pixels of a VAE's first layers that errs in the fourth digit, and where half
the picture is one colour, as MuseTalk's masked crops are, by several per cent.
"""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn

Module = TypeVar("Module", bound=nn.Module)

# Numbers worked on at once: 1 MB, which stays in a core's cache from one step to the next.
_PART = 1 << 18


def channels_last(net: Module) -> Module:
    """The same network, its convolutions' weights in the channels-last layout, its results as exact as in the
    usual one. The state dict's entries stay as they are."""
    for module in net.modules():
        for name, child in module.named_children():
            if type(child) is nn.GroupNorm and child.affine:
                setattr(module, name, ExactGroupNorm.of(child))
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


class ExactGroupNorm(nn.GroupNorm):
    """A group norm whose mean and variance are exact to float32's last digits in the channels-last layout on
    the CPU, too."""

    @classmethod
    def of(cls, norm: nn.GroupNorm) -> ExactGroupNorm:
        """Takes over the parameters of a norm that has some."""
        made = cls(norm.num_groups, norm.num_channels, norm.eps, device="meta")
        made.weight, made.bias = norm.weight, norm.bias
        return made.train(norm.training)

    def forward(self, input: Tensor) -> Tensor:
        if not _in_danger(input):
            return super().forward(input)
        rows = input.permute(0, 2, 3, 1)
        result = torch.empty_like(rows)
        for picture, out in zip(rows, result, strict=True):
            self._normalise(picture, out)
        return result.permute(0, 3, 1, 2)

    def _normalise(self, picture: Tensor, out: Tensor) -> None:
        """[h, w, c] to [h, w, c], in parts of some rows: sums of each part, added up in float64."""
        height, width, channels = picture.shape
        groups, size = self.num_groups, channels // self.num_groups
        rows = max(1, _PART // (width * channels))
        count = height * width * size
        parts = picture.split(rows)
        sums = torch.stack([part.sum((0, 1), dtype=torch.float32) for part in parts]).double().sum(0)
        mean = (sums.view(groups, size).sum(1) / count).repeat_interleave(size)
        near = mean.float()
        # A half-precision part becomes float32 by the subtraction.
        squares = torch.stack([(part - near).square_().sum((0, 1)) for part in parts]).double().sum(0)
        variance = (squares.view(groups, size).sum(1) / count).repeat_interleave(size)
        exact = self.weight / (variance + self.eps).sqrt()
        scale, offset = exact.float(), (self.bias - mean * exact).float()
        for part, target in zip(parts, out.split(rows), strict=True):
            if target.dtype == torch.float32:
                torch.addcmul(offset, part, scale, out=target)
            else:
                target.copy_(torch.addcmul(offset, part.float(), scale))


def _in_danger(x: Tensor) -> bool:
    return (
        x.device.type == "cpu"
        and x.ndim == 4
        and x.is_contiguous(memory_format=torch.channels_last)
        and not x.is_contiguous()
    )
