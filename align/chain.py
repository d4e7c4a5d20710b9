"""Known lyrics on a sound by whichever aligner can be trusted with them, and which that was."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.errors import (
    AlignmentError,
    AudioError,
    Cancelled,
    InputError,
    LipSyncError,
    MissingFilesError,
    TextError,
)
from ..engine.media.voice import looks_like_song
from ..engine.weights.entries import readable
from .attempts import explained
from .beyond import as_far_as_heard, ended, fitting
from .doubt import doubt, is_estimated, unsung
from .engines.protocol import RATE, Request
from .engines.registry import aligner, knows, ranked
from .language import ENGLISH, Language, parse_language
from .names import AUTO, Aligner, Content
from .pauses import INAUDIBLE
from .place import ENGINE as PLACED
from .place import place_words
from .pocket_aligner import PocketAligner
from .pronounce import MEASURED
from .sheet import LeftOut, notes
from .text import LyricLine, LyricText, read_text
from .timing import SHORTEST_WORD
from .torn import torn_lines
from .whisper.pool import NamedModelError, Whispers
from .words import WordTimings

if TYPE_CHECKING:
    from ..engine.host.protocol import Host
    from ..engine.media.sound import Sound

Samples = npt.NDArray[np.float32]

# Seconds by which a separated voice may be longer or shorter: encoders pad what they write.
_OTHER_LENGTH = 1


@dataclass(frozen=True)
class AlignOptions:
    """language: as align.language takes it, "" to find it in the text. content: speech, song, or decided by
    the sound. whisper: a local model; else `model`, or the largest that is installed. download: fetch what a
    named engine lacks. transcriber: of names.ENGINES, what writes down the words where there is no text."""

    engine: Aligner = "auto"
    language: str = ""
    content: Content = "auto"
    whisper: Path | None = None
    model: str = ""
    download: bool = False
    transcriber: str = AUTO


@dataclass
class Aligned:
    """timings: every word of the lyrics up to the sound's end, in order. steps: what was tried, and why it
    was not used. lacking: what was not tried for want of its model, in a sentence, or "". left_out: what the
    lyrics hold that is not sung, such as section headers. heard: what is to be said of the sound."""

    timings: WordTimings
    steps: list[str] = field(default_factory=list)
    lacking: str = ""
    left_out: tuple[LeftOut, ...] = ()
    heard: tuple[str, ...] = ()

    def notes(self) -> list[str]:
        """For people: what to doubt, of the sound, what else was tried, and what was left out."""
        return [
            *doubt(self.timings),
            *self.heard,
            *(f"Not by {step}." for step in _joined(self.steps)),
            *([self.lacking] if self.lacking else []),
            *notes(self.left_out),
        ]

    def report(self) -> str:
        """For people: the engine, the notes, and each word's time."""
        engine = self.timings.engine.rstrip(".")
        by = engine[:1].upper() + engine[1:] if is_estimated(self.timings) else f"Timed by {engine}"
        rows = [f"{by}.", *self.notes()]
        return "\n".join([*rows, *word_rows(self.timings)])


def word_rows(timings: WordTimings) -> list[str]:
    """For people: start and end in seconds, confidence and text of each word."""
    return [f"{w.start:8.2f} {w.end:8.2f}  {w.confidence:.2f}  {w.text}" for w in timings.words()]


_log = logging.getLogger(__name__)


def align(
    sound: Sound, lyrics: str, host: Host, options: AlignOptions | None = None, *, stem: Sound | None = None
) -> Aligned:
    """Time every word of the lyrics on a sound.

    stem: the voice alone, where the sound is a song with music; it is what is listened to.
    Raises TextError when the lyrics hold nothing to speak, AudioError for empty sound, AlignmentError where
    no voice is heard or the lyrics are not what it says, MissingFilesError for a named engine that is not
    installed.
    """
    options = options or AlignOptions()
    asked = parse_language(options.language)
    stem, lengths = fitted(stem, sound)
    samples = (stem or sound).mono(RATE)
    if samples.size == 0:
        raise AudioError("The soundtrack is empty: choose audio that holds the words.")
    text = read_text(lyrics, asked)
    if float(np.abs(samples).max()) < INAUDIBLE:
        raise AlignmentError("The audio is silent: choose the one that holds the words.")
    run = _Run(stem or sound, samples, text, host, options)
    found = run.by_name(options.engine) if options.engine != "auto" else run.in_order()
    timed = _voiced(found.timings, text.lines)
    timings, beyond = ended(timed, samples.size / RATE, text.lines[len(timed.lines) :])
    said = (*beyond, *torn_lines(timings), *unsung(timings), *language_notes(text.language))
    heard = (*(stem or sound).all_notes(), *lengths, *said)
    return replace(found, timings=timings, left_out=text.left_out, heard=heard)


def _voiced(timings: WordTimings, lines: Sequence[LyricLine]) -> WordTimings:
    """With who sings each line, as the text says. lines: those that were timed, one by one, and perhaps
    more."""
    if not any(line.voice for line in lines):
        return timings
    pairs = zip(timings.lines, lines, strict=False)
    return replace(timings, lines=tuple(replace(timed, voice=line.voice) for timed, line in pairs))


def fitted(stem: Sound | None, sound: Sound) -> tuple[Sound | None, list[str]]:
    """The voice alone without what lies beyond the sound's end, and a note where one is much longer."""
    if stem is None:
        return None, []
    voice, whole = stem.duration, sound.duration
    notes = []
    if abs(voice - whole) > _OTHER_LENGTH:
        beyond = "what lies beyond the audio's end is left out" if voice > whole else "its end has no voice"
        notes.append(
            f"The separated voice lasts {float(voice):.1f} s and the audio {float(whole):.1f} s: {beyond}; "
            "check that they belong together."
        )
    return (stem.cut(0, whole) if voice > whole else stem), notes


def language_notes(language: Language | None) -> list[str]:
    """For people: which language a text was taken for, where nobody said."""
    if language is None:
        return ["The text does not tell its language, so it was taken for English: set the language."]
    notes = [f"The language was found in the text: {language.name}."] if language.found else []
    if language.code not in MEASURED:
        notes.append(f"How well words in {language.name} are timed was not measured.")
    return notes


def align_offline(
    samples16k: Samples,
    lines: Sequence[LyricLine],
    spans: Sequence[tuple[float, float]],
    language: Language | None = None,
) -> WordTimings:
    """By what needs no model and no time: PocketSphinx, and where it finds no way, or a language that it
    can't pronounce, by syllables on the spans with a voice; `engine` then also says why.

    samples16k: mono float32 [n]; spans: seconds; language: of LyricText. Raises AudioError for empty sound,
    MissingFilesError without pocketsphinx.
    """
    try:
        return as_far_as_heard(samples16k, lines, language or ENGLISH, PocketAligner())
    except (AlignmentError, TextError) as error:
        placed = place_words(samples16k, lines, spans)
        return replace(placed, engine=f"{PLACED}: {error}", language=language.tag if language else "")


def _joined(steps: Sequence[str]) -> list[str]:
    """Steps ("name: reason."), those with the same reason as one."""
    names: dict[str, list[str]] = {}
    for step in steps:
        name, _, reason = step.rstrip(".").partition(": ")
        names.setdefault(reason, []).append(name)
    return [f"{', '.join(dict.fromkeys(each))}: {reason}" for reason, each in names.items()]


def _lacking(missing: Mapping[str, MissingFilesError]) -> str:
    """missing: by the aligner that it is missing for."""
    if not missing:
        return ""
    sets: dict[str, list[str]] = {}
    for name, error in missing.items():
        sets.setdefault(f"{error.weights}, {readable(error.size)}", []).append(name)
    named = "; ".join(f"{', '.join(names)} ({what})" for what, names in sets.items())
    wanted = " ".join(dict.fromkeys(error.weights for error in missing.values()))
    return (
        f"Not tried, because their models are missing: {named}. The node Model Manager (LipSync) fetches "
        f"them, or `python -m lipsync_studio weights download {wanted}`."
    )


class _Run:
    """One sound and one text."""

    def __init__(
        self, sound: Sound, samples: Samples, text: LyricText, host: Host, options: AlignOptions
    ) -> None:
        self._options = options
        content = options.content
        song = looks_like_song(samples) if content == "auto" else content == "song"
        self._request = Request(
            sound,
            samples,
            text.lines,
            text.language,
            song,
            host,
            Whispers(
                sound,
                text.language,
                host,
                song=song,
                path=options.whisper,
                size=options.model,
                download=options.download,
            ),
            options.download,
            options.engine != "auto",
        )

    def by_name(self, engine: str) -> Aligned:
        try:
            named_aligner = aligner(engine)
            language = self._request.language
            if not knows(named_aligner, language):
                assert language is not None
                raise InputError(
                    f"The aligner {engine} doesn't know {language.name}: choose another one, or have it "
                    "chosen automatically."
                )
            found = named_aligner.align(self._request)
        except NamedModelError as named:
            raise self._named(named) from named.__cause__
        except Exception as error:
            raise explained(error, f"The aligner {engine}") from error
        self._request.host.check_cancelled()
        if found.derailed:
            raise AlignmentError(
                f"The lyrics can't be timed by {engine}, because {found.derailed}: check that they are what "
                "is heard, or let the engine be chosen automatically."
            )
        return Aligned(found.timings, self._request.whispers.skipped)

    def in_order(self) -> Aligned:
        """By the first aligner that can be had and trusted. What fails, for whatever reason, is a step."""
        request = self._request
        # Of a text that is longer than the sound can be, as much as may be heard.
        request = replace(request, lines=fitting(request.lines, request.duration / SHORTEST_WORD))
        cut = request.count < self._request.count
        if request.duration < SHORTEST_WORD * request.count:
            raise self._too_short()
        steps: list[str] = []
        lacking: dict[str, MissingFilesError] = {}

        def done(timings: WordTimings) -> Aligned:
            return Aligned(timings, self._all_steps(steps), _lacking(lacking))

        second_best: WordTimings | None = None
        partial: WordTimings | None = None
        whispers = self._request.whispers
        # A sound that only seems to be a song may be speech over music, which PocketSphinx takes.
        content = "song" if self._options.content == "song" else "speech"
        for candidate in ranked(self._request.language, content):
            self._request.host.check_cancelled()
            if not candidate.ready(request):
                continue
            if candidate.estimates and cut and partial is None and second_best is None:
                raise self._too_short()
            if candidate.estimates and partial is not None:
                return done(partial)
            if candidate.estimates and second_best is not None and not whispers.available():
                return done(second_best)
            try:
                found = candidate.align(request)
            except (Cancelled, AudioError):
                raise
            except NamedModelError as named:
                raise self._named(named) from named.__cause__
            except Exception as error:
                if isinstance(error, MissingFilesError) and error.weights:
                    lacking[candidate.name] = error
                    continue
                if not isinstance(error, LipSyncError):
                    _log.warning("The aligner %s failed", candidate.name, exc_info=error)
                reason = str(explained(error, f"The aligner {candidate.name}"))
            else:
                request.host.check_cancelled()
                if not found.derailed:
                    return done(found.timings)
                reason = found.derailed
                second_best = second_best or found.second_best
                partial = partial or found.partial
            steps.append(f"{candidate.name}: {reason}".rstrip(".") + ".")
        raise AlignmentError(
            "No voice that says these lyrics was found in the audio: check that they belong together, give "
            "the separated voice where there is music, or install a Whisper model (tried "
            + "; ".join(_joined(self._all_steps(steps)))
            + f"). {_lacking(lacking)}".rstrip()
        )

    def _too_short(self) -> AlignmentError:
        request = self._request
        return AlignmentError(
            f"The audio lasts {request.duration:.1f} s, too short for the {request.count} words of the "
            "lyrics: check that they belong together."
        )

    def _all_steps(self, steps: Sequence[str]) -> list[str]:
        return list(dict.fromkeys([*steps, *self._request.whispers.skipped]))

    def _named(self, error: NamedModelError) -> LipSyncError:
        cause = error.__cause__
        assert isinstance(cause, Exception)
        return explained(cause, str(error))
