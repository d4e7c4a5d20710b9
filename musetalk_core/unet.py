"""MuseTalk's UNet: the network of Stable Diffusion 1 with 8 input channels, conditioned on 50 audio tokens.

It is called once, at time step 0, and its output is the clean latent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.embeddings import TimestepEmbedding
from torch import Tensor, nn

from ..engine.compose.transform import SIDE
from ..engine.nets.loading import Config, config_beside
from ..engine.nets.precision import finite
from ..engine.nets.sd_vae import encode
from ..engine.weights.state_dict import load_state_dict, load_weights

# `musetalk.json`, the same for every version. `attention_head_dim` is the number of heads, by diffusers' old
# naming.
UNET_CONFIG: Mapping[str, Any] = {
    "act_fn": "silu",
    "attention_head_dim": 8,
    "block_out_channels": [320, 640, 1280, 1280],
    "center_input_sample": False,
    "cross_attention_dim": 384,
    "down_block_types": [*["CrossAttnDownBlock2D"] * 3, "DownBlock2D"],
    "downsample_padding": 1,
    "flip_sin_to_cos": True,
    "freq_shift": 0,
    "in_channels": 8,
    "layers_per_block": 2,
    "mid_block_scale_factor": 1,
    "norm_eps": 1e-05,
    "norm_num_groups": 32,
    "out_channels": 4,
    "sample_size": 64,
    "up_block_types": ["UpBlock2D", *["CrossAttnUpBlock2D"] * 3],
}


class ConstantTimeEmbedding(TimestepEmbedding):
    """The embedding of a time step that is always the same: worked out once for each device and dtype.

    Entries of the state dict are those of its base.
    """

    def __init__(self, in_channels: int, time_embed_dim: int, act_fn: str = "silu") -> None:
        super().__init__(in_channels, time_embed_dim, act_fn)
        self._known: dict[tuple[torch.device, torch.dtype], Tensor] = {}

    def forward(self, sample: Tensor, condition: Tensor | None = None) -> Tensor:
        """[1, time_embed_dim], which broadcasts over the batch."""
        weight = self.linear_1.weight
        key = (weight.device, weight.dtype)
        if key not in self._known:
            self._known[key] = super().forward(sample[:1])
        return self._known[key]

    def _load_from_state_dict(self, *arguments: Any, **options: Any) -> None:
        self._known.clear()
        super()._load_from_state_dict(*arguments, **options)


def build_unet(config: Mapping[str, Any] | None = None) -> nn.Module:
    """The network without weights (on the meta device). config: as `musetalk.json`, None for the published
    one; entries with a leading underscore don't count."""
    given = {name: value for name, value in (config or UNET_CONFIG).items() if not name.startswith("_")}
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(given)
        plain = unet.time_embedding
        unet.time_embedding = ConstantTimeEmbedding(
            plain.linear_1.in_features, plain.linear_1.out_features, unet.config["act_fn"]
        )
    return unet.eval().requires_grad_(False)


def load_unet(path: Path, config: Config | None = None, dtype: torch.dtype = torch.float32) -> nn.Module:
    """MuseTalk's UNet (`unet.pth`, `pytorch_model.bin`, safetensors) on the CPU, in evaluation mode.

    config: None for the json beside the file (of its own name, `musetalk.json` or `config.json`), or the
    published one where there is none. Weights that have the dtype already stay mapped from the file.
    Raises WeightsError for a damaged or unsafe file and for another network's.
    """
    net = build_unet(config or config_beside(path, "cross_attention_dim"))
    return load_weights(net, load_state_dict(path), path, "MuseTalk's UNet", dtype=dtype)


@lru_cache(maxsize=1)
def positional_encoding(tokens: int, width: int) -> Tensor:
    """float32 [tokens, width]: sines in the even columns, cosines in the odd ones, as in "Attention Is All
    You Need" (arXiv:1706.03762, section 3.5)."""
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    angles = torch.arange(tokens)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1)


@torch.inference_mode()
def encode_crops(vae: nn.Module, crops: Tensor) -> Tensor:
    """Face crops to what the UNet sees of them: [B, 8, 32, 32], in the VAE's dtype and on its device.

    crops: uint8 [B, 256, 256, 3], RGB. The first four channels are the crop with its lower half black, the
    others the whole crop; both go through the encoder as one batch of 2B. The distribution's mean is taken,
    as in v1.5's training: the original's inference samples it, unseeded, which flickers.
    """
    device = next(vae.parameters()).device
    whole = crops.to(device).permute(0, 3, 1, 2).contiguous().float() / 255
    masked = whole.clone()
    masked[:, :, SIDE // 2 :] = 0
    latents = encode(vae, torch.cat([masked, whole]) * 2 - 1)
    return torch.cat(latents.chunk(2), 1).contiguous()


@torch.inference_mode()
def predict(unet: nn.Module, latents: Tensor, tokens: Tensor, *, positions: bool = True) -> Tensor:
    """The latents of the faces that speak: [B, 4, 32, 32], in the network's dtype and on its device.

    latents: [B, 8, 32, 32] of `encode_crops`. tokens: [B, 50, 384] of `windows`. positions: add the
    sinusoids, as all published results do. In half precision a sample that overflows is worked out again in
    float32. Raises WeightsError where even that is not a number.
    """
    weight = next(unet.parameters())
    if positions:
        # In the dtype of the network, as the original has it.
        tokens = tokens.to(weight) + positional_encoding(*tokens.shape[1:]).to(weight)
    return finite(unet, _call, latents.to(weight).contiguous(), tokens.to(weight))


def _call(unet: nn.Module, latents: Tensor, tokens: Tensor) -> Tensor:
    return unet(latents, 0, encoder_hidden_states=tokens, return_dict=False)[0]
