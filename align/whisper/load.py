"""A Whisper model for the aligner, from any of the files that Whisper comes in."""

from __future__ import annotations

from pathlib import Path

from ...engine.errors import WeightsError
from ...engine.host.protocol import Host
from ...engine.weights.state_dict import load_weights
from ..model_files import has_weights, read_json
from ..whisper_checkpoint import (
    PUBLISHED,
    Size,
    head_pairs,
    hugging_face_config,
    hugging_face_name,
    read_checkpoint,
)
from .ct2 import Ct2Whisper, is_ct2
from .model import WhisperModel
from .network import TorchWhisper
from .text import load_tokenizer, require_tokenizer

# Measured with the published heads of tiny.en, median of word starts against the truth: synthesised speech
# 0.12 to 0.14 s late, two recordings of people 0.07 and 0.10 s.
_LAGS = {Size(384, 4, 80, True): 0.10}
# By what OpenAI's and others' engines were late on synthesised speech, real speech and songs: 0.05 to 0.13 s.
_LAG = 0.06


def load_whisper(path: Path, host: Host) -> WhisperModel:
    """path: OpenAI's `.pt`, a folder of Hugging Face's layout or its weight file, or a CTranslate2 folder.

    Raises InputError where there is no such model, WeightsError for a damaged file, MissingFilesError for
    what the files don't say (a tokeniser) or a package that they need.
    """
    weights = has_weights(path)
    if path.is_dir() and is_ct2(path) and not weights:
        # CTranslate2 hides the network's dimensions, but not which heads it was told to look at.
        heads = head_pairs(read_json(path / "config.json").get("alignment_heads"))
        size = next((size for size, known in PUBLISHED.items() if known == heads), None)
        return Ct2Whisper(path, host, path.name, lag=_lag(size))
    if not weights and (path / "model.bin").is_file():
        raise WeightsError(
            f"{path} can't be used as a model of CTranslate2: it lacks config.json; fetch it again."
        )
    if weights:
        require_tokenizer(path)
    return _torch_whisper(path, host)


def _torch_whisper(path: Path, host: Host) -> TorchWhisper:
    import torch
    from transformers import WhisperFeatureExtractor, WhisperForConditionalGeneration

    checkpoint = read_checkpoint(path)
    dims = checkpoint.dims
    tensors = {hugging_face_name(name): tensor for name, tensor in checkpoint.tensors.items()}
    tensors["proj_out.weight"] = tensors["model.decoder.embed_tokens.weight"]
    with torch.device("meta"):
        network = WhisperForConditionalGeneration(hugging_face_config(dims))
    load_weights(network, tensors, checkpoint.file, "Whisper", dtype=host.half_precision() or torch.float32)
    return TorchWhisper(
        network,
        WhisperFeatureExtractor(dims["n_mels"]),
        load_tokenizer(path if path.is_dir() else path.parent, dims["n_vocab"]),
        checkpoint.heads,
        host,
        path.stem if path.is_file() else path.name,
        lag=_lag(checkpoint.size),
        suppressed=checkpoint.suppressed,
    )


def _lag(size: Size | None) -> float:
    """Seconds by which attention turns to a word after its start."""
    return _LAGS.get(size, _LAG) if size else _LAG
