"""From a voice to the movements of a face: how far each of 468 points is from where the portrait has it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...engine.nets.wav2vec2 import build_wav2vec2, wav2vec2_entries
from ...engine.weights.state_dict import load_state_dict, load_weights, without_prefix

# Of the original's configuration.
AUDIO2MESH_CONFIG: Mapping[str, Any] = {"out_dim": 1404, "latent_dim": 512}
_ENCODER = "audio_encoder."


class Audio2Mesh(nn.Module):
    """audio_encoder: wav2vec2, whose states of `width` numbers become `outputs` ones."""

    def __init__(self, audio_encoder: nn.Module, width: int, latent: int, outputs: int) -> None:
        super().__init__()
        self.audio_encoder = audio_encoder
        self.in_fn = nn.Linear(width, latent)
        self.out_fn = nn.Linear(latent, outputs)


def build_audio2mesh(
    config: Mapping[str, Any] | None = None, wav2vec2: Mapping[str, Any] | None = None
) -> Audio2Mesh:
    """The network without weights (on the meta device). config, wav2vec2: None for the published ones."""
    given = config or AUDIO2MESH_CONFIG
    encoder: Any = build_wav2vec2(wav2vec2)
    with torch.device("meta"):
        net = Audio2Mesh(encoder, encoder.config.hidden_size, given["latent_dim"], given["out_dim"])
    return net.eval().requires_grad_(False)


def audio_entries(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A checkpoint of a network that has wav2vec2 inside, under this network's names."""
    inside = {
        name.removeprefix(_ENCODER): tensor for name, tensor in state.items() if name.startswith(_ENCODER)
    }
    own = {name: tensor for name, tensor in state.items() if not name.startswith(_ENCODER)}
    return own | {_ENCODER + name: tensor for name, tensor in wav2vec2_entries(inside).items()}


def load_audio2mesh(
    path: Path, config: Mapping[str, Any] | None = None, wav2vec2: Mapping[str, Any] | None = None
) -> nn.Module:
    """`audio2mesh.pt` on the CPU. Raises WeightsError for a damaged or unsafe file and for another
    network's."""
    entries = audio_entries(without_prefix(load_state_dict(path), "out_fn.weight"))
    return load_weights(build_audio2mesh(config, wav2vec2), entries, path, "AniPortrait's audio2mesh")


@torch.inference_mode()
def face_movements(net: Any, hidden: Tensor) -> Tensor:
    """float32 [frames, 468, 3], cm, of wav2vec2's last states [frames, width]."""
    return net.out_fn(net.in_fn(hidden)).float().unflatten(-1, (-1, 3))
