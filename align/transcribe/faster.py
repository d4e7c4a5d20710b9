"""faster-whisper: Whisper by CTranslate2, faster and in less memory. Optional (MIT)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.errors import InputError
from ..attempts import import_failed, require_recogniser, unusable
from ..names import FASTER, Content
from ..words import WordTimings
from .procedure import Heard, Samples, Session, transcribed, word
from .protocol import Segment

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

    from ...engine.host.protocol import Host
    from ...engine.media.sound import Sound

PACKAGE = "faster_whisper"
FILES = ("model.bin", "config.json", "tokenizer.json")
"""What a model's folder has to hold; without the tokeniser the package would fetch one."""

_LONGEST_PASSAGE = 120.0
# What a model takes on the device beside its weights: half a minute of activations for five hypotheses.
_ACTIVATIONS = 400_000_000


def require() -> None:
    """Raises MissingFilesError when it is not installed."""
    require_recogniser(PACKAGE, FASTER)


def has_network(folder: Path) -> bool:
    """Whether it is meant as a model, of which something may be missing."""
    try:
        return (folder / FILES[0]).is_file()
    except OSError:
        return False


def is_model(folder: Path) -> bool:
    try:
        return all((folder / name).is_file() for name in FILES)
    except OSError:
        return False


class FasterWhisper:
    """Transcribes with a CTranslate2 folder: 8-bit on the CPU, 16-bit on CUDA.

    The model is loaded for each run and released after it, because CTranslate2's memory is out of the host's
    reach. late: seconds after their onset that words begin in the model's attention.
    """

    def __init__(self, folder: Path, name: str = "", *, late: float) -> None:
        self.name = f"{FASTER} {name or folder.name}"
        self._folder = folder
        self._late = late

    def transcribe(self, sound: Sound, *, language: str | None, content: Content, host: Host) -> WordTimings:
        """See `protocol.Transcriber`."""
        require()

        @contextmanager
        def opened() -> Iterator[Session]:
            host.progress("Loading Whisper", 0, 1)
            model = self._load(host)
            try:
                yield Session(
                    model.supported_languages,
                    lambda samples: dict(model.detect_language(samples)[2]),
                    lambda samples, tongue, heard: _segments(model, samples, tongue, heard),
                )
            finally:
                model.model.unload_model()

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

    def _load(self, host: Host) -> WhisperModel:
        if not is_model(self._folder):
            lacking = ", ".join(name for name in FILES if not (self._folder / name).is_file())
            raise InputError(
                f"{self._folder} is no model of faster-whisper, because it lacks {lacking}: fetch it again, "
                f"or choose a folder that holds {', '.join(FILES[:-1])} and {FILES[-1]}."
            )
        cuda = host.device.type == "cuda"
        host.free_memory((self._folder / "model.bin").stat().st_size + _ACTIVATIONS)
        try:
            from faster_whisper import WhisperModel
        # A library that a binary below it asks for may be missing.
        except Exception as error:
            raise import_failed(error, "faster-whisper") from error
        try:
            return WhisperModel(
                str(self._folder),
                device="cuda" if cuda else "cpu",
                device_index=host.device.index or 0,
                compute_type="float16" if cuda else "int8",
                local_files_only=True,
            )
        except Exception as error:
            raise unusable(self._folder, error) from error


def _segments(model: WhisperModel, samples: Samples, language: str, heard: Heard) -> Iterator[Segment]:
    found, _ = model.transcribe(
        samples,
        language=language,
        temperature=0.0,
        word_timestamps=True,
        vad_filter=False,
        # Told what came before, the model is prone to repeat it for ever, in choruses above all.
        condition_on_previous_text=False,
    )
    for segment in found:
        heard(segment.end)
        yield Segment(
            tuple(
                word(each.word, each.start, each.end, each.probability, language)
                for each in segment.words or ()
            ),
            segment.avg_logprob,
            segment.compression_ratio,
            segment.no_speech_prob,
        )
