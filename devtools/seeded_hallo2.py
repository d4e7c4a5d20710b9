"""Hallo2's files with seeded weights: what tests and benchmarks run.

What such networks paint is noise; everything around them is real.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from lipsync_studio.backends.hallo2.models import Conditions, build_networks
from lipsync_studio.backends.hallo2.parity import seeded_networks
from lipsync_studio.devtools.seeded_motion import published_entries
from lipsync_studio.devtools.seeded_musetalk import SMALL_VAE
from lipsync_studio.engine.nets.wav2vec2 import WAV2VEC2_CONFIG, build_wav2vec2
from lipsync_studio.engine.parity import seed

# The temporal layers' norms have 32 groups whatever the width.
_UNET: Mapping[str, Any] = {
    "in_channels": 4,
    "out_channels": 4,
    "block_out_channels": [32, 32, 32, 32],
    "layers_per_block": 1,
    "cross_attention_dim": 16,
    "attention_head_dim": 4,
    "norm_num_groups": 8,
    "sample_size": 8,
    "audio_attention_dim": 16,
    "motion_module_kwargs": {"num_attention_heads": 4, "temporal_position_encoding_max_len": 32},
}
SMALL_WAV2VEC2: Mapping[str, Any] = {
    **WAV2VEC2_CONFIG, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 32, "conv_dim": [16] * 7,
}  # fmt: skip
# Squares of 64 pixels.
SMALL: Mapping[str, Any] = {
    "denoising": _UNET,
    "reference": _UNET,
    "face_locator": {"conditioning_embedding_channels": 32},
    "image_proj": {"cross_attention_dim": 16, "clip_embeddings_dim": 512},
    "audio_proj": {"blocks": 2, "channels": 16, "intermediate_dim": 16, "output_dim": 16},
    "vae": SMALL_VAE,
}


def seeded(config: Mapping[str, Any] = SMALL) -> tuple[nn.Module, nn.Module, Conditions, int]:
    """As `models.load_networks`."""
    nets = seeded_networks(config)
    conditions = Conditions(nets.locator, nets.image_projection, nets.audio_projection)
    return nets.denoiser, nets.reference, conditions, build_networks(config)[3]


def seeded_wav2vec2(config: Mapping[str, Any] = SMALL_WAV2VEC2) -> nn.Module:
    return seed(build_wav2vec2(config), scale=0.7)


def net_entries(config: Mapping[str, Any] = SMALL) -> dict[str, Tensor]:
    """What `net.pth` holds, under its names."""
    denoiser, reference, conditions, _ = seeded(config)
    parts = {
        "denoising_unet": published_entries(denoiser),
        "reference_unet": reference.state_dict(),
        "face_locator": conditions.locator.state_dict(),
        "imageproj": conditions.image_projection.state_dict(),
        "audioproj": conditions.audio_projection.state_dict(),
    }
    return {f"{part}.{name}": tensor for part, state in parts.items() for name, tensor in state.items()}


def write_networks(hallo2: Path, aligners: Path, config: Mapping[str, Any] = SMALL) -> None:
    """Both files and their descriptions, in the models folders `hallo2` and `lipsync_align`."""
    hallo2.mkdir(parents=True, exist_ok=True)
    torch.save(net_entries(config), hallo2 / "net.pth")
    (hallo2 / "net.json").write_text(json.dumps({name: config[name] for name in config if name != "vae"}))
    folder = aligners / "wav2vec2-base-960h"
    folder.mkdir(parents=True, exist_ok=True)
    state = {f"wav2vec2.{name}": tensor for name, tensor in seeded_wav2vec2().state_dict().items()}
    save_file(state, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(dict(SMALL_WAV2VEC2)))
