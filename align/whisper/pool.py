"""The Whisper models of one run: found, loaded once, passed over where they fail, and what they hear."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ...engine.errors import AudioError, Cancelled, LipSyncError, MissingFilesError
from ...engine.weights.locate import require
from ..attempts import explained
from ..language import Language
from ..names import MODELS, Content
from ..transcribe.models import ct2_places, openai_places
from ..weights import openai_set

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.media.sound import Sound
    from ..words import WordTimings
    from .model import WhisperModel

_USUAL = "base"
_Found = TypeVar("_Found")
_log = logging.getLogger(__name__)


class NamedModelError(Exception):
    """The model whose file the user has named can't be used; the cause says why."""


class Whispers:
    """Models that were loaded are used again by whoever asks next.

    path: the only one to use; else size, or the largest that is installed and knows the language. download:
    fetch one where there is none. skipped: why others were not used, a sentence each.
    """

    def __init__(
        self,
        sound: Sound,
        language: Language | None,
        host: Host,
        *,
        song: bool = False,
        path: Path | None = None,
        size: str = "",
        download: bool = False,
    ) -> None:
        self._sound, self._host = sound, host
        self._content: Content = "song" if song else "speech"
        self.language = language.whisper if language else ""
        self._english = language is None or language.english
        self._path, self._size, self._download = path, size, download
        self._candidates = self.places()
        self._model: WhisperModel | None = None
        self._fault: LipSyncError | None = None
        self._none: LipSyncError | None = None
        self._recognised: WordTimings | None = None
        self.skipped: list[str] = []

    def available(self) -> bool:
        """Whether a model can be loaded, which it then is."""
        try:
            self._loaded()
        except LipSyncError:
            return False
        return True

    def heard(self) -> WordTimings:
        """The words that a model hears in the sound. Raises as `use`."""
        from ..transcribe.whisper import WhisperWords

        if self._recognised is None:
            self._recognised = self.use(
                lambda model: WhisperWords(model).transcribe(
                    self._sound, language=self.language or None, content=self._content, host=self._host
                )
            )
        return self._recognised

    def heard_if_possible(self) -> WordTimings | None:
        """As `heard`; None without a model."""
        try:
            return self.heard()
        except LipSyncError:
            if self._none is None:
                raise
            return None

    def use(self, work: Callable[[WhisperModel], _Found]) -> _Found:
        """What the first model makes of the sound that can do it: one that loads may still ask for more
        memory than there is. Raises MissingFilesError where there is none, and what is wrong with the first
        where none can be used."""
        while True:
            model = self._loaded()
            try:
                with model.resident():
                    return work(model)
            except (Cancelled, AudioError):
                raise
            except Exception as error:
                self.skip(model.name, error)
                self._model = None

    def _loaded(self) -> WhisperModel:
        from .load import load_whisper

        while self._model is None:
            if self._none is not None:
                raise self._none
            self._host.check_cancelled()
            try:
                place = next(self._candidates, None)
            except Cancelled:
                raise
            except Exception as error:
                self._none = self._fault or explained(error, "Whisper")
                continue
            if place is None:
                self._none = self._fault or MissingFilesError("No other Whisper model is installed.")
                continue
            try:
                self._model = load_whisper(place, self._host)
            except Cancelled:
                raise
            except Exception as error:
                self.skip(place.name, error)
        return self._model

    def skip(self, model: str, error: Exception) -> None:
        """Note why a model is not used. Raises NamedModelError for the one that the user has named."""
        if self._path and not isinstance(error, MissingFilesError):
            raise NamedModelError(str(self._path)) from error
        fault = explained(error, f"Whisper {model}")
        if fault is not error:
            _log.warning("Whisper %s failed", model, exc_info=error)
        self._fault = self._fault or fault
        self.skipped.append(f"whisper: {fault}".rstrip(".") + ".")

    def places(self) -> Iterator[Path]:
        """Files and folders of the model that is asked for, or of those installed that know the language, the
        largest first. Raises MissingFilesError at the end where there is none."""
        if self._path:
            yield self._path
            return
        wanted = [self._size] if self._size else [*reversed(MODELS)]
        tried = False
        for name in wanted:
            if name.endswith(".en") and not self._english and not self._size:
                continue
            for place in dict.fromkeys((*openai_places(name, self._host), *ct2_places(name, self._host))):
                tried = True
                yield place
        if tried and not self._download:
            return
        paths = require(openai_set(self._size or _USUAL), self._host, download=self._download)
        yield paths["model.safetensors"].parent
