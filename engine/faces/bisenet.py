"""BiSeNet, the network that parses a face into 19 classes, as published in face-parsing.PyTorch (MIT).

C. Yu et al., "BiSeNet: Bilateral Segmentation Network for Real-time Semantic Segmentation" (ECCV 2018), on a
ResNet-18 whose own stride-8 features stand in for the paper's spatial path. Names of modules are those of the
published checkpoint, `79999_iter.pth`.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models.resnet import BasicBlock, ResNet

from ..errors import WeightsError
from ..weights.state_dict import load_state_dict

CLASSES = 19
# Of a 512×512 picture in float32: 36 MB by the allocator's count, and scratch space for convolutions.
ACTIVATION_BYTES = 64 << 20


class _ConvBNReLU(nn.Module):
    def __init__(self, inputs: int, outputs: int, size: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv(x)), inplace=True)


class _ResNet18(ResNet):
    """torchvision's, without the classifier; features at strides 8, 16 and 32."""

    def __init__(self) -> None:
        super().__init__(BasicBlock, [2, 2, 2, 2])
        del self.fc, self.avgpool

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x)))))
        eighth = self.layer2(x)
        sixteenth = self.layer3(eighth)
        return eighth, sixteenth, self.layer4(sixteenth)


class _AttentionRefinement(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = _ConvBNReLU(inputs, outputs)
        self.conv_atten = nn.Conv2d(outputs, outputs, 1, bias=False)
        self.bn_atten = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        features = self.conv(x)
        weight = self.bn_atten(self.conv_atten(features.mean((2, 3), keepdim=True)))
        return features * weight.sigmoid()


class _ContextPath(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.resnet = _ResNet18()
        self.arm16 = _AttentionRefinement(256, 128)
        self.arm32 = _AttentionRefinement(512, 128)
        self.conv_head32 = _ConvBNReLU(128, 128)
        self.conv_head16 = _ConvBNReLU(128, 128)
        self.conv_avg = _ConvBNReLU(512, 128, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The ResNet's features and the refined ones, both at stride 8."""
        eighth, sixteenth, last = self.resnet(x)
        whole = self.conv_avg(last.mean((2, 3), keepdim=True))
        coarse = self.conv_head32(_nearest(self.arm32(last) + whole, sixteenth))
        return eighth, self.conv_head16(_nearest(self.arm16(sixteenth) + coarse, eighth))


def _nearest(x: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(x, like.shape[2:], mode="nearest")


class _FeatureFusion(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convblk = _ConvBNReLU(256, 256, 1)
        self.conv1 = nn.Conv2d(256, 64, 1, bias=False)
        self.conv2 = nn.Conv2d(64, 256, 1, bias=False)

    def forward(self, fine: Tensor, coarse: Tensor) -> Tensor:
        features = self.convblk(torch.cat([fine, coarse], 1))
        weight = functional.relu(self.conv1(features.mean((2, 3), keepdim=True)))
        return features * self.conv2(weight).sigmoid() + features


class _Head(nn.Module):
    def __init__(self, inputs: int, middle: int) -> None:
        super().__init__()
        self.conv = _ConvBNReLU(inputs, middle)
        self.conv_out = nn.Conv2d(middle, CLASSES, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv_out(self.conv(x))


class BiSeNet(nn.Module):
    """Pictures [B, 3, H, W], normalised by ImageNet's mean and deviation, to logits [B, 19, H, W].

    The checkpoint's two auxiliary heads are here for its keys; only training runs them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.cp = _ContextPath()
        self.ffm = _FeatureFusion()
        self.conv_out = _Head(256, 256)
        self.conv_out16 = _Head(128, 64)
        self.conv_out32 = _Head(128, 64)

    def forward(self, x: Tensor) -> Tensor:
        logits = self.conv_out(self.ffm(*self.cp(x)))
        return functional.interpolate(logits, x.shape[2:], mode="bilinear", align_corners=True)


def load_bisenet(path: Path) -> BiSeNet:
    """The network with the weights of `79999_iter.pth` (or the same as safetensors) in float32, in evaluation
    mode, and in the channels-last layout, which takes a fraction of the time on a CPU.

    Raises WeightsError for a file that holds no weights, or another network's.
    """
    with torch.device("meta"):
        net = BiSeNet()
    net.to_empty(device="cpu")
    try:
        net.load_state_dict(load_state_dict(path), strict=True)
    except RuntimeError as error:
        raise WeightsError(
            f"{path} does not hold the face parser's weights: put 79999_iter.pth in its place."
        ) from error
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return net.eval().requires_grad_(False)
