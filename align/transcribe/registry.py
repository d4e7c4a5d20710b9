"""The engines by name, and the choice among them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.errors import (
    AlignmentError,
    AudioError,
    Cancelled,
    InputError,
    LipSyncError,
)
from ...engine.report import Caution
from ...engine.weights.entries import WeightSet
from ..attempts import explained, installed
from ..language import parse_language
from ..model_files import has_weights
from ..names import AUTO, ENGINES, FASTER, MODELS, SPHINX, TIMESTAMPED, WHISPER, Content
from ..weights import ct2_set, openai_set
from . import faster, sphinx, timestamped
from .models import (
    ADVICE_COMMAND,
    ADVICE_NODE,
    KIND,
    ct2_places,
    fetched,
    local_model,
    mend,
    missing,
    no_model,
    openai_places,
)
from .protocol import Transcriber

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.media.sound import Sound
    from ..chain import AlignOptions
    from ..words import WordTimings

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Engine:
    """An engine that runs Whisper. make: of a model's place and name, "" for that of the file."""

    name: str
    package: str
    require: Callable[[], None]
    places: Callable[[str, Host], Iterator[Path]]
    weights: Callable[[str], WeightSet]
    make: Callable[[Path, str], Transcriber]


# Cross-attention, which Whisper's word times are read from, looks at a sound once it has begun. Median signed
# error of word starts without a correction, with tiny.en, on the corpus (three voices at 150, 110 and 80
# words a minute) and on recorded speech (against PocketSphinx' alignment, which is within 24 ms):
#   whisper-timestamped  +92 to +113 ms, +70 ms
#   faster-whisper       +112 to +168 ms, +90 ms
# The corrections, seconds by model, lie between the two. Of no other model were weights at hand to measure,
# so they ("") get the least that was seen of Whisper's aligners (+45 to +100 ms on JamendoLyrics' songs), and
# faster-whisper the 30 ms more by which it was later with the same weights.
_TIMESTAMPED_LATE = {"tiny.en": 0.08, "": 0.06}
_FASTER_LATE = {"tiny.en": 0.11, "": 0.09}


def _timestamped(place: Path, name: str) -> Transcriber:
    late = _TIMESTAMPED_LATE.get(name, _TIMESTAMPED_LATE[""])
    return timestamped.TimestampedWhisper(place, name, late=late)


def _faster(place: Path, name: str) -> Transcriber:
    return faster.FasterWhisper(place, name, late=_FASTER_LATE.get(name, _FASTER_LATE[""]))


def _own(place: Path, name: str) -> Transcriber:
    from .whisper import OwnWhisper

    return OwnWhisper(place, name)


def _nothing() -> None:
    """What the pack's own engine needs beyond what the pack does."""


_ENGINES = {
    engine.name: engine
    for engine in (
        _Engine(
            TIMESTAMPED, timestamped.PACKAGE, timestamped.require, openai_places, openai_set, _timestamped
        ),
        _Engine(FASTER, faster.PACKAGE, faster.require, ct2_places, ct2_set, _faster),
        _Engine(WHISPER, "transformers", _nothing, openai_places, openai_set, _own),
    )
}


_USUAL = "base"
_MISHEARS = Caution(
    "By PocketSphinx, which mishears every other word: it is no transcript to rely on.", "mishears"
)


@dataclass
class Choice:
    """A transcriber, what should be said about why it and no better one, and what may take its place."""

    transcriber: Transcriber
    notes: list[str] = field(default_factory=list)
    others: tuple[Callable[[], Transcriber], ...] = ()

    def transcribe(self, sound: Sound, *, language: str | None, content: Content, host: Host) -> WordTimings:
        """By the first transcriber that can be had; `notes` then tell why others could not.

        language: as align.language takes it, None to hear it. Raises InputError for what is no language, the
        first one's error where none can, AudioError, and the host's own when cancelled.
        """
        asked = parse_language(language)
        self.notes += sound.all_notes()
        first: LipSyncError | None = None
        for make in (lambda: self.transcriber, *self.others):
            host.check_cancelled()
            transcriber = make()
            try:
                found = transcriber.transcribe(
                    sound, language=None if asked is None else asked.whisper, content=content, host=host
                )
            except (Cancelled, AudioError):
                raise
            except Exception as error:
                failed = explained(error, transcriber.name)
                if failed is not error:
                    _log.warning("%s failed", transcriber.name, exc_info=error)
                first = first or failed
                self.notes.append(f"Not by {transcriber.name}: {failed}")
                continue
            return found
        assert first is not None
        raise first


def choose(
    engine: str, model: str, host: Host, *, path: str = "", fetch: bool = False, advice: str = ADVICE_NODE
) -> Choice:
    """The transcriber that is asked for.

    engine: one of names.ENGINES, or "auto": the first that is installed and has the model, but never
    PocketSphinx. model: one of names.MODELS. path: a local model instead, file or folder. fetch: download
    the model where it is missing or was cut off. advice: what to do where it is missing and not fetched.
    Raises InputError for unknown names and unfit files, MissingFilesError, which says what is missing, how
    large it is, its licence and what fetches it, and WeightsError when a download fails.
    """
    if engine not in (AUTO, *ENGINES):
        raise InputError(f'There is no engine "{engine}": choose auto, {", ".join(ENGINES)}.')
    if engine == SPHINX:
        return Choice(sphinx.Sphinx(), [_MISHEARS])
    if path.strip():
        return Choice(_local(engine, path.strip(), host))
    if engine != AUTO:
        _ENGINES[engine].require()
    usable = _usable(engine)
    if fetch:
        for each in usable:
            mend(each.weights(model), host)
    places = [(each, place) for each in usable for place in dict.fromkeys(each.places(model, host))]
    if places:
        first, *rest = (partial(_made, each, place, model, host) for each, place in places)
        return Choice(first(), others=tuple(rest))
    weights = usable[0].weights(model)
    if fetch:
        return Choice(_made(usable[0], fetched(weights, host), model, host))
    raise missing(weights, advice)


def _usable(engine: str) -> list[_Engine]:
    return [each for each in _ENGINES.values() if installed(each.package) and engine in (AUTO, each.name)]


def recognise(sound: Sound, options: AlignOptions, host: Host) -> tuple[WordTimings, list[str]]:
    """What is said in a sound, where there is no text to align, and what should be said about how.

    options: but for the aligner. Raises what `choose` and `Choice.transcribe` do, and AlignmentError where no
    words are heard."""
    choice = recogniser(options, host)
    timings = choice.transcribe(sound, language=options.language, content=options.content, host=host)
    if not timings.lines:
        raise AlignmentError("No words are heard in the audio: choose one that somebody speaks or sings in.")
    return timings, choice.notes


def recogniser(options: AlignOptions, host: Host) -> Choice:
    """What `recognise` hears with, for commands; raises what `choose` does."""
    asked = parse_language(options.language)
    language = None if asked is None else asked.whisper
    model = options.model or _largest(options.transcriber, language, host)
    choice = choose(
        options.transcriber,
        model,
        host,
        path=str(options.whisper or ""),
        fetch=options.download,
        advice=ADVICE_COMMAND,
    )
    chosen = not options.model and not options.whisper and options.transcriber != SPHINX
    if chosen and language is None and model.endswith(".en"):
        choice.notes.append(
            f"The only Whisper model that is installed, {model}, knows nothing but English: for another "
            "language add one without .en."
        )
    return choice


def _largest(engine: str, language: str | None, host: Host) -> str:
    """The largest model that is here and knows the language, which where nobody told it those for English
    alone can't be sure of; else the usual one, to be fetched."""
    names = [*reversed(MODELS)]
    if language != "en":
        english = [name for name in names if name.endswith(".en")] if language is None else []
        names = [*(name for name in names if not name.endswith(".en")), *english]
    for name in names:
        if any(True for each in _usable(engine) for _ in each.places(name, host)):
            return name
    return _USUAL


def _local(engine: str, path: str, host: Host) -> Transcriber:
    """By the first engine that is installed and reads a local file or folder."""
    place = local_model(path, host.models_folders(KIND))
    fits = (FASTER,) if faster.is_model(place) else (TIMESTAMPED, WHISPER) if has_weights(place) else ()
    if not fits:
        raise no_model(place)
    if engine not in (AUTO, *fits):
        raise InputError(f"{place} is a model for {fits[0]}, not for {engine}: choose that engine, or auto.")
    usable = [each for each in _usable(engine) if each.name in fits]
    if not usable:
        _ENGINES[fits[0] if engine == AUTO else engine].require()
    return _made(usable[0], place, _name(place), host)


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
    return _ENGINES[engine].make(place, name)
