"""A Whisper model for the aligner, from any of the files that Whisper comes in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.errors import InputError, WeightsError
from ...engine.host.protocol import Host
from ...engine.weights.state_dict import load_state_dict, load_weights
from ..model_files import has_weights, read_json, weight_files
from ..transcribe.naming import hugging_face_name, openai_name
from .whisper_ct2 import Ct2Whisper, is_ct2
from .whisper_heads import PUBLISHED, Heads, Size, lag, published_heads
from .whisper_model import WhisperModel
from .whisper_text import load_tokenizer, require_tokenizer
from .whisper_torch import TorchWhisper

if TYPE_CHECKING:
    import torch
    from transformers import WhisperConfig

_HEAD_WIDTH = 64
_ENGLISH_VOCABULARY = 51864
_EMBEDDING, _PROJECTION = "model.decoder.embed_tokens.weight", "proj_out.weight"


def load_whisper(path: Path, host: Host) -> WhisperModel:
    """path: OpenAI's `.pt`, a folder of Hugging Face's layout or its weight file, or a CTranslate2 folder.

    Raises InputError where there is no such model, WeightsError for a damaged file, MissingFilesError for
    what the files don't say (a tokeniser) or a package that they need.
    """
    if path.is_dir() and is_ct2(path) and not has_weights(path):
        return Ct2Whisper(path, host, path.name, lag=lag(_ct2_size(path)))
    files = weight_files(path)
    if not files and (path / "model.bin").is_file():
        raise WeightsError(
            f"{path} can't be used as a model of CTranslate2: it lacks config.json; fetch it again."
        )
    if not files:
        raise InputError(
            f"{path} is no Whisper model: give a .pt file, a folder with model.safetensors, or a CTranslate2 "
            "folder."
        )
    require_tokenizer(path)
    tensors: dict[str, torch.Tensor] = {}
    for file in files:
        tensors |= load_state_dict(file)
    tensors = {hugging_face_name(openai_name(name)): tensor for name, tensor in tensors.items()}
    return _network(path, files[0], tensors, host)


def _network(path: Path, file: Path, tensors: dict[str, torch.Tensor], host: Host) -> TorchWhisper:
    import torch
    from transformers import WhisperFeatureExtractor, WhisperForConditionalGeneration

    config = _config(tensors, path)
    # The projection to words is the embedding of words; some files hold it twice, some once.
    tensors[_PROJECTION] = tensors[_EMBEDDING]
    dtype = host.half_precision() or torch.float32
    with torch.device("meta"):
        network = WhisperForConditionalGeneration(config)
    load_weights(network, tensors, file, "Whisper", dtype=dtype)
    folder = path if path.is_dir() else path.parent
    size = Size(
        config.d_model, config.decoder_layers, config.num_mel_bins, config.vocab_size == _ENGLISH_VOCABULARY
    )
    generation = read_json(folder / "generation_config.json") if path.suffix != ".pt" else {}
    heads = generation.get("alignment_heads") or published_heads(size, config.decoder_attention_heads)
    return TorchWhisper(
        network,
        WhisperFeatureExtractor(config.num_mel_bins),
        load_tokenizer(folder, config.vocab_size),
        _pairs(heads),
        host,
        path.stem if path.is_file() else path.name,
        lag=lag(size),
        suppressed=generation.get("suppress_tokens") or (),
    )


def _config(tensors: dict[str, torch.Tensor], path: Path) -> WhisperConfig:
    """Everything about a Whisper network shows in its tensors' shapes."""
    from transformers import WhisperConfig

    try:
        audio_context, width = tensors["model.encoder.embed_positions.weight"].shape
        text_context = tensors["model.decoder.embed_positions.weight"].shape[0]
        inner = tensors["model.decoder.layers.0.fc1.weight"].shape[0]
        heads = max(1, width // _HEAD_WIDTH)
        return WhisperConfig(
            vocab_size=tensors[_EMBEDDING].shape[0],
            num_mel_bins=tensors["model.encoder.conv1.weight"].shape[1],
            d_model=width,
            encoder_layers=_layers(tensors, "encoder"),
            decoder_layers=_layers(tensors, "decoder"),
            encoder_attention_heads=heads,
            decoder_attention_heads=heads,
            encoder_ffn_dim=inner,
            decoder_ffn_dim=inner,
            max_source_positions=audio_context,
            max_target_positions=text_context,
        )
    except KeyError as error:
        raise InputError(f"{path} holds no Whisper model: it lacks {error}; choose another file.") from error
    except (ValueError, IndexError) as error:
        raise InputError(f"{path} holds no Whisper model: choose another file.") from error


def _layers(tensors: dict[str, torch.Tensor], side: str) -> int:
    pattern = re.compile(rf"model\.{side}\.layers\.(\d+)\.")
    return 1 + max(int(match[1]) for name in tensors if (match := pattern.match(name)))


def _ct2_size(folder: Path) -> Size:
    """By the heads that the folder names; CTranslate2 hides the network's dimensions."""
    heads = _pairs(read_json(folder / "config.json").get("alignment_heads") or ())
    return next((size for size, known in PUBLISHED.items() if known == heads), Size(0, 0, 0, False))


def _pairs(heads: Any) -> Heads:
    return tuple((int(layer), int(head)) for layer, head in heads)
