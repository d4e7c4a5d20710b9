"""LatentSync's UNet: Stable Diffusion's network with 13 input channels and layers that look along the time,
conditioned on 50 audio tokens a frame.

diffusers' UNetMotionModel has all of its parts. What differs is what a GroupNorm takes its mean and variance
over: LatentSync was trained with the resnets' over all frames of a clip and the temporal layers' over each
frame by itself, diffusers has it the other way round. One call of the network is one clip, so that the batch
axis is the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import group_norm

from ...engine.nets.loading import config_beside
from ...engine.nets.motion_unet import TEMPORAL_GROUPS, motion_entries, motion_unet
from ...engine.nets.precision import finite
from ...engine.weights.state_dict import load_state_dict, load_weights, without_prefix

# Of the original's `stage2.yaml` and `stage2_512.yaml`, as far as it describes the network.
UNET_CONFIG: Mapping[str, Any] = {
    "in_channels": 13,
    "out_channels": 4,
    "block_out_channels": [320, 640, 1280, 1280],
    "layers_per_block": 2,
    "cross_attention_dim": 384,
    "attention_head_dim": 8,
    "norm_num_groups": 32,
    "motion_module_kwargs": {"num_attention_heads": 8, "temporal_position_encoding_max_len": 24},
}


class ClipGroupNorm(nn.GroupNorm):
    """A group norm over all frames of a clip together. clips: how many of equal length are handed over."""

    clips = 1

    def forward(self, input: Tensor) -> Tensor:
        """[clips · frames, c, h, w], of the same shape."""
        apart = input.unflatten(0, (self.clips, -1)).transpose(1, 2).contiguous()
        normal = group_norm(apart, self.num_groups, self.weight, self.bias, self.eps)
        return normal.transpose(1, 2).flatten(0, 1).contiguous()


class FrameGroupNorm(nn.GroupNorm):
    """A group norm over each frame by itself, where diffusers hands over whole clips."""

    def forward(self, input: Tensor) -> Tensor:
        """[clips, c, frames, h, w], of the same shape."""
        frames = input.transpose(1, 2)
        normal = super().forward(frames.flatten(0, 1).contiguous())
        return normal.unflatten(0, frames.shape[:2]).transpose(1, 2)


def build_unet(config: Mapping[str, Any] | None = None) -> nn.Module:
    """The network without weights (on the meta device), its temporal layers' positions too.

    config: as the original's configuration has it, None for the published one.
    """
    with torch.device("meta"):
        unet = motion_unet(config or UNET_CONFIG, mid_block=False)
        for block in (*unet.down_blocks, unet.mid_block, *unet.up_blocks):
            for resnet in block.resnets:
                resnet.norm1, resnet.norm2 = _clip_norm(resnet.norm1), _clip_norm(resnet.norm2)
            for layer in getattr(block, "motion_modules", ()):
                layer.norm = FrameGroupNorm(TEMPORAL_GROUPS, layer.norm.num_channels, layer.norm.eps)
        unet.conv_norm_out = _clip_norm(unet.conv_norm_out)
    return unet.eval().requires_grad_(False)


def _clip_norm(norm: nn.GroupNorm) -> ClipGroupNorm:
    return ClipGroupNorm(norm.num_groups, norm.num_channels, norm.eps)


def load_unet(
    path: Path, config: Mapping[str, Any] | None = None, dtype: torch.dtype = torch.float32
) -> nn.Module:
    """LatentSync's UNet (`latentsync_unet.pt`, safetensors, with the original's names or diffusers') on the
    CPU, in evaluation mode.

    config: None for the json beside the file, or the published one where there is none. Weights that have the
    dtype already stay mapped from the file. Raises WeightsError for a damaged or unsafe file and for another
    network's.
    """
    entries = motion_entries(without_prefix(load_state_dict(path), "conv_in.weight"))
    net = build_unet(config or config_beside(path, "motion_module_kwargs"))
    return load_weights(net, entries, path, "LatentSync's UNet", dtype=dtype)


@torch.inference_mode()
def predict(unet: nn.Module, latents: Tensor, tokens: Tensor, timestep: int) -> Tensor:
    """The noise in the latents of clips: [clips, frames, 4, h, w], in the network's dtype and on its device.

    latents: [clips, frames, 13, h, w], the noisy ones and `denoise.condition`'s; at most 24 frames, for which
    the temporal layers have positions. tokens: [clips, frames, 50, 384]. In half precision a clip that
    overflows is worked out again in float32. Raises WeightsError where even that is not a number.
    """
    weight = next(unet.parameters())
    norms = [module for module in unet.modules() if isinstance(module, ClipGroupNorm)]

    def call(net: nn.Module, latents: Tensor, tokens: Tensor) -> Tensor:
        for norm in norms:
            norm.clips = len(latents)
        seen, heard = latents.transpose(1, 2), tokens.flatten(0, 1)
        noise: Tensor = net(seen, timestep, encoder_hidden_states=heard, return_dict=False)[0]
        return noise.transpose(1, 2)

    return finite(unet, call, latents.to(weight), tokens.to(weight))
