"""From coefficients of a face to 15 keypoints in space: face-vid2vid's canonical keypoints (T.-C. Wang et al.
2021, arXiv:2011.15126), moved as SadTalker's mapping network reads it off the coefficients (W. Zhang et al.
2023, arXiv:2211.12194, section 3.3). Names of modules are those of the published checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .blocks import Down2d, Up3d, grid3d

# Frames before and after one that the mapping network sees with it.
RADIUS = 13
WINDOW = 2 * RADIUS + 1
# Degrees of a head's turn are a mean over so many bins of three degrees, from -99 on.
_BINS, _BIN_DEGREES, _FIRST_BIN = 66, 3.0, -99.0
# The original's.
_PI = 3.14
_TEMPERATURE = 0.1
# Of the blur before the picture is shrunk to a quarter: a Gaussian, in pixels.
_BLUR_SIDE = 13


@dataclass(frozen=True)
class Motion:
    """Of n faces: degrees of yaw, pitch and roll [n, 3], shift [n, 3], and the keypoints' own movement [n,
    points, 3]."""

    degrees: Tensor
    shift: Tensor
    expression: Tensor


class MappingNet(nn.Module):
    """coefficients: 70 (crop) or 73 (whole picture). width: of its layers. points: keypoints."""

    _DILATION = 3
    _LAYERS = 3

    def __init__(self, coefficients: int, width: int = 1024, points: int = 15) -> None:
        super().__init__()
        self.coefficients = coefficients
        self.first = nn.Sequential(nn.Conv1d(coefficients, width, 7))
        for number in range(self._LAYERS):
            layer = nn.Sequential(nn.LeakyReLU(0.1), nn.Conv1d(width, width, 3, dilation=self._DILATION))
            setattr(self, f"encoder{number}", layer)
        self.fc_roll = nn.Linear(width, _BINS)
        self.fc_pitch = nn.Linear(width, _BINS)
        self.fc_yaw = nn.Linear(width, _BINS)
        self.fc_t = nn.Linear(width, 3)
        self.fc_exp = nn.Linear(width, 3 * points)

    def heads(self, windows: Tensor) -> dict[str, Tensor]:
        """windows: [n, coefficients, 27]. Bins of yaw, pitch and roll [n, 66], t [n, 3] and exp [n, 45]."""
        out = self.first(windows)
        for number in range(self._LAYERS):
            # Without padding each layer is shorter by its reach.
            reach = self._DILATION
            out = getattr(self, f"encoder{number}")(out) + out[:, :, reach:-reach]
        out = out.mean(dim=2)
        return {name: getattr(self, f"fc_{name}")(out) for name in ("yaw", "pitch", "roll", "t", "exp")}

    def forward(self, windows: Tensor) -> Motion:
        return motion_of(self.heads(windows))


def motion_of(heads: dict[str, Tensor]) -> Motion:
    """What `MappingNet.heads` mean."""
    turned = torch.stack([degrees(heads[name]) for name in ("yaw", "pitch", "roll")], 1)
    return Motion(turned, heads["t"], heads["exp"].unflatten(1, (-1, 3)))


def degrees(bins: Tensor) -> Tensor:
    """[n] of logits [n, 66]."""
    number = torch.arange(_BINS, dtype=bins.dtype, device=bins.device)
    return (bins.softmax(dim=1) * number).sum(dim=1) * _BIN_DEGREES + _FIRST_BIN


def rotation(turned: Tensor) -> Tensor:
    """[n, 3, 3] of degrees of yaw, pitch and roll [n, 3]: pitch · yaw · roll, with the original's π."""
    yaw, pitch, roll = (turned / 180 * _PI).unbind(1)
    return _turn(pitch, 0) @ _turn(yaw, 1) @ _turn(roll, 2)


def _turn(angle: Tensor, axis: int) -> Tensor:
    """About x, y or z."""
    c, s = torch.cos(angle), torch.sin(angle)
    one, two = [(1, 2), (2, 0), (0, 1)][axis]
    matrix = torch.eye(3, dtype=angle.dtype, device=angle.device).repeat(len(angle), 1, 1)
    matrix[:, one, one], matrix[:, one, two] = c, -s
    matrix[:, two, one], matrix[:, two, two] = s, c
    return matrix


def moved(canonical: Tensor, motion: Motion) -> Tensor:
    """Keypoints [n, points, 3] of canonical ones [1 or n, points, 3]. Of the shift only what is up and down
    counts."""
    turned = canonical @ rotation(motion.degrees).transpose(1, 2)
    shift = motion.shift * torch.tensor([0.0, 1.0, 0.0], device=motion.shift.device)
    return turned + shift[:, None] + motion.expression


class KeypointDetector(nn.Module):
    """Canonical keypoints of a face. features: of its first block, doubled by each up to `most`. volume,
    depth: what its middle is reshaped to."""

    def __init__(
        self, features: int = 32, most: int = 1024, blocks: int = 5, volume: int = 1024, depth: int = 16,
        points: int = 15,
    ) -> None:  # fmt: skip
        super().__init__()
        self.predictor = _Hourglass(features, most, blocks, volume, depth)
        self.kp = nn.Conv3d(min(most, features), points, 3, padding=1)
        self.down = _Shrink()

    def forward(self, picture: Tensor) -> Tensor:
        """[n, points, 3] in -1..1 (x, y, z), of pictures [n, 3, side, side], 0..1."""
        out = self.kp(self.predictor(self.down(picture)))
        heat = (out.flatten(2) / _TEMPERATURE).softmax(dim=2)
        return heat @ grid3d(out.shape[2:], out).flatten(0, 2)


class _Shrink(nn.Module):
    """Blurs a picture and takes every fourth pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("weight", torch.empty(3, 1, _BLUR_SIDE, _BLUR_SIDE))
        self.weight: Tensor

    def forward(self, picture: Tensor) -> Tensor:
        return functional.conv2d(picture, self.weight, padding=_BLUR_SIDE // 2, groups=3)[:, :, ::4, ::4]


class _Hourglass(nn.Module):
    """Down as pictures, up as volumes."""

    def __init__(self, features: int, most: int, blocks: int, volume: int, depth: int) -> None:
        super().__init__()
        widths = [min(most, features * 2**number) for number in range(blocks + 1)]
        self._depth = depth
        down = [3, *widths[1:]]
        self.down_blocks = nn.Sequential()
        for number in range(blocks):
            self.down_blocks.add_module(f"down{number}", Down2d(down[number], down[number + 1]))
        self.conv = nn.Conv2d(down[-1], volume * depth, 1)
        self.up_blocks = nn.Sequential()
        up = [volume, *widths[-2::-1]]
        for number in range(blocks):
            self.up_blocks.add_module(f"up{number}", Up3d(up[number], up[number + 1]))

    def forward(self, picture: Tensor) -> Tensor:
        out = self.conv(self.down_blocks(picture))
        return self.up_blocks(out.unflatten(1, (-1, self._depth)))
