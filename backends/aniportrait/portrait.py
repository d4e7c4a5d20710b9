"""What the networks are told of the portrait: its latents, and one token of what CLIP sees in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from ...engine.nets.loading import config_beside
from ...engine.weights.state_dict import load_state_dict, load_weights

# `image_encoder/config.json` of lambdalabs/sd-image-variations-diffusers: ViT-L/14 with its projection.
CLIP_CONFIG: Mapping[str, Any] = {
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "image_size": 224,
    "patch_size": 14,
    "projection_dim": 768,
    "hidden_act": "quick_gelu",
    "layer_norm_eps": 1e-5,
    "num_channels": 3,
}
# CLIP's own mean and standard deviation of pictures' channels.
_MEAN, _DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
# A table of whole numbers that files of before transformers 4.31 have.
_UNUSED = "vision_model.embeddings.position_ids"


def build_clip(config: Mapping[str, Any] | None = None) -> nn.Module:
    """transformers' CLIPVisionModelWithProjection without weights (on the meta device). config: None for the
    published one."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    known = {name: (config or {}).get(name, value) for name, value in CLIP_CONFIG.items()}
    with torch.device("meta"):
        net = CLIPVisionModelWithProjection(CLIPVisionConfig(**known))
    # Positions' numbers are no weights, and would stay on the meta device.
    net.vision_model.embeddings.position_ids = torch.arange(net.vision_model.embeddings.num_positions).expand(
        1, -1
    )
    return net.eval().requires_grad_(False)


def load_clip(
    path: Path, config: Mapping[str, Any] | None = None, dtype: torch.dtype = torch.float32
) -> nn.Module:
    """The image encoder on the CPU. config: None for the json beside the file, or the published one. Raises
    WeightsError for a damaged or unsafe file and for another network's."""
    entries = {name: tensor for name, tensor in load_state_dict(path).items() if name != _UNUSED}
    net = build_clip(config or config_beside(path, "projection_dim"))
    return load_weights(net, entries, path, "CLIP's image encoder (ViT-L/14)", dtype=dtype)


@torch.inference_mode()
def embedding(net: Any, picture: np.ndarray) -> Tensor:
    """[1, 1, width] of a picture uint8 [h, w, 3], RGB, squeezed to 224×224; in the network's dtype and on its
    device."""
    side = net.config.image_size
    small = np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC), np.float32)
    seen = (small / 255 - np.array(_MEAN, np.float32)) / np.array(_DEVIATION, np.float32)
    weight = next(net.parameters())
    pixels = torch.from_numpy(seen).permute(2, 0, 1)[None].contiguous()
    made: Tensor = net(pixels.to(weight)).image_embeds
    return made[:, None]
