"""AniPortrait's files with seeded weights, small or at full size: what tests and benchmarks run.

What such networks paint is noise; everything around them is real.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.embeddings import SinusoidalPositionalEmbedding
from torch import Tensor, nn

from lipsync_studio.backends.aniportrait.audio2mesh import build_audio2mesh
from lipsync_studio.backends.aniportrait.audio2pose import LONGEST, build_audio2pose
from lipsync_studio.backends.aniportrait.portrait import CLIP_CONFIG, build_clip
from lipsync_studio.backends.aniportrait.pose_guider import build_pose_guider
from lipsync_studio.devtools.seeded_motion import published_entries
from lipsync_studio.engine.nets.motion_unet import (
    SD15_MOTION_CONFIG,
    build_motion_unet,
    build_reference_unet,
)
from lipsync_studio.engine.nets.seeded import seed_motion_unet
from lipsync_studio.engine.nets.wav2vec2 import WAV2VEC2_CONFIG
from lipsync_studio.engine.parity import seed

# The pose guider's features are as wide as the UNet's blocks, and its norms have 32 groups.
SMALL_UNET: Mapping[str, Any] = {
    **SD15_MOTION_CONFIG,
    "block_out_channels": [32, 64, 128, 128],
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "cross_attention_dim": 16,
}
SMALL_GUIDER: Mapping[str, Any] = {
    "noise_latent_channels": 32,
    "cross_attention": {"num_attention_heads": 2, "attention_head_dim": 8},
}
SMALL_CLIP: Mapping[str, Any] = {
    **CLIP_CONFIG, "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1,
    "num_attention_heads": 4, "patch_size": 56, "projection_dim": 16,
}  # fmt: skip
SMALL_AUDIO: Mapping[str, Any] = {
    "wav2vec2": {
        **WAV2VEC2_CONFIG, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
        "intermediate_size": 64, "conv_dim": [32] * 7,
    },
    "audio2mesh": {"out_dim": 1404, "latent_dim": 16},
    "audio2pose": {
        "out_dim": 6, "latent_dim": 16, "layers": 2, "heads": 8, "feedforward": 32, "identities": 100,
    },
}  # fmt: skip
# The mesh's movements are some centimetres where weights are noise; a face is not to fall apart.
_CALM = 0.05


def seeded_denoiser(config: Mapping[str, Any] | None = SMALL_UNET) -> nn.Module:
    made: nn.Module = seed_motion_unet(build_motion_unet(config))
    return made


def seeded_reference(config: Mapping[str, Any] | None = SMALL_UNET) -> nn.Module:
    return seed(build_reference_unet(config))


def seeded_guider(config: Mapping[str, Any] | None = SMALL_GUIDER) -> nn.Module:
    return seed(build_pose_guider(config))


def seeded_clip(config: Mapping[str, Any] | None = SMALL_CLIP) -> nn.Module:
    return seed(build_clip(config))


def seeded_mesh(audio: Mapping[str, Any] = SMALL_AUDIO) -> nn.Module:
    net = seed(build_audio2mesh(audio.get("audio2mesh"), audio.get("wav2vec2")))
    for name, tensor in net.state_dict().items():
        if name.startswith("out_fn."):
            tensor *= _CALM
    return net


def seeded_head(audio: Mapping[str, Any] = SMALL_AUDIO) -> nn.Module:
    net = seed(build_audio2pose(audio.get("audio2pose"), audio.get("wav2vec2")))
    positions = net.get_buffer("PPE.pe")
    sinusoid: Any = SinusoidalPositionalEmbedding(positions.shape[2], LONGEST).pe
    positions.copy_(sinusoid)
    return net


def published_denoiser(net: nn.Module) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The entries of `denoising_unet.pth` and of `motion_module.pth`."""
    state = published_entries(net)
    motion = {name: tensor for name, tensor in state.items() if ".motion_modules." in name}
    return {name: tensor for name, tensor in state.items() if name not in motion}, motion


def write_aniportrait(folder: Path) -> None:
    """Small networks as published, with their descriptions, and a template of head poses; without the
    autoencoder, which is MuseTalk's."""
    (folder / "image_encoder").mkdir(parents=True, exist_ok=True)
    plain, motion = published_denoiser(seeded_denoiser())
    for name, state, config in (
        ("denoising_unet.pth", plain, SMALL_UNET),
        ("motion_module.pth", motion, None),
        ("reference_unet.pth", seeded_reference().state_dict(), None),
        ("pose_guider.pth", seeded_guider().state_dict(), SMALL_GUIDER),
        ("audio2mesh.pt", seeded_mesh().state_dict(), SMALL_AUDIO),
        ("audio2pose.pt", seeded_head().state_dict(), None),
        ("image_encoder/pytorch_model.bin", seeded_clip().state_dict(), SMALL_CLIP),
    ):
        path = folder / name
        torch.save(dict(state), path)
        if config is not None:
            path.with_suffix(".json").write_text(json.dumps(config))
    turns = np.sin(np.linspace(0, np.pi, 20))[:, None] * (4, 8, 2, 0.2, 0.1, 0)
    np.save(folder / "pose_temp.npy", turns)
