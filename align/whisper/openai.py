"""openai-whisper's own network, which the engines built on that package work with. Optional (MIT)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...engine.weights.state_dict import load_weights
from ..attempts import import_failed
from ..whisper_checkpoint import ENGLISH_VOCABULARY, read_checkpoint

if TYPE_CHECKING:
    import torch
    from whisper.model import Whisper


def load_whisper(path: Path, dtype: torch.dtype) -> Whisper:
    """openai-whisper's network on the CPU, in evaluation mode, with the heads that follow time.

    Not by whisper.load_model, which takes OpenAI's own layout only and forgets which attention heads follow
    time when the file is a local one: then words come out a tenth of a second off.
    path: as `read_checkpoint` takes it. dtype: of the matrices; vectors stay float32, as openai-whisper's
    layers want them.
    Raises what `read_checkpoint` does, WeightsError for another network, MissingFilesError where
    openai-whisper can't be imported.
    """
    import torch

    try:
        import whisper  # noqa: F401
    except Exception as error:
        raise import_failed(error, "openai-whisper") from error
    checkpoint = read_checkpoint(path)
    # Copied, because they are mapped from the file.
    tensors = {
        name: tensor.to(dtype if tensor.ndim > 1 else torch.float32, copy=True)
        for name, tensor in checkpoint.tensors.items()
    }
    network = _empty(checkpoint.dims)
    load_weights(network, tensors, checkpoint.file, "Whisper")
    mask = torch.zeros(checkpoint.dims["n_text_layer"], checkpoint.dims["n_text_head"], dtype=torch.bool)
    for layer, head in checkpoint.heads:
        mask[layer, head] = True
    # A plain attribute: as the buffer that it is in openai-whisper, a sparse tensor would have to be moved to
    # the device, which not every device can, and it is read on the CPU.
    network.alignment_heads = mask.to_sparse()
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


def known_languages(vocabulary: int) -> list[str]:
    """Codes of the languages that a network with so many tokens was trained on."""
    from whisper.tokenizer import LANGUAGES

    # Of its tokens 51,766 are the same in all multilingual networks, the others are one for each language.
    return list(LANGUAGES)[: vocabulary - 51766] if vocabulary > ENGLISH_VOCABULARY else ["en"]


def language_probabilities(network: Whisper, samples: npt.NDArray[np.float32]) -> dict[str, float]:
    """Of each language, in the first half minute."""
    import torch
    from whisper.audio import N_FRAMES, log_mel_spectrogram, pad_or_trim

    mel = pad_or_trim(log_mel_spectrogram(samples, network.dims.n_mels), N_FRAMES)
    with torch.no_grad():
        return network.detect_language(mel.to(network.device, working_dtype(network)))[1]


def working_dtype(network: Whisper) -> torch.dtype:
    """Of its matrices."""
    return network.encoder.conv1.weight.dtype
