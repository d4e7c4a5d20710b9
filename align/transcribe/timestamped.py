"""whisper-timestamped: OpenAI's Whisper with a time and a confidence for every word.

Optional, and installed by the user knowingly: it is under the AGPL-3.0.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..attempts import import_failed, require_recogniser
from ..names import TIMESTAMPED, Content
from ..whisper.openai import known_languages, language_probabilities, load_whisper, working_dtype
from ..words import WordTimings
from .passages import RATE
from .procedure import Heard, Samples, Session, transcribed, word
from .protocol import Segment

if TYPE_CHECKING:
    from types import ModuleType

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

        @contextmanager
        def opened() -> Iterator[Session]:
            model = self._loaded(host)
            network: Any = model.module
            needed = _MATRICES * network.dims.n_audio_head * network.dims.n_audio_ctx**2 * 4
            with host.resident(model, activation_bytes=needed):
                watch = _Watch(network, host)

                def recognise(samples: Samples, tongue: str, heard: Heard) -> list[Segment]:
                    watch.begin(len(samples) / RATE, heard)
                    return _segments(_result(network, samples, tongue), tongue)

                try:
                    yield Session(
                        known_languages(network.dims.n_vocab),
                        lambda samples: language_probabilities(network, samples),
                        recognise,
                    )
                finally:
                    watch.remove()

        return transcribed(
            sound,
            opened,
            host,
            engine=self.name,
            language=language,
            content=content,
            longest=_LONGEST_PASSAGE,
            late=self._late,
        )

    def _loaded(self, host: Host) -> ManagedModel:
        import torch

        if self._model is None:
            half = host.half_precision() is not None
            host.progress("Loading Whisper", 0, 1)
            self._model = host.manage(load_whisper(self._path, torch.float16 if half else torch.float32))
        return self._model


class _Watch:
    """Hooks on the network: how far it is in a passage by the windows it begins, and whether to go on."""

    def __init__(self, network: Whisper, host: Host) -> None:
        self._hooks = (
            network.encoder.register_forward_pre_hook(lambda *_: self._window()),
            network.decoder.register_forward_pre_hook(lambda *_: host.check_cancelled()),
        )
        self.begin(0.0, lambda _: host.check_cancelled())

    def begin(self, length: float, heard: Heard) -> None:
        self._length, self._heard, self._windows = length, heard, 0

    def _window(self) -> None:
        self._heard(min(self._windows * _WINDOW, self._length))
        self._windows += 1

    def remove(self) -> None:
        for hook in self._hooks:
            hook.remove()


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
            fp16=working_dtype(network) == torch.float16,
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
    return [
        Segment(
            tuple(
                word(each["text"], each["start"], each["end"], each["confidence"], language)
                for each in segment.get("words", ())
            ),
            segment["avg_logprob"],
            segment["compression_ratio"],
            segment["no_speech_prob"],
        )
        for segment in result["segments"]
    ]
