"""whisper-timestamped: OpenAI's Whisper with a time and a confidence for every word.

Optional, and installed by the user knowingly: it is under the AGPL-3.0.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.errors import InputError, MissingFilesError
from ..attempts import import_failed
from ..attempts import installed as is_installed
from ..words import Word, WordTimings
from .checkpoint import load_whisper
from .names import TIMESTAMPED, UNSPACED
from .passages import RATE, Passage, language_samples
from .procedure import Heard, Samples, cut, listen, timings
from .protocol import Content, Segment

if TYPE_CHECKING:
    from types import ModuleType

    import torch
    from whisper.model import Whisper

    from ...engine.host.protocol import Host, ManagedModel
    from ...engine.media.sound import Sound

# Whisper works through a passage in windows of half a minute, wherever its last complete phrase ended.
_WINDOW = 30.0
_LONGEST_PASSAGE = 120.0
# Attention matrices that exist at a time, of float32.
_MATRICES = 4
_ENGLISH = "en"
_ENGLISH_VOCABULARY = 51864


def installed() -> bool:
    return is_installed("whisper_timestamped")


def require() -> None:
    """Raises MissingFilesError when the package is not installed."""
    if not installed():
        raise MissingFilesError(
            "Transcribing with whisper-timestamped (AGPL-3.0) needs that package: run `pip install "
            "whisper-timestamped` with the Python that runs LipSync Studio, or choose another engine."
        )


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
        needed = _MATRICES * network.dims.n_audio_head * network.dims.n_audio_ctx**2 * 4
        with host.resident(model, activation_bytes=needed):
            tongue = self._language(network, language, parts)
            watch = _Watch(network, host)

            def hear(samples: Samples, heard: Heard) -> list[Segment]:
                watch.begin(len(samples) / RATE, heard)
                return _segments(_result(network, samples, tongue), tongue)

            try:
                segments = listen(parts, hear, host, late=self._late)
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

    def _language(self, network: Whisper, language: str | None, parts: list[Passage]) -> str:
        """The language that is asked for or heard. Raises InputError where the model doesn't know it."""
        if language is not None and language not in known_languages(network.dims.n_vocab):
            raise InputError(
                f'{self.name} doesn\'t know the language "{language}": choose '
                + ("another one." if network.is_multilingual else 'a model without ".en" in its name.')
            )
        if language or not network.is_multilingual:
            return language or _ENGLISH
        return _heard_language(network, parts)


def known_languages(vocabulary: int) -> list[str]:
    """Codes of the languages that a network with so many tokens was trained on."""
    from whisper.tokenizer import LANGUAGES

    # Of its tokens 51,766 are the same in all multilingual networks, the others are one for each language.
    return list(LANGUAGES)[: vocabulary - 51766] if vocabulary > _ENGLISH_VOCABULARY else [_ENGLISH]


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


def _heard_language(network: Whisper, parts: list[Passage]) -> str:
    """The most probable language over several places in the sound: songs often begin without a voice."""
    import torch
    from whisper.audio import N_FRAMES, log_mel_spectrogram, pad_or_trim

    votes: Counter[str] = Counter()
    for samples in language_samples(parts):
        mel = pad_or_trim(log_mel_spectrogram(samples, network.dims.n_mels), N_FRAMES)
        with torch.no_grad():
            _, probabilities = network.detect_language(mel.to(network.device, _dtype(network)))
        votes.update(probabilities)
    return votes.most_common(1)[0][0]


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
