"""Networks that several engines share, from every file they are published as."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..errors import WeightsError
from ..weights.state_dict import load_state_dict, load_weights, recognised
from .sd_vae import build_vae, vae_entries
from .whisper_encoder import build_whisper_encoder, encoder_config, encoder_entries

Config = Mapping[str, Any]


def load_vae(path: Path, config: Config | None = None, dtype: torch.dtype = torch.float32) -> nn.Module:
    """The autoencoder sd-vae-ft-mse on the CPU, in evaluation mode; the attention's names before diffusers
    0.12 will do.

    config: None for the json beside the file, or the published one where there is none. Weights that have
    the dtype already stay mapped from the file. Raises WeightsError for a damaged or unsafe file and for
    another network's."""
    net = build_vae(config or config_beside(path, "latent_channels"))
    return load_weights(net, vae_entries(load_state_dict(path)), path, "the VAE sd-vae-ft-mse", dtype=dtype)


def load_whisper_encoder(
    path: Path, config: Config | None = None, dtype: torch.dtype = torch.float32
) -> nn.Module:
    """The audio encoder of Whisper as `load_vae`, from a file of Hugging Face or
    OpenAI's `tiny.pt`. Without a json, the sizes are read off the weights."""
    state = load_state_dict(path)
    entries = encoder_entries(state)
    if not {"conv1.weight", "embed_positions.weight", "layers.0.fc1.weight"} <= entries.keys():
        found = recognised(state) or "some other network's"
        raise WeightsError(
            f"{path} doesn't hold a Whisper model's audio encoder: it seems to be {found}; put "
            "whisper-tiny's model.safetensors in its place."
        )
    del state
    beside = None if path.suffix == ".pt" else config_beside(path, "d_model")
    net = build_whisper_encoder(config or beside or encoder_config(entries))
    return load_weights(net, entries, path, "Whisper's audio encoder", dtype=dtype)


def config_beside(path: Path, mark: str) -> Config | None:
    """The first json next to a file that has the entry `mark`."""
    for place in (path.with_suffix(".json"), path.with_name("musetalk.json"), path.with_name("config.json")):
        if place.is_file():
            try:
                config = json.loads(place.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise WeightsError(f"{place} can't be read ({error}): fetch it again.") from error
            if isinstance(config, dict) and mark in config:
                return config
    return None
