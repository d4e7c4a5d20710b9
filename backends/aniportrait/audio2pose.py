"""From a voice to the movements of a head: a transformer that writes one pose after another.

Each pose sees those before it, nearer ones more (Press et al. 2022, arXiv:2108.12409), and the sound of its
own frame only, so that the attention on the sound is what its values are. One step of the decoder is spelt
out on the module's weights: the original works all earlier steps out again for each one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, relu

from ...engine.nets.wav2vec2 import build_wav2vec2
from ...engine.weights.state_dict import load_state_dict, load_weights, without_prefix
from .audio2mesh import audio_entries

# Of the original's configuration, and of its class.
AUDIO2POSE_CONFIG: Mapping[str, Any] = {
    "out_dim": 6,
    "latent_dim": 512,
    "layers": 8,
    "heads": 8,
    "feedforward": 1024,
    "identities": 100,
}
# Poses that the network knows positions for.
LONGEST = 600


class _Positions(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("pe", torch.empty(1, LONGEST, width))


class Audio2Pose(nn.Module):
    """audio_encoder: wav2vec2. config: as AUDIO2POSE_CONFIG."""

    def __init__(self, audio_encoder: nn.Module, width: int, config: Mapping[str, Any]) -> None:
        super().__init__()
        latent, heads = config["latent_dim"], config["heads"]
        self.audio_encoder = audio_encoder
        self.pose_map = nn.Linear(config["out_dim"], latent)
        self.in_fn = nn.Linear(width, latent)
        self.PPE = _Positions(latent)
        layer = nn.TransformerDecoderLayer(latent, heads, config["feedforward"], batch_first=True)
        self.transformer_decoder = nn.TransformerDecoder(layer, config["layers"])
        self.pose_map_r = nn.Linear(latent, config["out_dim"])
        self.id_embed = nn.Embedding(config["identities"], latent)


def build_audio2pose(
    config: Mapping[str, Any] | None = None, wav2vec2: Mapping[str, Any] | None = None
) -> Audio2Pose:
    """The network without weights (on the meta device). config, wav2vec2: None for the published ones."""
    encoder: Any = build_wav2vec2(wav2vec2)
    with torch.device("meta"):
        net = Audio2Pose(encoder, encoder.config.hidden_size, config or AUDIO2POSE_CONFIG)
    return net.eval().requires_grad_(False)


def load_audio2pose(
    path: Path, config: Mapping[str, Any] | None = None, wav2vec2: Mapping[str, Any] | None = None
) -> nn.Module:
    """`audio2pose.pt` on the CPU. Raises WeightsError for a damaged or unsafe file and for another
    network's."""
    entries = audio_entries(without_prefix(load_state_dict(path), "pose_map_r.weight"))
    return load_weights(build_audio2pose(config, wav2vec2), entries, path, "AniPortrait's audio2pose")


@torch.inference_mode()
def head_poses(net: Any, hidden: Tensor, identity: int) -> Tensor:
    """One piece's poses float32 [frames, 6], degrees and shifts, before anything is smoothed.

    hidden: wav2vec2's last states [frames, width], at most 600. identity: whose way to move, 0 to 99.
    """
    heard = net.in_fn(hidden)
    layers = [_Layer(layer, heard) for layer in net.transformer_decoder.layers]
    identity_vector = net.id_embed.weight[identity]
    pose, poses = torch.zeros_like(net.pose_map_r.bias), []
    for frame in range(len(heard)):
        x = net.pose_map(pose) + net.PPE.pe[0, frame] + identity_vector
        for layer in layers:
            x = layer(x, frame)
        pose = net.pose_map_r(x)
        poses.append(pose)
    return torch.stack(poses).float()


class _Layer:
    """One layer of the decoder (post-norm, ReLU), frame after frame."""

    def __init__(self, layer: Any, heard: Tensor) -> None:
        self._layer = layer
        attention, listening = layer.self_attn, layer.multihead_attn
        width, self._heads = attention.embed_dim, attention.num_heads
        # With one frame to attend to, what is attended to is that frame's value.
        weight, bias = listening.in_proj_weight[2 * width :], listening.in_proj_bias[2 * width :]
        self._heard = listening.out_proj(linear(heard, weight, bias))
        size = (self._heads, len(heard), width // self._heads)
        self._keys, self._values = heard.new_empty(size), heard.new_empty(size)
        slopes = 2.0 ** (-8 / self._heads * torch.arange(1, self._heads + 1, dtype=torch.float32))
        back = torch.arange(1 - len(heard), 1, dtype=torch.float32)
        self._nearness = (slopes[:, None] * back).to(heard)

    def __call__(self, x: Tensor, frame: int) -> Tensor:
        layer, seen = self._layer, frame + 1
        x = layer.norm1(x + self._attend(x, frame, seen))
        x = layer.norm2(x + self._heard[frame])
        return layer.norm3(x + layer.linear2(relu(layer.linear1(x))))

    def _attend(self, x: Tensor, frame: int, seen: int) -> Tensor:
        attention = self._layer.self_attn
        joint = linear(x, attention.in_proj_weight, attention.in_proj_bias)
        query, key, value = joint.unflatten(0, (3, self._heads, -1))
        self._keys[:, frame], self._values[:, frame] = key, value
        likeness = (self._keys[:, :seen] @ query[:, :, None])[..., 0] / math.sqrt(query.shape[1])
        weights = (likeness + self._nearness[:, -seen:]).softmax(-1)
        return attention.out_proj((weights[:, None] @ self._values[:, :seen]).flatten())
