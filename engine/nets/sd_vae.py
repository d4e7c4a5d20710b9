"""The image autoencoder between pixels and latents: Stable Diffusion's, fine-tuned (sd-vae-ft-mse)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn

from .precision import finite

# `config.json` of stabilityai/sd-vae-ft-mse.
VAE_CONFIG: Mapping[str, Any] = {
    "act_fn": "silu",
    "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "in_channels": 3,
    "latent_channels": 4,
    "layers_per_block": 2,
    "norm_num_groups": 32,
    "out_channels": 3,
    "sample_size": 256,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
}

LATENT_CHANNELS = 4
# Pixels of a picture for one of its latents, along each side.
PIXELS = 8
# By which Stable Diffusion's latents are multiplied to have a variance of one.
SCALING = 0.18215

# Names of the attention in the middle in files from before diffusers 0.12, which the published one is.
_OLD_NAMES = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
_OLD = re.compile(r"(mid_block\.attentions\.\d+\.)(query|key|value|proj_attn)\.")
_PROJECTION = re.compile(r"mid_block\.attentions\.\d+\.(to_q|to_k|to_v|to_out\.0)\.weight$")


def build_vae(config: Mapping[str, Any] | None = None) -> nn.Module:
    """The network without weights (on the meta device). config: as sd-vae-ft-mse's `config.json`, None for
    that; entries with a leading underscore don't count."""
    given = {name: value for name, value in (config or VAE_CONFIG).items() if not name.startswith("_")}
    with torch.device("meta"):
        vae = AutoencoderKL.from_config(given)
    for module in vae.modules():
        if isinstance(module, nn.SiLU):
            # It always follows a norm, whose result nothing else reads: 33 MB and more at full size.
            module.inplace = True
    return vae.eval().requires_grad_(False)


def vae_entries(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A checkpoint under the attention's present names, its 1×1 convolutions as matrices."""
    entries = {}
    for name, tensor in state.items():
        key = _OLD.sub(lambda match: f"{match[1]}{_OLD_NAMES[match[2]]}.", name)
        is_convolution = tensor.ndim == 4 and _PROJECTION.search(key)
        entries[key] = tensor[:, :, 0, 0] if is_convolution else tensor
    return entries


def pixels(pictures: np.ndarray) -> Tensor:
    """float32 [B, 3, h, w], −1..1, of pictures uint8 [B, h, w, 3]."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous().float() / 255 * 2 - 1


@torch.inference_mode()
def encode(vae: nn.Module, pictures: Tensor, noise: Tensor | None = None) -> Tensor:
    """Pictures [B, 3, h, w], −1..1, to latents [B, 4, h/8, w/8], in the network's dtype and on its device.

    The distribution's mean is taken; with noise (normal, of the latents' shape) it is sampled. Half precision
    as in `precision.finite`.
    """
    weight = next(vae.parameters())
    if noise is None:
        return finite(vae, _encoded, pictures.to(weight.dtype))
    return finite(vae, _sampled, pictures.to(weight.dtype), noise.to(weight))


@torch.inference_mode()
def decode(vae: nn.Module, latents: Tensor) -> Tensor:
    """Latents [B, 4, h/8, w/8] to pictures: uint8 [B, h, w, 3], RGB, on the VAE's device.

    Half precision as in `precision.finite`.
    """
    levels = (decode_exactly(vae, latents) / 2 + 0.5).clamp(0, 1) * 255
    # Halves to the even level.
    return levels.round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()


@torch.inference_mode()
def decode_exactly(vae: nn.Module, latents: Tensor) -> Tensor:
    """`decode` before it is cut to 8 bits: float32 [B, 3, h, w], about −1..1."""
    return finite(vae, _decoded, latents.to(next(vae.parameters())).contiguous()).float()


def _encoded(vae: Any, pictures: Tensor) -> Tensor:
    return vae.encode(pictures).latent_dist.mean * SCALING


def _sampled(vae: Any, pictures: Tensor, noise: Tensor) -> Tensor:
    latents = vae.encode(pictures).latent_dist
    return (latents.mean + latents.std * noise) * SCALING


def _decoded(vae: Any, latents: Tensor) -> Tensor:
    return vae.decode(latents / SCALING, return_dict=False)[0]
