"""The network that turns pose pictures into what is added to the denoising network's layers.

Its batch norms take mean and variance over the frames it is given, in use as in training: what it makes of a
frame depends on the window. It was built to compare with the portrait's own pose, but the attention that
should do so looks at its own input, so that pose makes no difference and is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.attention import BasicTransformerBlock
from torch import Tensor, nn
from torch.nn.functional import batch_norm

from ...engine.weights.state_dict import load_state_dict, load_weights, without_prefix

# Of the original's PoseGuider.
POSE_GUIDER_CONFIG: Mapping[str, Any] = {
    "noise_latent_channels": 320,
    "cross_attention": {"num_attention_heads": 16, "attention_head_dim": 88},
}
# Of each convolution that sees pixels: channels in and out, size, stride.
_PIXELS = (
    (3, 3, 3, 1), (3, 16, 4, 2), (16, 16, 3, 1), (16, 32, 4, 2),
    (32, 32, 3, 1), (32, 64, 4, 2), (64, 64, 3, 1), (64, 128, 3, 1),
)  # fmt: skip
_GROUPS = 32


class WindowBatchNorm(nn.BatchNorm2d):
    """A batch norm by the mean and variance of what it is given, always."""

    def forward(self, input: Tensor) -> Tensor:
        """[N, c, h, w], of the same shape."""
        # Over channels-last tensors torch's sums on the CPU are a per cent off.
        return batch_norm(input.contiguous(), None, None, self.weight, self.bias, True, 0.0, self.eps)


def _convolutions(rows: Sequence[tuple[int, int, int, int]]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs, size, stride in rows:
        layers += [
            nn.Conv2d(inputs, outputs, size, stride, padding=1),
            WindowBatchNorm(outputs),
            nn.ReLU(),
        ]
    return nn.Sequential(*layers)


class _SelfAttention(nn.Module):
    """Over the places of each frame. [N, c, h, w], of the same shape."""

    def __init__(self, channels: int, heads: int, head_dim: int) -> None:
        super().__init__()
        inner = heads * head_dim
        self.norm = nn.GroupNorm(_GROUPS, channels, eps=1e-6)
        self.proj_in = nn.Conv2d(channels, inner, 1)
        self.transformer_blocks = nn.ModuleList([BasicTransformerBlock(inner, heads, head_dim)])
        self.proj_out = nn.Conv2d(inner, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.proj_in(self.norm(x))
        size = tokens.shape[2:]
        tokens = tokens.flatten(2).transpose(1, 2)
        for block in self.transformer_blocks:
            tokens = block(tokens)
        return self.proj_out(tokens.transpose(1, 2).unflatten(2, size).contiguous()) + x


class PoseGuider(nn.Module):
    """channels: of the denoising network's first layers."""

    def __init__(self, channels: int, heads: int, head_dim: int) -> None:
        super().__init__()
        self.conv_layers = _convolutions(_PIXELS)
        self.final_proj = nn.Conv2d(_PIXELS[-1][1], channels, 1)
        self.scale = nn.Parameter(torch.ones(1))
        wide = [channels, channels, 2 * channels, 4 * channels]
        for number, (inputs, outputs) in enumerate(zip(wide, wide[1:], strict=False), 1):
            rows = ((inputs, inputs, 3, 1), (inputs, outputs, 3, 2))
            self.add_module(f"conv_layers_{number}", _convolutions(rows))
        self.conv_layers_4 = _convolutions(((wide[-1], wide[-1], 3, 1),))
        for number, outputs in enumerate((*wide[1:], wide[-1]), 1):
            self.add_module(f"cross_attn{number}", _SelfAttention(outputs, heads, head_dim))

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Pose pictures of one window [N, 3, h, w], 0..1, to five features [N, c, …]: at an eighth of the
        size, then half of it each time, the last two of one size."""
        x = self.final_proj(self.conv_layers(pictures)) * self.scale
        features = [x]
        for number in range(1, 5):
            x = self.get_submodule(f"conv_layers_{number}")(x)
            x = self.get_submodule(f"cross_attn{number}")(x)
            features.append(x)
        return features


def build_pose_guider(config: Mapping[str, Any] | None = None) -> PoseGuider:
    """The network without weights (on the meta device). config: None for the published one."""
    given = config or POSE_GUIDER_CONFIG
    attention = given["cross_attention"]
    with torch.device("meta"):
        net = PoseGuider(
            given["noise_latent_channels"], attention["num_attention_heads"], attention["attention_head_dim"]
        )
    return net.eval().requires_grad_(False)


def load_pose_guider(
    path: Path, config: Mapping[str, Any] | None = None, dtype: torch.dtype = torch.float32
) -> nn.Module:
    """`pose_guider.pth` on the CPU. Raises WeightsError for a damaged or unsafe file and for another
    network's."""
    entries = without_prefix(load_state_dict(path), "final_proj.weight")
    return load_weights(build_pose_guider(config), entries, path, "AniPortrait's pose guider", dtype=dtype)


@torch.inference_mode()
def guide(net: nn.Module, pictures: np.ndarray, *, unscaled: bool = False) -> list[Tensor]:
    """The features of `PoseGuider` of a window's pose pictures uint8 [N, h, w, 3], on its device.

    The network was trained on 0..1. unscaled: as the original hands them over, −1..509, which the batch norms
    bring back to about the same.
    """
    weight = next(net.parameters())
    seen = torch.from_numpy(pictures).to(weight.device).permute(0, 3, 1, 2).contiguous().to(weight.dtype)
    count = len(seen)
    if count == 1:
        # Of a single picture of 64 pixels one value of each channel is left at the end, of which a norm can't
        # take a variance; a picture that is there twice has the same mean and variance as once.
        seen = seen.repeat(2, 1, 1, 1)
    features: list[Tensor] = net(seen * 2 - 1 if unscaled else seen / 255)
    return [each[:count] for each in features]
