"""A Whisper network of openai-whisper's kind, from any of the files that Whisper comes in.

Not by whisper.load_model, which takes OpenAI's own layout only and forgets which attention heads follow time
when the file is a local one: then words come out a tenth of a second off.
"""

from __future__ import annotations

import base64
import gzip
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.errors import InputError
from ...engine.weights.state_dict import load_state_dict, load_weights
from ..attempts import import_failed
from ..model_files import read_json, weight_files
from .naming import openai_name

if TYPE_CHECKING:
    import torch
    from whisper.model import Whisper

_HEAD_WIDTH = 64
_ENGLISH_VOCABULARY = 51864
# Width and depth of the decoder → OpenAI's name of the size.
_SIZES = {
    (384, 4): "tiny",
    (512, 6): "base",
    (768, 12): "small",
    (1024, 24): "medium",
    (1280, 32): "large",
    (1280, 4): "large-v3-turbo",
}


def load_whisper(path: Path, dtype: torch.dtype) -> Whisper:
    """The network on the CPU, in evaluation mode, with the heads that follow time.

    path: OpenAI's `.pt`, a Hugging Face folder, or one of its files. dtype: of the matrices; vectors stay
    float32, as openai-whisper's layers want them.
    Raises InputError where there is no such file, WeightsError for one that is damaged or no Whisper,
    MissingFilesError where openai-whisper can't be imported.
    """
    import torch

    try:
        import whisper  # noqa: F401
    except Exception as error:
        raise import_failed(error, "openai-whisper") from error
    files = weight_files(path)
    if not files:
        raise InputError(
            f"{path} is no Whisper model: give a .pt file, or a folder that holds model.safetensors."
        )
    tensors: dict[str, torch.Tensor] = {}
    for file in files:
        tensors |= load_state_dict(file)
    # The projection to words is the embedding of words, and some files hold it twice.
    tensors = {openai_name(name): tensor for name, tensor in tensors.items() if name != "proj_out.weight"}
    dims = _dims(tensors, path)
    for name, tensor in tensors.items():
        # Copied, because it is mapped from the file.
        tensors[name] = tensor.to(dtype if tensor.ndim > 1 else torch.float32, copy=True)
    network = _empty(dims)
    load_weights(network, tensors, files[0], "Whisper")
    # A plain attribute: as the buffer that it is in openai-whisper, a sparse tensor would have to be moved to
    # the device, which not every device can, and it is read on the CPU.
    network.alignment_heads = _heads(path, dims).to_sparse()
    return network


def _empty(dims: dict[str, int]) -> Whisper:
    """A network without weights. Its own constructor would fill it with random numbers, at the cost of
    seconds and of everybody's random state; on the meta device torch loads its compiler: 120 MB."""
    import torch
    from torch.overrides import TorchFunctionMode
    from whisper.model import AudioEncoder, ModelDimensions, TextDecoder, Whisper

    class Uninitialised(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if getattr(func, "__module__", "") == "torch.nn.init":
                return kwargs["tensor"]
            return func(*args, **(kwargs or {}))

    network = Whisper.__new__(Whisper)
    torch.nn.Module.__init__(network)
    network.dims = ModelDimensions(**dims)
    audio, text = (
        [size for name, size in dims.items() if name.startswith(side)] for side in ("n_audio", "n_text")
    )
    with Uninitialised():
        network.encoder = AudioEncoder(dims["n_mels"], *audio)
        network.decoder = TextDecoder(dims["n_vocab"], *text)
    return network


def _dims(tensors: dict[str, torch.Tensor], path: Path) -> dict[str, int]:
    try:
        audio_context, audio_state = tensors["encoder.positional_embedding"].shape
        text_context, text_state = tensors["decoder.positional_embedding"].shape
        return {
            "n_mels": tensors["encoder.conv1.weight"].shape[1],
            "n_audio_ctx": audio_context,
            "n_audio_state": audio_state,
            "n_audio_head": audio_state // _HEAD_WIDTH,
            "n_audio_layer": _layers(tensors, "encoder"),
            "n_vocab": tensors["decoder.token_embedding.weight"].shape[0],
            "n_text_ctx": text_context,
            "n_text_state": text_state,
            "n_text_head": text_state // _HEAD_WIDTH,
            "n_text_layer": _layers(tensors, "decoder"),
        }
    except KeyError as error:
        raise InputError(f"{path} holds no Whisper model: it lacks {error}; choose another file.") from error
    except (ValueError, IndexError) as error:
        raise InputError(f"{path} holds no Whisper model: choose another file.") from error


def _layers(tensors: dict[str, torch.Tensor], side: str) -> int:
    pattern = re.compile(rf"{side}\.blocks\.(\d+)\.")
    return 1 + max(int(match[1]) for name in tensors if (match := pattern.match(name)))


def _heads(path: Path, dims: dict[str, int]) -> torch.Tensor:
    """Which heads follow time, bool [layers, heads]: as the files say, else as is known of the model of that
    size, else all in the upper half."""
    import torch

    mask = torch.zeros(dims["n_text_layer"], dims["n_text_head"], dtype=torch.bool)
    pairs = _stored_heads(path)
    if pairs:
        for layer, head in pairs:
            mask[layer, head] = True
        return mask
    known = _published_heads(path.stem, dims)
    if known is not None:
        return known
    mask[dims["n_text_layer"] // 2 :] = True
    return mask


def _stored_heads(path: Path) -> Any:
    import torch

    if path.suffix == ".pt":
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
        return content.get("alignment_heads")
    folder = path if path.is_dir() else path.parent
    return read_json(folder / "generation_config.json").get("alignment_heads")


def _published_heads(stem: str, dims: dict[str, int]) -> torch.Tensor | None:
    """OpenAI's choice for a network of these dimensions, which fine-tuning hardly moves."""
    import torch
    from whisper import _ALIGNMENT_HEADS

    name = _SIZES.get((dims["n_text_state"], dims["n_text_layer"]))
    if name is None:
        return None
    if name == "large":
        name = "large-v3" if dims["n_mels"] == 128 else "large-v1" if "v1" in stem else "large-v2"
    elif dims["n_vocab"] == _ENGLISH_VOCABULARY:
        name += ".en"
    mask = gzip.decompress(base64.b85decode(_ALIGNMENT_HEADS[name]))
    return torch.frombuffer(bytearray(mask), dtype=torch.bool).reshape(dims["n_text_layer"], -1)
