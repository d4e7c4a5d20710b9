"""Whisper by CTranslate2, from the folders that faster-whisper uses. Optional (MIT)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.errors import MissingFilesError
from ...engine.host.protocol import Host
from ..attempts import import_failed, installed, unusable
from ..model_files import read_json
from ..whisper_checkpoint import ENGLISH_VOCABULARY
from .model import MEDIAN_WIDTH, RATE, Reading, Samples, Writing
from .text import load_tokenizer, require_tokenizer

if TYPE_CHECKING:
    from transformers import WhisperFeatureExtractor

_MEL_BINS = 80
# Half a minute of activations.
_ACTIVATIONS = 400_000_000
# What a token gets that is never written, in nats.
_LEAST = 1e-9
_MOST_LENGTH = 228


def is_ct2(folder: Path) -> bool:
    return (folder / "model.bin").is_file() and (folder / "config.json").is_file()


class Ct2Whisper:
    """See `model.WhisperModel`. CTranslate2 shows no attention: a token's peak is where it begins."""

    def __init__(self, folder: Path, host: Host, name: str, *, lag: float) -> None:
        """Raises MissingFilesError without the package, or without the folder's tokeniser, WeightsError for
        files that can't be read, DeviceMemoryError."""
        if not installed("ctranslate2"):
            raise MissingFilesError(
                f"{folder} is a CTranslate2 model, which needs the package faster-whisper: run `pip install "
                "faster-whisper`, or choose a Hugging Face folder or a .pt file."
            )
        require_tokenizer(folder)
        try:
            import ctranslate2
        # A library that its binary asks for may be missing.
        except Exception as error:
            raise import_failed(error, "ctranslate2") from error
        from transformers import WhisperFeatureExtractor

        self.name = name
        self.lag = lag
        cuda = host.device.type == "cuda"
        host.free_memory((folder / "model.bin").stat().st_size + _ACTIVATIONS)
        try:
            self._model: Any = ctranslate2.models.Whisper(
                str(folder),
                device="cuda" if cuda else "cpu",
                device_index=host.device.index or 0,
                compute_type="float16" if cuda else "float32",
            )
        except Exception as error:
            raise unusable(folder, error) from error
        vocabulary = ENGLISH_VOCABULARY + bool(self._model.is_multilingual)
        self.tokenizer = load_tokenizer(folder, vocabulary)
        self._features: WhisperFeatureExtractor = WhisperFeatureExtractor(_mel_bins(folder))
        self._silence: Any = None

    def resident(self) -> AbstractContextManager[None]:
        """Nothing: CTranslate2's memory is out of the host's reach."""
        return nullcontext()

    def listen(self, samples16k: Samples) -> Any:
        import ctranslate2

        inputs = self._features(samples16k, sampling_rate=RATE, return_tensors="np").input_features
        return self._model.encode(ctranslate2.StorageView.from_array(np.ascontiguousarray(inputs)))

    def language(self, states: Any) -> str:
        if not self.tokenizer.multilingual:
            return "en"
        token, _ = self._model.detect_language(states)[0][0]
        return str(token).strip("<|>")

    def read(self, states: Any, frames: int, tokens: Sequence[int], language: str) -> Reading:
        if self._silence is None:
            self._silence = self.listen(np.zeros(RATE, np.float32))
        text, before = list(tokens), self.tokenizer.prompt(language)
        heard, imagined = (
            # Counted in spectral frames, of which the encoder joins two.
            self._model.align(heard_in, before, [text], 2 * frames, median_filter_width=MEDIAN_WIDTH)[0]
            for heard_in in (states, self._silence)
        )
        rows, columns = np.array(heard.alignments, np.int64).reshape(-1, 2).T
        first = np.full(len(text) + 1, frames, np.int64)
        # Of each row the path's first column.
        np.minimum.at(first, rows, columns)
        return Reading(first, first[:-1], *(_log(side.text_token_probs) for side in (heard, imagined)))

    def write(self, states: Any, language: str) -> Writing:
        result = self._model.generate(
            states,
            [self.tokenizer.prompt(language)],
            beam_size=1,
            max_length=_MOST_LENGTH,
            suppress_blank=False,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        return Writing(list(result.sequences_ids[0]), float(result.scores[0]), float(result.no_speech_prob))


def _log(probabilities: Sequence[float]) -> Any:
    return np.log(np.maximum(np.array(probabilities, np.float32), _LEAST))


def _mel_bins(folder: Path) -> int:
    return int(read_json(folder / "preprocessor_config.json").get("feature_size", _MEL_BINS))
