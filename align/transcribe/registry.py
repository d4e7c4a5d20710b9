"""The engines by name, and the choice among them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.errors import (
    AlignmentError,
    AudioError,
    Cancelled,
    InputError,
    LipSyncError,
    MissingFilesError,
)
from ...engine.weights.entries import WeightSet
from ..attempts import explained, installed
from ..language import parse_language
from ..model_files import has_weights
from ..names import AUTO, ENGINES, FASTER, SPHINX, TIMESTAMPED, Content
from ..weights import ct2_set, openai_set
from . import faster, sphinx, timestamped
from .models import KIND, ct2_places, fetched, mend, missing, openai_places
from .protocol import Transcriber

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.media.sound import Sound
    from ..chain import AlignOptions
    from ..words import WordTimings

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Engine:
    """An engine that runs Whisper.

    late: how many seconds after their onset it has words begin, by model; "" is for all others.
    """

    name: str
    package: str
    require: Callable[[], None]
    places: Callable[[str, Host], Iterator[Path]]
    weights: Callable[[str], WeightSet]
    make: Callable[..., Transcriber]
    late: dict[str, float]


# Cross-attention, which Whisper's word times are read from, looks at a sound once it has begun. Median signed
# error of word starts without a correction, with tiny.en, on the corpus (three voices at 150, 110 and 80
# words a minute) and on recorded speech (against PocketSphinx' alignment, which is within 24 ms):
#   whisper-timestamped  +92 to +113 ms, +70 ms
#   faster-whisper       +112 to +168 ms, +90 ms
# The corrections lie between the two. Of no other model were weights at hand to measure, so they get the
# least that was seen of Whisper's aligners (+45 to +100 ms on JamendoLyrics' songs), and faster-whisper the
# 30 ms more by which it was later with the same weights.
_ENGINES = {
    engine.name: engine
    for engine in (
        _Engine(
            TIMESTAMPED,
            timestamped.PACKAGE,
            timestamped.require,
            openai_places,
            openai_set,
            timestamped.TimestampedWhisper,
            {"tiny.en": 0.08, "": 0.06},
        ),
        _Engine(
            FASTER,
            faster.PACKAGE,
            faster.require,
            ct2_places,
            ct2_set,
            faster.FasterWhisper,
            {"tiny.en": 0.11, "": 0.09},
        ),
    )
}


_USUAL = "base"
_MISHEARS = "PocketSphinx, which mishears every other word"


@dataclass
class Choice:
    """A transcriber, what should be said about why it and no better one, and what may take its place."""

    transcriber: Transcriber
    note: str = ""
    others: tuple[Callable[[], Transcriber], ...] = ()

    def transcribe(self, sound: Sound, *, language: str | None, content: Content, host: Host) -> WordTimings:
        """By the first transcriber that can be had; `note` then tells why others could not.

        Raises the first one's error where none can, AudioError, and the host's own when cancelled.
        """
        for note in sound.all_notes():
            self._add(note)
        first: LipSyncError | None = None
        for make in (lambda: self.transcriber, *self.others):
            host.check_cancelled()
            transcriber = make()
            try:
                found = transcriber.transcribe(sound, language=language, content=content, host=host)
            except (Cancelled, AudioError):
                raise
            except Exception as error:
                failed = explained(error, transcriber.name)
                if failed is not error:
                    _log.warning("%s failed", transcriber.name, exc_info=error)
                first = first or failed
                self._add(f"Not by {transcriber.name}: {failed}")
                continue
            if first and isinstance(transcriber, sphinx.Sphinx):
                self._add(f"By {_MISHEARS}.")
            return found
        assert first is not None
        raise first

    def _add(self, row: str) -> None:
        self.note = f"{self.note}\n{row}" if self.note else row


def choose(
    engine: str, model: str, host: Host, *, path: str = "", language: str | None = None, fetch: bool = False
) -> Choice:
    """The transcriber that is asked for.

    engine: one of names.ENGINES, or "auto": the first that is installed and has the model, else, for English,
    PocketSphinx. model: one of names.MODELS. path: a local model instead, file or folder. fetch: download
    the model where it is missing or was cut off.
    Raises InputError for unknown names and unfit files, MissingFilesError, and WeightsError when a download
    fails.
    """
    if engine not in (AUTO, *ENGINES):
        raise InputError(f'There is no engine "{engine}": choose auto, {", ".join(ENGINES)}.')
    if engine == SPHINX:
        return Choice(sphinx.Sphinx())
    if path.strip():
        return Choice(_local(engine, path.strip(), host))
    if engine != AUTO:
        _ENGINES[engine].require()
    usable = [each for each in _ENGINES.values() if installed(each.package) and engine in (AUTO, each.name)]
    if fetch:
        for each in usable:
            mend(each.weights(model), host)
    places = [(each, place) for each in usable for place in dict.fromkeys(each.places(model, host))]
    english = language in (None, "en")
    if places:
        first, *rest = (partial(_made, each, place, model, host) for each, place in places)
        return Choice(first(), others=(*rest, *([sphinx.Sphinx] if engine == AUTO and english else [])))
    if usable and fetch:
        return Choice(_made(usable[0], fetched(usable[0].weights(model), host), model, host))
    lacking = missing(usable[0].weights(model), host) if usable else _no_package()
    if engine == AUTO and english:
        return Choice(sphinx.Sphinx(), f"{_MISHEARS}, because: {lacking}")
    raise lacking


def recognise(sound: Sound, options: AlignOptions, host: Host) -> tuple[WordTimings, list[str]]:
    """What is said in a sound, where there is no text to align, and what should be said about how.

    options: but for the aligner. Raises what `choose` and `Choice.transcribe` do, and AlignmentError where no
    words are heard."""
    asked = parse_language(options.language)
    language = asked.whisper if asked else None
    choice = choose(
        AUTO,
        options.model or _USUAL,
        host,
        path=str(options.whisper or ""),
        language=language,
        fetch=options.download,
    )
    timings = choice.transcribe(sound, language=language, content=options.content, host=host)
    if not timings.lines:
        raise AlignmentError("No words are heard in the audio: choose one that somebody speaks or sings in.")
    return timings, [choice.note] if choice.note else []


def _no_package() -> MissingFilesError:
    return MissingFilesError(
        "No Whisper engine is installed: run `pip install faster-whisper` or `pip install "
        "whisper-timestamped` (AGPL-3.0) with the Python that runs LipSync Studio."
    )


def _local(engine: str, path: str, host: Host) -> Transcriber:
    """The engine that reads a local file or folder."""
    given = Path(path).expanduser()
    # An absolute path stays what it is in any folder.
    places = (given, *(folder / given for folder in host.models_folders(KIND)))
    place = next((each for each in places if each.exists()), None)
    if place is None:
        raise InputError(f"There is no model at {path}: check the path, or leave it empty.")
    fits = FASTER if faster.is_model(place) else TIMESTAMPED if has_weights(place) else ""
    if not fits:
        raise InputError(
            f"{place} is no Whisper model: choose a .pt file, a folder with model.safetensors, or one of "
            "CTranslate2 with model.bin, config.json and tokenizer.json."
        )
    if engine not in (AUTO, fits):
        raise InputError(f"{place} is a model for {fits}, not for {engine}: choose that engine, or auto.")
    _ENGINES[fits].require()
    return _made(_ENGINES[fits], place, _name(place), host)


def _name(place: Path) -> str:
    stem = place.stem if place.suffix == ".pt" else place.name
    return stem.removeprefix("faster-").removeprefix("whisper-")


def _made(engine: _Engine, place: Path, name: str, host: Host) -> Transcriber:
    try:
        changed = place.stat().st_mtime_ns
    except OSError:  # for loading to say
        changed = 0
    return _kept(engine.name, place, name, changed, str(host.device))


@lru_cache(maxsize=1)
def _kept(engine: str, place: Path, name: str, changed: int, device: str) -> Transcriber:
    """The transcriber used last stays, and with it its network, which the host moves off the device when it
    needs the room."""
    late = _ENGINES[engine].late
    return _ENGINES[engine].make(place, name, late=late.get(name, late[""]))
