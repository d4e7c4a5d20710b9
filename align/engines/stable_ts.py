"""stable-ts: OpenAI's Whisper made to write the text, by the package `stable_whisper`. Optional (MIT)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.errors import AudioError, Cancelled, MissingFilesError
from ..attempts import explained, import_failed, installed
from ..combine import NO_LENGTH
from ..letters import Piece, timed_lines
from ..model_files import has_weights
from ..names import LANGUAGES
from ..pauses import INAUDIBLE, Silences
from ..timing import Alignment
from ..whisper.openai import known_languages, language_probabilities, load_whisper
from ..words import WordTimings
from .protocol import Request

if TYPE_CHECKING:
    from whisper.model import Whisper

    from ...engine.host.protocol import Host

PACKAGE = "stable_whisper"
STAGE = "Aligning (stable-ts)"

# By how much words begin late, measured with tiny.en: 0.13 to 0.17 s on synthesised speech. Of other models
# no weights were at hand: they get as much less as the pack's own aligner gives them.
_LAGS = {"tiny.en": 0.14}
_LAG = 0.10
# Measured with tiny.en: words with less probability than this are 5 to 14 % of the right text, sung too, 26 %
# where 15 % of the words are altered, 44 % of another text, 93 to 100 % on music, noise and silence.
_UNLIKELY = 0.1
_UNLIKELY_SHARE = 0.35
# Words shorter than `NO_LENGTH` got no time: 5 to 8 % of the right text, 58 % of another.
_LOST_SHARE = 0.45
_PEAK = 0.7
# Attention matrices that exist at a time, of float32.
_MATRICES = 4


class StableTs:
    """See `protocol.Aligner`."""

    name = "stable-ts"
    languages = frozenset(LANGUAGES)
    contents = frozenset({"speech", "song"})
    needs = "`pip install stable-ts`, and a Whisper model: .pt or Hugging Face folder"
    estimates = False

    def ready(self, request: Request) -> bool:
        return installed(PACKAGE)

    def align(self, request: Request) -> Alignment:
        if not installed(PACKAGE):
            raise MissingFilesError(
                "Aligning with stable-ts needs that package: run `pip install stable-ts` with the Python "
                "that runs LipSync Studio, or choose another engine."
            )
        level = float(np.abs(request.samples).max())
        if level < INAUDIBLE:
            return Alignment(WordTimings((), engine=self.name), "there is nothing to hear")
        failed: Exception | None = None
        for place in request.whispers.places():
            if not has_weights(place):
                continue
            request.host.check_cancelled()
            try:
                return _aligned(request, place, level)
            except (Cancelled, AudioError):
                raise
            except Exception as error:
                failed = failed or explained(error, f"stable-ts {place.name}")
        raise failed or MissingFilesError(
            "stable-ts needs a Whisper model of OpenAI's or Hugging Face's kind: put one into "
            "models/whisper, or turn on the download."
        )


def _aligned(request: Request, place: Path, level: float) -> Alignment:
    import torch

    with warnings.catch_warnings():
        # It warns of what is told here, words that got no time.
        warnings.simplefilter("ignore")
        stable_align = _package()
        managed = request.host.manage(load_whisper(place, torch.float32))
        network: Any = managed.module
        needed = _MATRICES * network.dims.n_audio_head * network.dims.n_audio_ctx**2 * 4
        samples = request.samples * np.float32(_PEAK / level)
        with request.host.resident(managed, activation_bytes=needed), _watched(network, request.host):
            language = _language(network, request, samples)
            if not language:
                nothing = WordTimings((), engine=StableTs.name)
                return Alignment(nothing, f"{place.name} doesn't know {request.spoken.name}")
            result = stable_align(
                network,
                torch.from_numpy(samples),
                "\n".join(
                    "".join(word.display + " " * word.space for word in line.words) for line in request.lines
                ),
                language=language,
                original_split=True,
                # It would draw a bar; pauses are looked for below.
                suppress_silence=False,
                verbose=None,
                ignore_compatibility=True,
                progress_callback=lambda done, total: request.host.progress(
                    STAGE, int(done), max(1, int(total)), unit="seconds"
                ),
            )
    name = place.stem if place.suffix in (".pt", ".pth") else place.name
    lag = _LAGS.get(name.removeprefix("whisper-"), _LAG)
    found = result.all_words() if result else []
    silences = Silences(request.samples)
    pieces = [
        Piece(word.word, silences.onset(word.start - lag, word.end - lag), word.end - lag, word.probability)
        for word in found
    ]
    lines, _ = timed_lines(request.lines, pieces, request.duration)
    tag = request.language.tag if request.language else language
    timings = WordTimings(lines, tag, f"stable-ts ({name})")
    return Alignment(timings, _derailed(found))


def _package() -> Any:
    """Its `align`. Raises MissingFilesError where the package can't be imported."""
    try:
        from stable_whisper.alignment import align
    except Exception as error:
        raise import_failed(error, "stable-ts") from error
    return align


def _language(network: Whisper, request: Request, samples: np.ndarray) -> str:
    """What to tell the model that is spoken; "" where it doesn't know that. One that knows English alone
    takes everything for it."""
    known = known_languages(network.dims.n_vocab)
    asked = request.whispers.language
    if len(known) == 1:
        return known[0]
    if asked:
        return asked if asked in known else ""
    probabilities = language_probabilities(network, samples)
    return max(probabilities, key=lambda code: probabilities[code])


@contextmanager
def _watched(network: Whisper, host: Host) -> Iterator[None]:
    """Whether to go on is asked before each pass of the network."""
    hooks = [
        part.register_forward_pre_hook(lambda *_: host.check_cancelled())
        for part in (network.encoder, network.decoder)
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _derailed(words: list[Any]) -> str:
    if not words:
        return "the text is not heard in the sound"
    short = sum(word.end - word.start < NO_LENGTH for word in words) / len(words)
    unlikely = sum(word.probability < _UNLIKELY for word in words) / len(words)
    if unlikely > _UNLIKELY_SHARE:
        return f"{unlikely:.0%} of the words are not what is heard"
    return f"{short:.0%} of the words found no room" if short > _LOST_SHARE else ""
