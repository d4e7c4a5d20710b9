"""Crops to latents and back."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .precision import finite

SIDE = 256
# By which Stable Diffusion's latents are multiplied to have a variance of one.
SCALING = 0.18215


@torch.inference_mode()
def encode_crops(vae: nn.Module, crops: Tensor) -> Tensor:
    """Face crops to what the UNet sees of them: [B, 8, 32, 32], in the network's dtype and on its device.

    crops: uint8 [B, 256, 256, 3], RGB. The first four channels are the crop with its lower half black, the
    others the whole crop; both go through the encoder as one batch of 2B. The distribution's mean is taken,
    as in v1.5's training: the original's inference samples it, unseeded, which flickers. Half precision as in
    `unet.predict`.
    """
    weight = next(vae.parameters())
    whole = crops.to(weight.device).permute(0, 3, 1, 2).contiguous().float() / 255
    masked = whole.clone()
    masked[:, :, SIDE // 2 :] = 0
    pictures = torch.cat([masked, whole]) * 2 - 1
    latents = finite(vae, _encoded, pictures.to(weight.dtype))
    return torch.cat(latents.chunk(2), 1).contiguous()


@torch.inference_mode()
def decode(vae: nn.Module, latents: Tensor) -> Tensor:
    """Latents [B, 4, 32, 32] of `unet.predict` to faces: uint8 [B, 256, 256, 3], RGB, on the VAE's device.

    Half precision as in `unet.predict`.
    """
    weight = next(vae.parameters())
    pictures = finite(vae, _decoded, latents.to(weight).contiguous()).float()
    levels = (pictures / 2 + 0.5).clamp(0, 1) * 255
    # Halves to the even level.
    return levels.round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def _encoded(vae: Any, pictures: Tensor) -> Tensor:
    return vae.encode(pictures).latent_dist.mean * SCALING


def _decoded(vae: Any, latents: Tensor) -> Tensor:
    return vae.decode(latents / SCALING, return_dict=False)[0]
