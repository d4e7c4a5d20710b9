"""Whisper's audio encoder, and the five states between its layers that MuseTalk listens to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

# "ln": the encoder's last state after the final layer norm; "raw": before it.
FeatureKind = Literal["ln", "raw"]

# `config.json` of openai/whisper-tiny, as far as it is the encoder's.
WHISPER_TINY_CONFIG: Mapping[str, Any] = {
    "d_model": 384,
    "encoder_layers": 4,
    "encoder_attention_heads": 6,
    "encoder_ffn_dim": 1536,
    "num_mel_bins": 80,
    "max_source_positions": 1500,
}
# Width of one attention head in every Whisper model.
_HEAD = 64

# OpenAI's names of the encoder's entries, and those of the published Hugging Face conversion.
_OPENAI_NAMES = (
    (r"^encoder\.positional_embedding$", "encoder.embed_positions.weight"),
    (r"^encoder\.ln_post\.", "encoder.layer_norm."),
    (r"^encoder\.blocks\.", "encoder.layers."),
    (r"\.attn\.query\.", ".self_attn.q_proj."),
    (r"\.attn\.key\.", ".self_attn.k_proj."),
    (r"\.attn\.value\.", ".self_attn.v_proj."),
    (r"\.attn\.out\.", ".self_attn.out_proj."),
    (r"\.attn_ln\.", ".self_attn_layer_norm."),
    (r"\.mlp\.0\.", ".fc1."),
    (r"\.mlp\.2\.", ".fc2."),
    (r"\.mlp_ln\.", ".final_layer_norm."),
)


def build_whisper_encoder(config: Mapping[str, Any]) -> nn.Module:
    """transformers' WhisperEncoder without weights (on the meta device).

    config: as in a Whisper `config.json`; of it, the encoder's sizes count.
    """
    from transformers import WhisperConfig
    from transformers.models.whisper.modeling_whisper import WhisperEncoder

    names = ("d_model", "encoder_layers", "encoder_attention_heads", "encoder_ffn_dim", "num_mel_bins")
    sizes = {name: config[name] for name in (*names, "max_source_positions") if name in config}
    with torch.device("meta"):
        return WhisperEncoder(WhisperConfig(**sizes)).eval().requires_grad_(False)


def encoder_entries(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The encoder's part of a Whisper checkpoint under transformers' names, without prefix.

    Takes a whole model (`model.encoder.…`, `encoder.…`, OpenAI's names) or the encoder alone. Empty where
    there is no such part.
    """
    entries = {}
    for name, tensor in state.items():
        key = name.removeprefix("model.")
        if key.startswith("encoder."):
            for pattern, replacement in _OPENAI_NAMES:
                key = re.sub(pattern, replacement, key)
            entries[key.removeprefix("encoder.")] = tensor
    if not entries and "embed_positions.weight" in state and "conv1.weight" in state:
        return dict(state)
    return entries


def encoder_config(entries: Mapping[str, Tensor]) -> dict[str, int]:
    """The encoder's sizes, read off its entries (as of `encoder_entries`)."""
    width, bands, _ = entries["conv1.weight"].shape
    layers = {name.split(".")[1] for name in entries if name.startswith("layers.")}
    return {
        "d_model": width,
        "encoder_layers": len(layers),
        "encoder_attention_heads": max(1, width // _HEAD),
        "encoder_ffn_dim": entries["layers.0.fc1.weight"].shape[0],
        "num_mel_bins": bands,
        "max_source_positions": entries["embed_positions.weight"].shape[0],
    }


@torch.inference_mode()
def hidden_states(encoder: nn.Module, mel: Tensor, features: FeatureKind) -> Tensor:
    """The states of mel spectrograms [B, 80, 3000] as [B, 1500, layers + 1, width].

    The first state is the convolutions' output with positions added, then each layer's; the last layer's is
    normalised by the encoder's final norm if `features` is "ln". The forward pass is spelt out on the
    module's weights, because which of these states transformers hands out, and normalised or not, depends on
    its version.
    """
    net: Any = encoder
    mel = mel.to(net.conv1.weight)
    x = gelu(net.conv2(gelu(net.conv1(mel)))).transpose(1, 2)
    x = x + net.embed_positions.weight[: x.shape[1]]
    states = [x]
    for layer in net.layers:
        x = x + _attention(layer.self_attn, layer.self_attn_layer_norm(x))
        x = x + layer.fc2(gelu(layer.fc1(layer.final_layer_norm(x))))
        states.append(x)
    if features == "ln":
        states[-1] = net.layer_norm(x)
    return torch.stack(states, 2)


def _attention(attention: Any, x: Tensor) -> Tensor:
    heads = attention.num_heads
    query, key, value = (
        part(x).unflatten(2, (heads, -1)).transpose(1, 2)
        for part in (attention.q_proj, attention.k_proj, attention.v_proj)
    )
    mixed = scaled_dot_product_attention(query, key, value)
    return attention.out_proj(mixed.transpose(1, 2).flatten(2))
