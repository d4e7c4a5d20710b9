"""wav2vec2 as engines that animate pictures listen by it: one state of each layer for every frame of video.

The convolutions' 50 features a second are brought to the video's frame rate before the transformer sees them,
so that its states are the frames'. The forward pass is spelt out on the module's weights, because how
transformers hands out the states between layers depends on its version.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from ..errors import WeightsError
from ..weights.state_dict import load_state_dict, load_weights, recognised
from .loading import config_beside

# Samples a second that it hears, and what `Wav2Vec2FeatureExtractor` keeps a variance above.
RATE = 16000
_EPSILON = 1e-7
# `config.json` of facebook/wav2vec2-base-960h, as far as it describes the network.
WAV2VEC2_CONFIG: Mapping[str, Any] = {
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "conv_dim": [512] * 7,
    "conv_kernel": [10, 3, 3, 3, 3, 2, 2],
    "conv_stride": [5, 2, 2, 2, 2, 2, 2],
    "conv_bias": False,
    "feat_extract_norm": "group",
    "feat_extract_activation": "gelu",
    "hidden_act": "gelu",
    "do_stable_layer_norm": False,
    "layer_norm_eps": 1e-05,
    "num_conv_pos_embeddings": 128,
    "num_conv_pos_embedding_groups": 16,
}
# Names of the positions' weight norm before torch 2.1, which the published file has.
_NORMALISED = (
    ("conv.weight_g", "conv.parametrizations.weight.original0"),
    ("conv.weight_v", "conv.parametrizations.weight.original1"),
)
# A vector that only training needs, and that the published file leaves out.
_UNUSED = "masked_spec_embed"
_HEAD = "wav2vec2."
_SIGN = "feature_projection.projection.weight"


def build_wav2vec2(config: Mapping[str, Any] | None = None) -> nn.Module:
    """transformers' Wav2Vec2Model without weights (on the meta device).

    config: as a wav2vec2 `config.json`; None for the published one.
    """
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    known = {name: (config or {}).get(name, value) for name, value in WAV2VEC2_CONFIG.items()}
    with torch.device("meta"):
        net = Wav2Vec2Model(Wav2Vec2Config(**known, mask_time_prob=0.0, mask_feature_prob=0.0))
    return net.eval().requires_grad_(False)


def wav2vec2_entries(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A checkpoint under this network's names, without what only training or the letters' head need."""
    inside = any(name.startswith(_HEAD) for name in state)
    entries = {}
    for name, tensor in state.items():
        if inside and not name.startswith(_HEAD):
            continue
        key = name.removeprefix(_HEAD)
        for old, new in _NORMALISED:
            key = key.replace(old, new)
        if key != _UNUSED:
            entries[key] = tensor
    return entries


def load_wav2vec2(
    path: Path, config: Mapping[str, Any] | None = None, dtype: torch.dtype = torch.float32
) -> nn.Module:
    """wav2vec2-base-960h from its published file, with or without the head for letters, on the CPU.

    config: None for the json beside the file, or the published one where there is none. Raises WeightsError
    for a damaged or unsafe file and for another network's.
    """
    state = load_state_dict(path)
    entries = wav2vec2_entries(state)
    if _SIGN not in entries:
        found = recognised(state) or "some other network's"
        raise WeightsError(
            f"{path} doesn't hold wav2vec2: it seems to be {found}; put wav2vec2-base-960h's "
            "model.safetensors in its place."
        )
    net = build_wav2vec2(config or config_beside(path, "conv_kernel"))
    return load_weights(net, entries, path, "wav2vec2-base-960h", dtype=dtype)


def normalised(samples16k: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Mono samples [n] with a mean of 0 and a variance of 1, as `Wav2Vec2FeatureExtractor` makes them."""
    centred = samples16k - samples16k.mean()
    return np.asarray(centred / np.sqrt(samples16k.var() + _EPSILON), np.float32)


@torch.inference_mode()
def conv_features(net: nn.Module, samples: Tensor) -> Tensor:
    """What the convolutions make of normalised samples [B, n]: [B, channels, about n / 320]."""
    extractor: Any = net.feature_extractor
    made: Tensor = extractor(samples.to(next(net.parameters())))
    return made


def resampled(features: Tensor, frames: int) -> Tensor:
    """Features [B, channels, t] at `frames` times from the first to the last: [B, frames, channels]."""
    return interpolate(features, size=frames, mode="linear", align_corners=True).transpose(1, 2)


@torch.inference_mode()
def layer_states(net: nn.Module, features: Tensor) -> list[Tensor]:
    """Each layer's states of `resampled` features [B, frames, channels]: one [B, frames, width] a layer."""
    projection: Any = net.feature_projection
    x, _ = projection(features)
    encoder: Any = net.encoder
    x = encoder.layer_norm(x + encoder.pos_conv_embed(x))
    states = []
    for layer in encoder.layers:
        made = layer(x)
        x = made[0] if isinstance(made, tuple) else made
        states.append(x)
    return states


def frame_states(net: nn.Module, samples: npt.NDArray[np.float32] | Tensor, frames: int) -> list[Tensor]:
    """Each layer's states of one piece of sound at `frames` frames: one [frames, width] a layer, on the
    network's device. samples: `normalised`, [n], of which at least 400 are needed."""
    features = conv_features(net, torch.as_tensor(samples)[None])
    return [states[0] for states in layer_states(net, resampled(features, frames))]
