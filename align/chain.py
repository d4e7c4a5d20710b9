"""Known lyrics on a sound by whichever aligner can be trusted with them, and which that was."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from ..engine.errors import AlignmentError, AudioError, Cancelled, LipSyncError, MissingFilesError, TextError
from ..engine.media.voice import looks_like_song, loud_spans, voiced_spans
from ..engine.weights.locate import require
from .attempts import explained
from .doubt import doubt, doubtful_share, is_estimated, lost_lines, unheard_share, unsung
from .forced.mended import align_mended
from .language import ENGLISH, Language, parse_language
from .match import match_lyrics
from .names import MODELS, Aligner, Content
from .place import ENGINE as PLACED
from .place import place_words
from .pocket import RATE, PocketAligner
from .pronounce import MEASURED
from .refine import refined
from .sheet import LeftOut, notes
from .text import LyricLine, LyricText, read_text
from .torn import gathered, is_torn, torn_lines
from .transcribe.models import ct2_places, openai_places
from .weights import CTC_EN, openai_set
from .words import WordTimings

if TYPE_CHECKING:
    from ..engine.host.protocol import Host
    from ..engine.media.sound import Sound
    from .forced.whisper_model import WhisperModel

Samples = npt.NDArray[np.float32]

_LOST_SHARE = 0.4
# Of a song's lines that a Whisper model doesn't hear; with more other aligners are tried before.
_LOST_LINES = 0.5
# A detector that hears a voice nearly all the time hears something else: speech fills 0.64 to 0.89 of its
# time, music and noise all of theirs.
_ALL_VOICE = 0.95
_INAUDIBLE = 1e-3


@dataclass(frozen=True)
class AlignOptions:
    """language: as align.language takes it, "" to find it in the text. content: speech, song, or decided by
    the sound. whisper: a local model; else `model`, or the largest that is installed. download: fetch what a
    named engine lacks."""

    engine: Aligner = "auto"
    language: str = ""
    content: Content = "auto"
    whisper: Path | None = None
    model: str = ""
    download: bool = False


@dataclass
class Aligned:
    """timings: every word of the lyrics, in order. steps: what was tried, and why it was not used. left_out:
    what the lyrics hold that is not sung, such as section headers. heard: what is to be said of the sound."""

    timings: WordTimings
    steps: list[str] = field(default_factory=list)
    left_out: tuple[LeftOut, ...] = ()
    heard: tuple[str, ...] = ()

    def notes(self) -> list[str]:
        """For people: what to doubt, of the sound, what else was tried, and what was left out."""
        return [
            *doubt(self.timings),
            *self.heard,
            *(f"Not by {step}" for step in self.steps),
            *notes(self.left_out),
        ]

    def report(self) -> str:
        """For people: the engine, the notes, and each word's time."""
        engine = self.timings.engine.rstrip(".")
        by = engine[:1].upper() + engine[1:] if is_estimated(self.timings) else f"Timed by {engine}"
        rows = [f"{by}.", *self.notes()]
        listing = [f"{w.start:8.2f} {w.end:8.2f}  {w.confidence:.2f}  {w.text}" for w in self.timings.words()]
        return "\n".join([*rows, *listing])


_Found = TypeVar("_Found")
_log = logging.getLogger(__name__)


class _Unfit(Exception):
    """This aligner's times can't be used; the text says why."""


class _Named(Exception):
    """The model whose file the user has named can't be used."""


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
    samples = (stem or sound).mono(RATE)
    if samples.size == 0:
        raise AudioError("The soundtrack is empty: choose audio that holds the words.")
    text = read_text(lyrics, asked)
    if float(np.abs(samples).max()) < _INAUDIBLE:
        raise AlignmentError("The audio is silent: choose the one that holds the words.")
    run = _Run(stem or sound, samples, text, host, options)
    found = run.by_name(options.engine) if options.engine != "auto" else run.in_order()
    said = (*torn_lines(found.timings), *unsung(found.timings), *language_notes(text.language))
    heard = (*(stem or sound).all_notes(), *said)
    return replace(found, left_out=text.left_out, heard=heard)


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
        return PocketAligner().align(samples16k, lines, language or ENGLISH)
    except (AlignmentError, TextError) as error:
        placed = place_words(samples16k, lines, spans)
        return replace(placed, engine=f"{PLACED}: {error}", language=language.tag if language else "")


class _Run:
    """One sound and one text; models that were loaded are used again by the next aligner."""

    def __init__(
        self, sound: Sound, samples: Samples, text: LyricText, host: Host, options: AlignOptions
    ) -> None:
        self._sound, self._samples, self._lines = sound, samples, text.lines
        self._language = text.language
        self._english = text.language is None or text.language.english
        self._host, self._options = host, options
        content = options.content
        self._song = looks_like_song(samples) if content == "auto" else content == "song"
        self._pocket = PocketAligner()
        self._models = self._candidates()
        self._whisper: WhisperModel | None = None
        self._fault: LipSyncError | None = None
        self._no_whisper: LipSyncError | None = None
        self._skipped: list[str] = []
        self._recognised: WordTimings | None = None
        self._doubtful: WordTimings | None = None
        self._partial: WordTimings | None = None

    def by_name(self, engine: Aligner) -> Aligned:
        try:
            return Aligned(self._aligners()[engine](), self._skipped)
        except _Unfit as unfit:
            raise AlignmentError(
                f"The lyrics can't be timed by {engine}, because {unfit}: check that they are what is heard, "
                "or let the engine be chosen automatically."
            ) from unfit
        except _Named as named:
            raise explained(named.args[0], str(self._options.whisper)) from named.args[0]
        except Exception as error:
            raise explained(error, f"The aligner {engine}") from error

    def in_order(self) -> Aligned:
        """By the first aligner that can be had and trusted. What fails, for whatever reason, is a step."""
        steps: list[str] = []
        for name in self._order():
            self._host.check_cancelled()
            if name == "by syllables" and self._partial is not None:
                return Aligned(self._partial, self._all_steps(steps))
            if name == "by syllables" and self._doubtful is not None and not self._can_listen():
                return Aligned(self._doubtful, self._all_steps(steps))
            try:
                return Aligned(self._aligners()[name](), self._all_steps(steps))
            except (Cancelled, AudioError):
                raise
            except _Named as named:
                raise explained(named.args[0], str(self._options.whisper)) from named.args[0]
            except Exception as error:
                reason = error if isinstance(error, _Unfit) else explained(error, f"The aligner {name}")
                if not isinstance(error, (_Unfit, LipSyncError)):
                    _log.warning("The aligner %s failed", name, exc_info=error)
                steps.append(f"{name}: {reason}".rstrip(".") + ".")
        if self._partial is not None:
            return Aligned(self._partial, self._all_steps(steps))
        raise AlignmentError(
            "No voice that says these lyrics was found in the audio: check that they belong together, give "
            "the separated voice where there is music, or install a Whisper model (tried "
            + "; ".join(step.rstrip(".") for step in self._all_steps(steps))
            + ")."
        )

    def _all_steps(self, steps: Sequence[str]) -> list[str]:
        return list(dict.fromkeys([*steps, *self._skipped]))

    def _order(self) -> tuple[Aligner, ...]:
        # A sound that only seems to be a song may be speech over music, which PocketSphinx takes.
        if self._options.content == "song":
            return ("ctc", "whisper", "recognised words", "pocketsphinx", "by syllables")
        return ("pocketsphinx", "ctc", "whisper", "recognised words", "by syllables")

    def _aligners(self) -> dict[Aligner, Callable[[], WordTimings]]:
        return {
            "pocketsphinx": self._by_pocketsphinx,
            "ctc": self._by_ctc,
            "whisper": self._by_whisper,
            "recognised words": self._by_recognised,
            "by syllables": self._by_syllables,
        }

    def _by_pocketsphinx(self) -> WordTimings:
        try:
            timings = self._mended_lines(
                self._pocket.align(self._samples, self._lines, self._language or ENGLISH)
            )
        except AlignmentError as error:
            raise _Unfit("no path leads through the sound") from error
        unheard = unheard_share(timings)
        if unheard <= doubtful_share(timings):
            return timings
        # Song is where its times go wrong by themselves: mending the text doesn't help there. It is for
        # English only.
        mended = None if self._song or not self._english else self._mended()
        if mended is not None:
            return mended
        doubtful = replace(timings, engine=f"{timings.engine} ({unheard:.0%} of the words doubtful)")
        if unheard <= _LOST_SHARE and not self._can_listen():
            return doubtful
        # A model that turns out to be of no use leaves these times the best there are.
        self._doubtful = doubtful if unheard <= _LOST_SHARE else None
        raise _Unfit(f"{unheard:.0%} of the words are not heard where it puts them")

    def _mended(self) -> WordTimings | None:
        """By what is really said, where a Whisper model can tell."""
        recognised = self._heard_if_possible()
        if recognised is None:
            return None
        match = align_mended(self._samples, self._lines, recognised.words(), self._pocket)
        if match is None or match.fault:
            return None
        return replace(match.timings, engine=f"pocketsphinx, mended by {recognised.engine}")

    def _by_ctc(self) -> WordTimings:
        from .forced.ctc import align as align_ctc
        from .forced.ctc_model import load_ctc

        paths = require(CTC_EN, self._host, download=self._options.download)
        found = align_ctc(self._samples, self._lines, load_ctc(paths, self._host), self._host)
        if found.derailed:
            raise _Unfit(found.derailed)
        return found.timings

    def _by_whisper(self) -> WordTimings:
        from .forced.whisper import align as align_whisper

        language = self._whispered
        found = self._by_model(
            lambda model: align_whisper(self._samples, self._lines, model, self._host, language=language)
        )
        if found.derailed:
            raise _Unfit(found.derailed)
        timings = self._by_lines(found.timings)
        missing = lost_lines(timings)
        if len(missing) <= _LOST_LINES * len(timings.lines) or self._options.engine != "auto":
            return timings
        # Words that are recognised may tell more; where they don't, these lines are found all the same.
        self._partial = timings
        raise _Unfit(f"{len(missing)} of {len(timings.lines)} lines are not heard")

    def _by_lines(self, anchored: WordTimings) -> WordTimings:
        """Words found again in each line's own stretch, where that is surer."""
        timings, count = self._refined(anchored)
        if not count:
            return anchored
        return replace(timings, engine=f"{anchored.engine}, words of {count} lines by pocketsphinx")

    def _mended_lines(self, timings: WordTimings) -> WordTimings:
        """Lines that are torn apart, placed again."""
        torn = [at for at, line in enumerate(timings.lines) if is_torn(line)]
        if not torn:
            return timings
        lines = list(timings.lines)
        for at in torn:
            lines[at] = gathered(lines[at], self._lines[at])
        return self._refined(replace(timings, lines=tuple(lines)), torn)[0]

    def _refined(self, timings: WordTimings, only: Sequence[int] | None = None) -> tuple[WordTimings, int]:
        language = self._language or ENGLISH
        return refined(
            timings,
            self._samples,
            self._lines,
            language,
            self._pocket,
            self._host,
            only,
            over_music=self._song,
        )

    def _by_recognised(self) -> WordTimings:
        recognised = self._listened()
        match = match_lyrics(
            self._lines,
            recognised.words(),
            float(self._sound.duration),
            language=self._language.tag if self._language else recognised.language,
        )
        if match.fault:
            raise _Unfit(match.fault.rstrip("."))
        return replace(match.timings, engine=f"{match.timings.engine} ({recognised.engine})")

    def _by_syllables(self) -> WordTimings:
        """Only where a voice can be told from what else there is to hear."""
        spans = voiced_spans(self._samples)
        if self._options.engine == "by syllables":
            return place_words(self._samples, self._lines, spans or loud_spans(self._samples))
        voiced = sum(end - start for start, end in spans) / (self._samples.size / RATE)
        if not spans or voiced > _ALL_VOICE:
            raise _Unfit("no voice can be told from the rest of the sound")
        recognised = self._heard_if_possible()
        if recognised is not None and not recognised.lines:
            raise _Unfit("no words are heard")
        return place_words(self._samples, self._lines, spans)

    @property
    def _whispered(self) -> str:
        """Whisper's code of the language; "" where the text doesn't tell it, so that it is heard."""
        return self._language.whisper if self._language else ""

    def _can_listen(self) -> bool:
        try:
            self._model()
        except LipSyncError:
            return False
        return True

    def _heard_if_possible(self) -> WordTimings | None:
        try:
            return self._listened()
        except LipSyncError:
            if self._no_whisper is None:
                raise
            return None

    def _listened(self) -> WordTimings:
        from .forced.whisper_words import WhisperWords

        if self._recognised is None:
            content: Content = "song" if self._song else "speech"
            language = self._whispered or None
            self._recognised = self._by_model(
                lambda model: WhisperWords(model).transcribe(
                    self._sound, language=language, content=content, host=self._host
                )
            )
        return self._recognised

    def _by_model(self, work: Callable[[WhisperModel], _Found]) -> _Found:
        """What the first Whisper model makes of the sound that can do it: one that loads may still ask for
        more memory than there is."""
        while True:
            model = self._model()
            try:
                with model.resident():
                    return work(model)
            except (Cancelled, AudioError):
                raise
            except Exception as error:
                self._skip(model.name, error)
                self._whisper = None

    def _model(self) -> WhisperModel:
        """The first Whisper model that loads. Raises MissingFilesError where there is none, and what is wrong
        with the first where none can be used."""
        from .forced.whisper_load import load_whisper

        while self._whisper is None:
            if self._no_whisper is not None:
                raise self._no_whisper
            self._host.check_cancelled()
            try:
                place = next(self._models, None)
            except Cancelled:
                raise
            except Exception as error:
                self._no_whisper = self._fault or explained(error, "Whisper")
                continue
            if place is None:
                self._no_whisper = self._fault or MissingFilesError("No other Whisper model is installed.")
                continue
            try:
                self._whisper = load_whisper(place, self._host)
            except Cancelled:
                raise
            except Exception as error:
                self._skip(place.name, error)
        return self._whisper

    def _skip(self, model: str, error: Exception) -> None:
        """Note why a model is not used. Raises _Named for one that the user has named by its file."""
        if self._options.whisper and not isinstance(error, MissingFilesError):
            raise _Named(error) from error
        fault = explained(error, f"Whisper {model}")
        if fault is not error:
            _log.warning("Whisper %s failed", model, exc_info=error)
        self._fault = self._fault or fault
        self._skipped.append(f"whisper: {fault}".rstrip(".") + ".")

    def _candidates(self) -> Iterator[Path]:
        """The model that is asked for, or those installed that know the language, the largest first."""
        if self._options.whisper:
            yield self._options.whisper
            return
        wanted = [self._options.model] if self._options.model else [*reversed(MODELS)]
        tried = False
        for name in wanted:
            if name.endswith(".en") and not self._english and not self._options.model:
                continue
            for place in dict.fromkeys((*openai_places(name, self._host), *ct2_places(name, self._host))):
                tried = True
                yield place
        if tried and not self._options.download:
            return
        paths = require(
            openai_set(self._options.model or "base"), self._host, download=self._options.download
        )
        yield paths["model.safetensors"].parent
