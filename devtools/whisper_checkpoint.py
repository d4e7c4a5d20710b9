"""Real Whisper weights for tests, without a download: a CTranslate2 model in the layouts of OpenAI and HF.

CTranslate2's model.bin (version 6, little-endian; a string is its length as u16, NUL included, and bytes):
u32 version, string spec, u32 revision, then u32 variables of (string name, u8 rank, u32 × rank shape,
u8 dtype, u32 bytes, data), then u32 aliases of (string alias, string target).
"""

from __future__ import annotations

import json
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..align.whisper_checkpoint import dims_of, hugging_face_config, hugging_face_name

_DTYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
_QUERY_KEY_VALUE = ("query", "key", "value")
_NORMS = {"gamma": "weight", "beta": "bias"}
_PLAIN = {
    "encoder/conv1/weight": "encoder.conv1.weight",
    "encoder/conv1/bias": "encoder.conv1.bias",
    "encoder/conv2/weight": "encoder.conv2.weight",
    "encoder/conv2/bias": "encoder.conv2.bias",
    "encoder/position_encodings/encodings": "encoder.positional_embedding",
    "decoder/position_encodings/encodings": "decoder.positional_embedding",
    "decoder/embeddings/weight": "decoder.token_embedding.weight",
}
_LAYER_NORMS = {
    "self_attention/layer_norm": "attn_ln",
    "attention/layer_norm": "cross_attn_ln",
    "ffn/layer_norm": "mlp_ln",
}


@dataclass(frozen=True)
class WhisperCheckpoint:
    """dims: of openai-whisper's ModelDimensions; weights: float16, by OpenAI's names; heads: the decoder's
    (layer, head) pairs that attend to time."""

    dims: dict[str, int]
    weights: dict[str, torch.Tensor]
    heads: list[list[int]]


def read_ct2(folder: Path) -> WhisperCheckpoint:
    """A Whisper model of CTranslate2 in float16 or float32."""
    variables = _variables((folder / "model.bin").read_bytes())
    weights: dict[str, torch.Tensor] = {}
    for name, value in variables.items():
        if value.ndim:
            weights |= _openai_weights(name, torch.from_numpy(value.copy()).half())
    heads = json.loads((folder / "config.json").read_text())["alignment_heads"]
    return WhisperCheckpoint(dims_of(weights, folder), weights, heads)


def write_openai(checkpoint: WhisperCheckpoint, path: Path) -> None:
    """OpenAI's .pt, with the alignment heads beside the weights."""
    content = {"dims": checkpoint.dims, "model_state_dict": checkpoint.weights}
    torch.save({**content, "alignment_heads": checkpoint.heads}, path)


def write_hugging_face(checkpoint: WhisperCheckpoint, ct2_folder: Path, folder: Path) -> None:
    """A folder that `transformers` loads model, feature extractor and tokeniser from."""
    from safetensors.torch import save_file
    from transformers import WhisperFeatureExtractor

    folder.mkdir(parents=True, exist_ok=True)
    weights = {hugging_face_name(name): tensor for name, tensor in checkpoint.weights.items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    ct2 = json.loads((ct2_folder / "config.json").read_text())
    tokenizer = json.loads((ct2_folder / "tokenizer.json").read_text())
    ids = {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    end, start = ids["<|endoftext|>"], ids["<|startoftranscript|>"]
    special = dict.fromkeys(("bos_token_id", "eos_token_id", "pad_token_id"), end)
    special["decoder_start_token_id"] = start
    dims = checkpoint.dims
    config = hugging_face_config(dims, architectures=["WhisperForConditionalGeneration"], **special)
    config.save_pretrained(folder)
    WhisperFeatureExtractor(feature_size=dims["n_mels"]).save_pretrained(folder)
    _write_json(
        folder / "generation_config.json",
        {
            **special,
            "begin_suppress_tokens": ct2["suppress_ids_begin"],
            "suppress_tokens": ct2["suppress_ids"],
            "alignment_heads": checkpoint.heads,
            "is_multilingual": False,
            "max_length": dims["n_text_ctx"],
            "no_timestamps_token_id": ids["<|notimestamps|>"],
            "prev_sot_token_id": ids["<|startofprev|>"],
            "return_timestamps": False,
        },
    )
    shutil.copy(ct2_folder / "tokenizer.json", folder)
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "WhisperTokenizer",
            "model_max_length": 1024,
            **dict.fromkeys(("bos_token", "eos_token", "unk_token", "pad_token"), "<|endoftext|>"),
        },
    )


def _variables(data: bytes) -> dict[str, np.ndarray]:
    at = 0

    def number(form: str) -> int:
        nonlocal at
        (value,) = struct.unpack_from(f"<{form}", data, at)
        at += struct.calcsize(form)
        return value

    def string() -> str:
        nonlocal at
        length = number("H")
        at += length
        return data[at - length : at].rstrip(b"\0").decode()

    number("I")
    spec = string()
    if spec != "WhisperSpec":
        raise ValueError(f"This is a model of {spec}, not of Whisper.")
    number("I")
    variables: dict[str, np.ndarray] = {}
    for _ in range(number("I")):
        name = string()
        shape = [number("I") for _ in range(number("B"))]
        dtype = np.dtype(_DTYPES[number("B")])
        length = number("I")
        variables[name] = np.frombuffer(data, dtype, length // dtype.itemsize, at).reshape(shape)
        at += length
    return variables


def _openai_weights(name: str, value: torch.Tensor) -> dict[str, torch.Tensor]:
    """The tensors that a variable of CTranslate2 holds; its projections are fused by rows."""
    if name in _PLAIN:
        return {_PLAIN[name]: value}
    side, _, rest = name.partition("/")
    if not rest.startswith("layer_"):
        return {}
    where, _, kind = rest.rpartition("/")
    if where == "layer_norm":
        return {f"{side}.{'ln_post' if side == 'encoder' else 'ln'}.{_NORMS[kind]}": value}
    layer, _, part = where.partition("/")
    block = f"{side}.blocks.{layer.removeprefix('layer_')}"
    if part in _LAYER_NORMS:
        return {f"{block}.{_LAYER_NORMS[part]}.{_NORMS[kind]}": value}
    module, _, linear = part.rpartition("/")
    index = int(linear.removeprefix("linear_"))
    if module == "ffn":
        return {f"{block}.mlp.{2 * index}.{kind}": value}
    names: tuple[str, ...]
    if module == "self_attention":
        names, attention = (_QUERY_KEY_VALUE, ("out",))[index], f"{block}.attn"
    else:
        names, attention = (("query",), ("key", "value"), ("out",))[index], f"{block}.cross_attn"
    pieces = dict(zip(names, value.chunk(len(names)), strict=True))
    if kind == "bias" and "key" in pieces and pieces.pop("key").any():
        raise ValueError(f"{name} gives keys a bias, which Whisper doesn't have.")
    return {f"{attention}.{name}.{kind}": piece.clone() for name, piece in pieces.items()}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
