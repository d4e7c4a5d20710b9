"""A Whisper checkpoint, from any of the files that Whisper comes in: its tensors, and what they and the files
beside them tell of the network."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..engine.errors import InputError
from ..engine.weights.state_dict import load_state_dict
from .model_files import read_json, weight_files

if TYPE_CHECKING:
    import torch
    from transformers import WhisperConfig

ENGLISH_VOCABULARY = 51864
"""Tokens of the ".en" models; all others have more."""
_HEAD_WIDTH = 64
# Hugging Face's name part and OpenAI's, in the order in which the parts are replaced.
_PARTS = (
    (".layers.", ".blocks."),
    (".encoder_attn_layer_norm.", ".cross_attn_ln."),
    (".self_attn_layer_norm.", ".attn_ln."),
    (".final_layer_norm.", ".mlp_ln."),
    (".encoder_attn.", ".cross_attn."),
    (".self_attn.", ".attn."),
    (".q_proj.", ".query."),
    (".k_proj.", ".key."),
    (".v_proj.", ".value."),
    (".out_proj.", ".out."),
    (".fc1.", ".mlp.0."),
    (".fc2.", ".mlp.2."),
    ("encoder.layer_norm.", "encoder.ln_post."),
    ("decoder.layer_norm.", "decoder.ln."),
    (".embed_tokens.", ".token_embedding."),
    (".embed_positions.weight", ".positional_embedding"),
)
_HF_PREFIX = "model."

Heads = tuple[tuple[int, int], ...]


class Size(NamedTuple):
    """What tells OpenAI's models apart. english: the vocabulary is that of the ".en" models."""

    width: int
    layers: int
    mels: int
    english: bool


# (decoder layer, head) as OpenAI publishes them with its models.
PUBLISHED: dict[Size, Heads] = {
    Size(384, 4, 80, True): ((1, 0), (2, 0), (2, 5), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4)),
    Size(384, 4, 80, False): ((2, 2), (3, 0), (3, 2), (3, 3), (3, 4), (3, 5)),
    Size(512, 6, 80, True): ((3, 3), (4, 7), (5, 1), (5, 5), (5, 7)),
    Size(512, 6, 80, False): ((3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)),
    Size(768, 12, 80, True): (
        (6, 6), (7, 0), (7, 3), (7, 8), (8, 2), (8, 5), (8, 7), (9, 0), (9, 4), (9, 8), (9, 10), (10, 0),
        (10, 1), (10, 2), (10, 3), (10, 6), (10, 11), (11, 2), (11, 4),
    ),
    Size(768, 12, 80, False): (
        (5, 3), (5, 9), (8, 0), (8, 4), (8, 7), (8, 8), (9, 0), (9, 7), (9, 9), (10, 5),
    ),
    Size(1024, 24, 80, True): (
        (11, 4), (14, 1), (14, 12), (14, 14), (15, 4), (16, 0), (16, 4), (16, 9), (17, 12), (17, 14), (18, 7),
        (18, 10), (18, 15), (20, 0), (20, 3), (20, 9), (20, 14), (21, 12),
    ),
    Size(1024, 24, 80, False): ((13, 15), (15, 4), (15, 15), (16, 1), (20, 0), (23, 4)),
    # large-v2; large-v1 has the same dimensions.
    Size(1280, 32, 80, False): (
        (10, 12), (13, 17), (16, 11), (16, 12), (16, 13), (17, 15), (17, 16), (18, 4), (18, 11), (18, 19),
        (19, 11), (21, 2), (21, 3), (22, 3), (22, 9), (22, 12), (23, 5), (23, 7), (23, 13), (25, 5), (26, 1),
        (26, 12), (27, 15),
    ),
    Size(1280, 32, 128, False): (
        (7, 0), (10, 17), (12, 18), (13, 12), (16, 1), (17, 14), (19, 11), (21, 4), (24, 1), (25, 6),
    ),
    Size(1280, 4, 128, False): ((2, 4), (2, 11), (3, 3), (3, 6), (3, 11), (3, 14)),
}  # fmt: skip
# Of the same dimensions as large-v2.
_LARGE_V1: Heads = ((9, 19), (11, 2), (11, 4), (11, 17), (22, 7), (22, 11), (22, 17), (23, 2), (23, 15))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """tensors: by OpenAI's names, mapped from the files, without the projection to words, which is the
    embedding of words and in some files held twice. dims: as openai-whisper's ModelDimensions has them.
    heads: whose cross-attention follows time. suppressed: tokens that the model does not write of its own
    accord, as far as the files say. file: one of them, for errors."""

    file: Path
    tensors: dict[str, torch.Tensor]
    dims: dict[str, int]
    heads: Heads
    suppressed: tuple[int, ...]

    @property
    def size(self) -> Size:
        return _size(self.dims)


def read_checkpoint(path: Path) -> Checkpoint:
    """path: OpenAI's `.pt`, a folder of Hugging Face's layout, or one of its files.

    Raises InputError where there is no such file or it holds another network, WeightsError for one that is
    damaged.
    """
    files = weight_files(path)
    if not files:
        raise InputError(
            f"{path} is no Whisper model: give a .pt file, a folder with model.safetensors, or a CTranslate2 "
            "folder."
        )
    tensors: dict[str, torch.Tensor] = {}
    for file in files:
        tensors |= load_state_dict(file)
    tensors = {openai_name(name): tensor for name, tensor in tensors.items() if name != "proj_out.weight"}
    dims = dims_of(tensors, path)
    described = _described(path)
    heads = head_pairs(described.get("alignment_heads")) or _published_heads(path.stem, dims)
    return Checkpoint(files[0], tensors, dims, heads, tuple(described.get("suppress_tokens") or ()))


def dims_of(tensors: dict[str, torch.Tensor], path: Path) -> dict[str, int]:
    """Everything about a Whisper network shows in its tensors' shapes. Raises InputError where they are not
    a Whisper's; path: what they are from."""
    try:
        audio_context, audio_state = tensors["encoder.positional_embedding"].shape
        text_context, text_state = tensors["decoder.positional_embedding"].shape
        return {
            "n_mels": tensors["encoder.conv1.weight"].shape[1],
            "n_audio_ctx": audio_context,
            "n_audio_state": audio_state,
            "n_audio_head": max(1, audio_state // _HEAD_WIDTH),
            "n_audio_layer": _layers(tensors, "encoder"),
            "n_vocab": tensors["decoder.token_embedding.weight"].shape[0],
            "n_text_ctx": text_context,
            "n_text_state": text_state,
            "n_text_head": max(1, text_state // _HEAD_WIDTH),
            "n_text_layer": _layers(tensors, "decoder"),
        }
    except KeyError as error:
        raise InputError(f"{path} holds no Whisper model: it lacks {error}; choose another file.") from error
    except (ValueError, IndexError) as error:
        raise InputError(f"{path} holds no Whisper model: choose another file.") from error


def hugging_face_config(dims: dict[str, int], **further: Any) -> WhisperConfig:
    """For transformers' network of these dimensions."""
    from transformers import WhisperConfig

    return WhisperConfig(
        vocab_size=dims["n_vocab"],
        num_mel_bins=dims["n_mels"],
        d_model=dims["n_text_state"],
        encoder_layers=dims["n_audio_layer"],
        encoder_attention_heads=dims["n_audio_head"],
        encoder_ffn_dim=4 * dims["n_audio_state"],
        decoder_layers=dims["n_text_layer"],
        decoder_attention_heads=dims["n_text_head"],
        decoder_ffn_dim=4 * dims["n_text_state"],
        max_source_positions=dims["n_audio_ctx"],
        max_target_positions=dims["n_text_ctx"],
        **further,
    )


def openai_name(name: str) -> str:
    """ "model.encoder.layers.0.self_attn.q_proj.weight" → "encoder.blocks.0.attn.query.weight"."""
    name = name.removeprefix(_HF_PREFIX)
    for hugging_face, openai in _PARTS:
        name = name.replace(hugging_face, openai)
    return name


def hugging_face_name(name: str) -> str:
    """The inverse of `openai_name`."""
    for hugging_face, openai in _PARTS:
        name = name.replace(openai, hugging_face)
    return _HF_PREFIX + name


def head_pairs(stored: Any) -> Heads:
    return tuple((int(layer), int(head)) for layer, head in stored or ())


def _layers(tensors: dict[str, torch.Tensor], side: str) -> int:
    pattern = re.compile(rf"{side}\.blocks\.(\d+)\.")
    return 1 + max(int(match[1]) for name in tensors if (match := pattern.match(name)))


def _size(dims: dict[str, int]) -> Size:
    english = dims["n_vocab"] == ENGLISH_VOCABULARY
    return Size(dims["n_text_state"], dims["n_text_layer"], dims["n_mels"], english)


def _described(path: Path) -> dict[str, Any]:
    """What stands beside the weights, in the same file or in another one."""
    import torch

    if path.suffix == ".pt":
        return torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    return read_json((path if path.is_dir() else path.parent) / "generation_config.json")


def _published_heads(stem: str, dims: dict[str, int]) -> Heads:
    """OpenAI's choice for a network of these dimensions, which fine-tuning hardly moves; all heads in the
    upper half of the layers of one that is not OpenAI's."""
    size, heads = _size(dims), dims["n_text_head"]
    known = PUBLISHED.get(size, ())
    if size == Size(1280, 32, 80, False) and "v1" in stem:
        known = _LARGE_V1
    if known and max(head for _, head in known) < heads:
        return known
    return tuple((layer, head) for layer in range(size.layers // 2, size.layers) for head in range(heads))
