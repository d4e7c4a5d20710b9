"""MuseTalk's files with seeded weights, small or at full size: what tests and benchmarks run.

What such networks paint is noise; everything around them is real.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from lipsync_studio.engine.faces.bisenet import BiSeNet
from lipsync_studio.engine.nets.sd_vae import VAE_CONFIG, build_vae
from lipsync_studio.engine.nets.whisper_encoder import WHISPER_TINY_CONFIG, build_whisper_encoder
from lipsync_studio.engine.parity import seed
from lipsync_studio.musetalk_core.unet import UNET_CONFIG, build_unet

_SMALL = {"norm_num_groups": 8, "layers_per_block": 1}
SMALL_UNET: Mapping[str, Any] = {**UNET_CONFIG, **_SMALL, "block_out_channels": [16, 16, 32, 32]}
SMALL_VAE: Mapping[str, Any] = {**VAE_CONFIG, **_SMALL, "block_out_channels": [8, 8, 16, 16]}

UNETS = {"v1.5": "musetalkV15/unet.pth", "v1.0": "musetalk/pytorch_model.bin"}


def seeded_unet(config: Mapping[str, Any] = SMALL_UNET) -> nn.Module:
    return seed(build_unet(config))


def seeded_vae(config: Mapping[str, Any] = SMALL_VAE) -> nn.Module:
    return seed(build_vae(config))


def seeded_whisper() -> nn.Module:
    """At full size, which is small."""
    return seed(build_whisper_encoder(WHISPER_TINY_CONFIG))


def seeded_parser() -> nn.Module:
    """At full size; there is no smaller one."""
    return seed(BiSeNet())


def write_seeded(folder: Path) -> None:
    """Small networks of both versions in the layout of the v1.5 README, with their descriptions."""
    unet = seeded_unet().state_dict()
    for place in UNETS.values():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(unet, path)
        path.with_name("musetalk.json").write_text(json.dumps(dict(SMALL_UNET)))
    vae = folder / "sd-vae" / "diffusion_pytorch_model.safetensors"
    whisper = folder / "whisper" / "model.safetensors"
    parser = folder / "face-parse-bisent" / "79999_iter.pth"
    for path in (vae, whisper, parser):
        path.parent.mkdir(parents=True, exist_ok=True)
    save_file(dict(seeded_vae().state_dict()), vae)
    vae.with_name("config.json").write_text(json.dumps(dict(SMALL_VAE)))
    entries = seeded_whisper().state_dict()
    save_file({f"model.encoder.{key}": value for key, value in entries.items()}, whisper)
    torch.save(seeded_parser().state_dict(), parser)
