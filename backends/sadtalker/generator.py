"""face-vid2vid's generator with SPADE decoder: a picture, and keypoints before and after, to the picture that
has moved (T.-C. Wang et al. 2021, arXiv:2011.15126; T. Park et al. 2019, arXiv:1903.07291). Names of modules
are those of the published checkpoints, whose spectral norms are worked into the kernels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...engine.errors import WeightsError
from .blocks import Down2d, Down3d, Residual3d, Same2d, Same3d, Up3d, grid3d

# How wide a keypoint is drawn, as a variance.
_VARIANCE = 0.01
# Less than this share of a keypoint's movement counts as none.
_LEAST_SHARE = 1e-3
_SPADE_LEAK = 0.2


@dataclass(frozen=True)
class GeneratorConfig:
    """features: of the first block; most: of the picture's last. volume, depth: what that is reshaped to, so
    that volume · depth = most. residuals: blocks of the volume. motion, motion_most, motion_blocks: of the
    hourglass that weighs the keypoints' movements; compress: features of the volume that it sees. hidden: of
    a SPADE norm. points: keypoints."""

    features: int = 64
    most: int = 512
    volume: int = 32
    depth: int = 16
    residuals: int = 6
    motion: int = 32
    motion_most: int = 1024
    motion_blocks: int = 5
    compress: int = 4
    hidden: int = 128
    points: int = 15


class Field(NamedTuple):
    """mask: [n, points + 1, d, h, w], how much each keypoint's movement (the first: none) counts.
    deformation: [n, d, h, w, 3], where each place comes from. occlusion: [n, 1, h, w], what can be seen."""

    mask: Tensor
    deformation: Tensor
    occlusion: Tensor


class DenseMotion(nn.Module):
    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        seen = (config.points + 1) * (config.compress + 1)
        width = seen + config.motion
        self.hourglass = _Hourglass(seen, config)
        self.mask = nn.Conv3d(width, config.points + 1, 7, padding=3)
        self.compress = nn.Conv3d(config.volume, config.compress, 1)
        self.norm = nn.BatchNorm3d(config.compress)
        self.occlusion = nn.Conv2d(width * config.depth, 1, 7, padding=3)

    def forward(self, volume: Tensor, source: Tensor, driving: Tensor) -> Field:
        """volume: [n, c, d, h, w]. source, driving: [n, points, 3]. Coordinates are float32, whatever the
        network is."""
        volume = functional.relu(self.norm(self.compress(volume)))
        source, driving = source.float(), driving.float()
        count, size = len(driving), volume.shape[2:]
        grid = grid3d(size, driving)
        # Where each place would come from if it moved with one keypoint; first, if with none.
        moves = grid - (driving - source)[:, :, None, None, None]
        moves = torch.cat([grid.expand(count, 1, *grid.shape), moves], dim=1)
        repeated = volume.float()[:, None].expand(-1, moves.shape[1], -1, -1, -1, -1).flatten(0, 1)
        deformed = functional.grid_sample(repeated, moves.flatten(0, 1), align_corners=False)
        deformed = deformed.unflatten(0, (count, -1))
        heat = _drawn(driving, grid) - _drawn(source, grid)
        heat = torch.cat([torch.zeros_like(heat[:, :1]), heat], dim=1)
        seen = self.hourglass(torch.cat([heat[:, :, None], deformed], dim=2).flatten(1, 2).to(volume))
        mask = self.mask(seen).float().softmax(dim=1)
        shares = torch.where(mask < _LEAST_SHARE, 0, mask)
        deformation = torch.einsum("nkdhwx,nkdhw->ndhwx", moves, shares)
        return Field(mask, deformation, self.occlusion(seen.flatten(1, 2)).sigmoid())


def _drawn(points: Tensor, grid: Tensor) -> Tensor:
    """[n, points, d, h, w]: each keypoint as a spot."""
    off = grid - points[:, :, None, None, None]
    return torch.exp(-0.5 * (off * off).sum(-1) / _VARIANCE)


class _Hourglass(nn.Module):
    def __init__(self, inputs: int, config: GeneratorConfig) -> None:
        super().__init__()
        count = config.motion_blocks
        widths = [min(config.motion_most, config.motion * 2**number) for number in range(count + 1)]
        down = [inputs, *widths[1:]]
        self.encoder = nn.Module()
        self.encoder.down_blocks = nn.ModuleList(
            Down3d(down[number], down[number + 1]) for number in range(count)
        )
        self.decoder = nn.Module()
        self.decoder.up_blocks = nn.ModuleList(
            Up3d(widths[number] * (1 if number == count else 2), widths[number - 1])
            for number in range(count, 0, -1)
        )
        last = Same3d(config.motion + inputs, config.motion + inputs)
        self.decoder.conv, self.decoder.norm = last.conv, last.norm

    def forward(self, x: Tensor) -> Tensor:
        skips = [x]
        for block in self.encoder.down_blocks:  # type: ignore[union-attr]
            skips.append(block(skips[-1]))
        out = skips.pop()
        for block in self.decoder.up_blocks:  # type: ignore[union-attr]
            out = torch.cat([block(out), skips.pop()], dim=1)
        return functional.relu(self.decoder.norm(self.decoder.conv(out)))  # type: ignore[operator]


class Generator(nn.Module):
    def __init__(self, config: GeneratorConfig | None = None) -> None:
        super().__init__()
        config = config or GeneratorConfig()
        self.config = config
        features = config.features
        self.dense_motion_network = DenseMotion(config)
        self.first = Same2d(3, features)
        self.down_blocks = nn.ModuleList([Down2d(features, 2 * features), Down2d(2 * features, 4 * features)])
        self.second = nn.Conv2d(4 * features, config.most, 1)
        self.resblocks_3d = nn.Sequential()
        for number in range(config.residuals):
            self.resblocks_3d.add_module(f"3dr{number}", Residual3d(config.volume))
        self.third = Same2d(config.most, 4 * features, leak=0.01)
        self.fourth = nn.Conv2d(4 * features, 4 * features, 1)
        self.decoder = _Decoder(features, config.hidden)

    def encode(self, picture: Tensor) -> Tensor:
        """The volume [n, c, d, side/4, side/4] of pictures [n, 3, side, side], 0..1: the same for all frames
        that a picture becomes."""
        out = self.first(picture)
        for block in self.down_blocks:
            out = block(out)
        return self.resblocks_3d(self.second(out).unflatten(1, (self.config.volume, self.config.depth)))

    def forward(self, volume: Tensor, source: Tensor, driving: Tensor) -> Tensor:
        """Pictures [n, 3, side, side], 0..1, of what `encode` made of each before. source, driving: keypoints
        [n, points, 3], as they are there and as they are to be."""
        return self.painted(volume, self.dense_motion_network(volume, source, driving))

    def painted(self, volume: Tensor, field: Field) -> Tensor:
        """What a field moves the volume to."""
        out = functional.grid_sample(volume.float(), field.deformation, align_corners=False)
        out = self.third(out.to(volume).flatten(1, 2))
        return self.decoder(self.fourth(out) * field.occlusion)


class _Spade(nn.Module):
    """Instance norm, whose scale and shift are read off a picture of features."""

    def __init__(self, features: int, seen: int, hidden: int) -> None:
        super().__init__()
        self.mlp_shared = nn.Sequential(nn.Conv2d(seen, hidden, 3, padding=1), nn.ReLU())
        self.mlp_gamma = nn.Conv2d(hidden, features, 3, padding=1)
        self.mlp_beta = nn.Conv2d(hidden, features, 3, padding=1)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        told = self.mlp_shared(functional.interpolate(seen, size=x.shape[2:], mode="nearest"))
        return functional.instance_norm(x) * (1 + self.mlp_gamma(told)) + self.mlp_beta(told)


class _SpadeBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, seen: int, hidden: int) -> None:
        super().__init__()
        middle = min(inputs, outputs)
        self.conv_0 = nn.Conv2d(inputs, middle, 3, padding=1)
        self.conv_1 = nn.Conv2d(middle, outputs, 3, padding=1)
        self.conv_s = nn.Conv2d(inputs, outputs, 1, bias=False) if inputs != outputs else None
        self.norm_0 = _Spade(inputs, seen, hidden)
        self.norm_1 = _Spade(middle, seen, hidden)
        self.norm_s = _Spade(inputs, seen, hidden) if inputs != outputs else None

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        out = self.conv_0(functional.leaky_relu(self.norm_0(x, seen), _SPADE_LEAK))
        out = self.conv_1(functional.leaky_relu(self.norm_1(out, seen), _SPADE_LEAK))
        kept = x if self.conv_s is None or self.norm_s is None else self.conv_s(self.norm_s(x, seen))
        return kept + out


class _Decoder(nn.Module):
    _MIDDLE = 6

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        wide = 8 * features
        seen = wide // 2
        self.fc = nn.Conv2d(seen, wide, 3, padding=1)
        for number in range(self._MIDDLE):
            setattr(self, f"G_middle_{number}", _SpadeBlock(wide, wide, seen, hidden))
        self.up_0 = _SpadeBlock(wide, seen, seen, hidden)
        self.up_1 = _SpadeBlock(seen, features, seen, hidden)
        self.conv_img = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, seen: Tensor) -> Tensor:
        out = self.fc(seen)
        for number in range(self._MIDDLE):
            out = getattr(self, f"G_middle_{number}")(out, seen)
        for block in (self.up_0, self.up_1):
            out = block(functional.interpolate(out, scale_factor=2), seen)
        return self.conv_img(functional.leaky_relu(out, _SPADE_LEAK)).sigmoid()


def original_shapes(net: Generator) -> dict[str, Sequence[int]]:
    """The entries of the published checkpoint, with the parts of its spectral norms."""
    shapes: dict[str, Sequence[int]] = {}
    for name, tensor in net.state_dict().items():
        shape = tuple(tensor.shape)
        shapes[name] = shape
        if _is_normed(name):
            del shapes[name]
            rows = shape[0]
            columns = tensor.numel() // rows
            shapes |= {f"{name}_orig": shape, f"{name}_u": (rows,), f"{name}_v": (columns,)}
    return shapes


def _is_normed(name: str) -> bool:
    return name.startswith("decoder.") and name.endswith(
        (".conv_0.weight", ".conv_1.weight", ".conv_s.weight")
    )


def folded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The entries with each kernel divided by its spectral norm, uᵀWv (T. Miyato et al. 2018,
    arXiv:1802.05957). Raises WeightsError where a part of one is missing or doesn't fit."""
    out = dict(state)
    for name in [each for each in state if each.endswith(".weight_orig")]:
        base = name.removesuffix("_orig")
        kernel = out.pop(name)
        try:
            out[base] = kernel / spectral_norm(kernel, out.pop(f"{base}_u"), out.pop(f"{base}_v"))
        except (KeyError, RuntimeError) as error:
            raise WeightsError(
                f"The spectral norm of {base} is incomplete ({error}): put the published file in its place."
            ) from error
    return out


def spectral_norm(kernel: Tensor, u: Tensor, v: Tensor) -> Tensor:
    return u.to(kernel) @ (kernel.flatten(1) @ v.to(kernel))
