"""whisper-timestamped: OpenAI's Whisper with a time and a confidence for every word.

Optional, and installed by the user knowingly: it is under the AGPL-3.0.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.weights.state_dict import load_weights
from ..attempts import import_failed, require_recogniser
from ..names import TIMESTAMPED, UNSPACED, Content
from ..whisper_checkpoint import ENGLISH_VOCABULARY, read_checkpoint
from ..words import Word, WordTimings
from .passages import RATE
from .procedure import Heard, Samples, cut, listen, spoken_language, timings
from .protocol import Segment

if TYPE_CHECKING:
    from types import ModuleType

    import torch
    from whisper.model import Whisper

    from ...engine.host.protocol import Host, ManagedModel
    from ...engine.media.sound import Sound

PACKAGE = "whisper_timestamped"

# Whisper works through a passage in windows of half a minute, wherever its last complete phrase ended.
_WINDOW = 30.0
_LONGEST_PASSAGE = 120.0
# Attention matrices that exist at a time, of float32.
_MATRICES = 4


def require() -> None:
    """Raises MissingFilesError when the package is not installed."""
    require_recogniser(PACKAGE, f"{TIMESTAMPED} (AGPL-3.0)")


def package() -> ModuleType:
    """whisper_timestamped. Its import sets variables for TensorFlow and CUDA, which are others' to set."""
    require()
    before = dict(os.environ)
    try:
        import whisper_timestamped
    except Exception as error:
        raise import_failed(error, "whisper-timestamped") from error
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)
    return whisper_timestamped


class TimestampedWhisper:
    """Transcribes with openai-whisper's network from a `.pt` or a Hugging Face folder.

    The network stays loaded, in the memory management of the first host it worked for.
    late: seconds after their onset that words begin in the model's attention.
    """

    def __init__(self, path: Path, name: str = "", *, late: float) -> None:
        self.name = f"{TIMESTAMPED} {name or path.stem}"
        self._path = path
        self._late = late
        self._model: ManagedModel | None = None

    def transcribe(self, sound: Sound, *, language: str | None, content: Content, host: Host) -> WordTimings:
        """See `protocol.Transcriber`."""
        require()
        parts = cut(sound, content, _LONGEST_PASSAGE)
        if not parts:
            return WordTimings((), language or "", self.name)
        model = self._loaded(host)
        network: Any = model.module
        known = known_languages(network.dims.n_vocab)
        needed = _MATRICES * network.dims.n_audio_head * network.dims.n_audio_ctx**2 * 4
        with host.resident(model, activation_bytes=needed):
            tongue = spoken_language(
                language, known, parts, lambda samples: _probabilities(network, samples), self.name
            )
            watch = _Watch(network, host)

            def recognise(samples: Samples, heard: Heard) -> list[Segment]:
                watch.begin(len(samples) / RATE, heard)
                return _segments(_result(network, samples, tongue), tongue)

            try:
                segments = listen(parts, recognise, host, late=self._late)
            finally:
                watch.remove()
        return timings(segments, sound, tongue, self.name)

    def _loaded(self, host: Host) -> ManagedModel:
        import torch

        if self._model is None:
            half = host.half_precision() is not None
            host.progress("Loading Whisper", 0, 1)
            self._model = host.manage(load_whisper(self._path, torch.float16 if half else torch.float32))
        return self._model


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


class _Watch:
    """Hooks on the network: how far it is in a passage by the windows it begins, and whether to go on."""

    def __init__(self, network: Whisper, host: Host) -> None:
        self._hooks = (
            network.encoder.register_forward_pre_hook(lambda *_: self._window()),
            network.decoder.register_forward_pre_hook(lambda *_: host.check_cancelled()),
        )

    def begin(self, length: float, heard: Heard) -> None:
        self._length, self._heard, self._windows = length, heard, 0

    def _window(self) -> None:
        self._heard(min(self._windows * _WINDOW, self._length))
        self._windows += 1

    def remove(self) -> None:
        for hook in self._hooks:
            hook.remove()


def _probabilities(network: Whisper, samples: Samples) -> dict[str, float]:
    """Of each language, in the first half minute."""
    import torch
    from whisper.audio import N_FRAMES, log_mel_spectrogram, pad_or_trim

    mel = pad_or_trim(log_mel_spectrogram(samples, network.dims.n_mels), N_FRAMES)
    with torch.no_grad():
        return network.detect_language(mel.to(network.device, _dtype(network)))[1]


def _result(network: Whisper, samples: Samples, language: str) -> dict[str, Any]:
    """What the package makes of a passage. It gets no random seed, which it would set for everybody."""
    import torch

    def run(**options: Any) -> dict[str, Any]:
        return package().transcribe_timestamped(
            network,
            samples,
            language=language,
            seed=None,
            vad=False,
            fp16=_dtype(network) == torch.float16,
            # Told what came before, the model is prone to repeat it for ever, in choruses above all.
            condition_on_previous_text=False,
            min_word_duration=0.0,
            verbose=None,
            **options,
        )

    try:
        return run()
    except torch.OutOfMemoryError:
        raise
    except (AssertionError, IndexError, RuntimeError):
        # Its way in one go checks itself, and stumbles over some repetitions; that in two steps does not.
        return run(naive_approach=True)


def _segments(result: dict[str, Any], language: str) -> list[Segment]:
    space = language not in UNSPACED
    return [
        Segment(
            tuple(
                Word(word["text"].strip(), word["start"], word["end"], word["confidence"], space=space)
                for word in segment.get("words", ())
            ),
            segment["avg_logprob"],
            segment["compression_ratio"],
            segment["no_speech_prob"],
        )
        for segment in result["segments"]
    ]


def _dtype(network: Whisper) -> torch.dtype:
    return network.encoder.conv1.weight.dtype
