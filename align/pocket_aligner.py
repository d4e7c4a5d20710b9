"""Words and phones of known text, by forced alignment with PocketSphinx and its bundled models.

They know English. Other languages are given to them as the English phones that sound nearest (`ipa`), which
times their words as well. Works on clean speech and on a vocal stem. On a full music mix it usually fails,
and says so.
"""

from __future__ import annotations

import statistics
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..engine.errors import AlignmentError, AudioError, TextError
from .g2p import pronounce
from .held import with_held
from .language import ENGLISH, Language
from .pauses import Silences
from .pocket import ENGINE, FILLERS, FRAMES_PER_SECOND, RATE, decode, prepared, require_pocketsphinx
from .pocket_search import searched
from .pocket_units import Unit, first_words, units_of
from .spread import typical_lengths
from .text import LyricLine
from .timing import settled
from .words import Line, Phone, WordTimings

if TYPE_CHECKING:
    from pocketsphinx import Decoder

_FRAME_BYTES = 2 * RATE // FRAMES_PER_SECOND
_GROUP = 15 * FRAMES_PER_SECOND
# 20 seconds of sound, whose search takes about two.
_LONG_BYTES = 20 * 2 * RATE
_BEAMS = (1e-48, 1e-80)
# Median acoustic score per frame of a phone: about -20 for the right text, -83 for a wrong one.
_DERAILED_SCORE = -50.0
# The same of right text in other languages, whose sounds English only comes near, as `dev.py bench align
# --languages` measures it; scores are compared after the difference to English is taken off.
_TYPICAL_SCORES = {
    "en": -20, "es": -33, "de": -32, "fr": -41, "it": -31, "pt": -31, "ru": -45, "nl": -33, "pl": -29,
    "tr": -24, "hi": -32, "ja": -28, "ko": -36, "zh": -23,
}  # fmt: skip
_TYPICAL_SCORE = -33
# A pause, and what is left of it for the closure of a plosive, seconds.
_PAUSE = 0.12
_CLOSURE = 0.07
# What a word ends with after which people don't pause: categories of Unicode, and others.
_LETTERS, _APOSTROPHES = "LMN", "'’"


@dataclass(frozen=True, slots=True)
class _Spoken:
    """One unit as it was found: its phones and their acoustic scores per frame."""

    phones: tuple[Phone, ...]
    scores: tuple[float, ...]


def _go_on() -> None:
    """Never stops."""


class PocketAligner:
    """Aligns one sound after the other; the decoders and what they have learned to say are kept.

    check: called between the decoder's searches, and while a long one goes on; raises to stop.
    """

    def __init__(self, check: Callable[[], None] = _go_on) -> None:
        self._decoders: dict[float, Decoder] = {}
        self._added: dict[str, str] = {}
        self._check = check

    def align(
        self,
        samples16k: npt.NDArray[np.float32],
        lines: Sequence[LyricLine],
        language: Language = ENGLISH,
    ) -> WordTimings:
        """Time every word of lyrics in a language, with its phones, on mono 16 kHz samples float32 [n].

        Raises TextError when the words can't be pronounced, AlignmentError when they can't be placed on the
        sound, AudioError for empty sound, and MissingFilesError without pocketsphinx.
        """
        units, flat = _checked(samples16k, lines, language)
        pcm = prepared(samples16k)
        for beam in _BEAMS:
            decoder = self._decoder(beam, flat)
            self._check()
            words = self._words(decoder, beam, flat, pcm)
            if words is not None:
                spoken = _phones_of(decoder, flat, words, pcm, self._check)
                return _timings(samples16k, lines, units, spoken, language)
        raise AlignmentError(
            "The lyrics can't be placed on the audio: check that they are the words that are heard, in "
            "order, and give the separated voice where there is music."
        )

    def align_begun(
        self,
        samples16k: npt.NDArray[np.float32],
        lines: Sequence[LyricLine],
        language: Language = ENGLISH,
    ) -> WordTimings:
        """As `align`, of a text that may go on after the sound's end: the words that are heard, by line.

        Any text has a beginning that fits somehow: whoever calls has to look whether it is what is said.
        """
        units, flat = _checked(samples16k, lines, language)
        pcm = prepared(samples16k)
        decoder = self._decoder(_BEAMS[0], flat)
        self._check()
        words = self._words(decoder, _BEAMS[0], flat, pcm, begun=True)
        if not words:
            raise AlignmentError(
                "No beginning of the lyrics is heard in the audio: check that they belong together."
            )
        spoken = _phones_of(decoder, flat[: len(words)], words, pcm, self._check)
        heard, their_units = first_words(lines, units, len(words))
        return _timings(samples16k, heard, their_units, spoken, language)

    def _decoder(self, beam: float, units: Sequence[Unit]) -> Decoder:
        if beam not in self._decoders:
            self._decoders[beam] = _new_decoder(beam)
        decoder = self._decoders[beam]
        for unit in sorted(set(units), key=lambda unit: unit.name):
            if decoder.lookup_word(unit.name.lower()) is not None:
                continue
            entries = {}
            if not unit.variants:
                entries[unit.name.lower()] = pronounce(unit.name, decoder.lookup_word)
            for number, variant in enumerate(unit.variants, 1):
                name = unit.name if number == 1 else f"{unit.name}({number})"
                entries[name] = " ".join(variant.heard)
            for name, phones in entries.items():
                decoder.add_word(name, phones, False)
            self._added |= entries
        return decoder

    def _words(
        self, decoder: Decoder, beam: float, units: Sequence[Unit], pcm: bytes, begun: bool = False
    ) -> list[tuple[int, int]] | None:
        """First frame and the one after the last of every unit in the whole sound, or None. begun: of the
        first ones, as many as there are."""
        if len(pcm) < _LONG_BYTES:
            return _word_frames(decoder, units, pcm, begun)
        found = searched(_options(beam), self._added, _text(units), pcm, self._check, begun)
        return None if found is None else _complete(found, units, begun)


def _checked(
    samples16k: npt.NDArray[np.float32], lines: Sequence[LyricLine], language: Language
) -> tuple[list[list[list[Unit]]], list[Unit]]:
    """The units of the text, by line and word, and in a row. Raises AudioError for empty sound, TextError
    where nothing can be pronounced."""
    if samples16k.size == 0:
        raise AudioError("The soundtrack is empty: choose audio that holds the words.")
    units = units_of(lines, language)
    flat = [unit for line in units for word in line for unit in word]
    if not flat:
        raise TextError(
            f"None of the words can be pronounced in {language.name}: check the language, or use a "
            "Whisper model."
        )
    return units, flat


def _timings(
    samples16k: npt.NDArray[np.float32],
    lines: Sequence[LyricLine],
    units: Sequence[Sequence[Sequence[Unit]]],
    spoken: Sequence[_Spoken],
    language: Language,
) -> WordTimings:
    """Raises AlignmentError where the text doesn't fit."""
    harder = _TYPICAL_SCORES.get(language.code, _TYPICAL_SCORE) - _TYPICAL_SCORES["en"]
    spoken = [replace(unit, scores=tuple(score - harder for score in unit.scores)) for unit in spoken]
    if statistics.median(score for unit in spoken for score in unit.scores) < _DERAILED_SCORE:
        raise AlignmentError(
            "The lyrics don't fit the audio: check that they are the words that are heard, in order."
        )
    silences = Silences(samples16k)
    held = with_held([unit.phones for unit in spoken], _joined(lines, units), samples16k, silences)
    spoken = [replace(unit, phones=phones) for unit, phones in zip(spoken, held, strict=True)]
    timed = _lines(lines, units, spoken, silences)
    return WordTimings(settled(timed, samples16k.size / RATE), language.tag, ENGINE)


def _joined(lines: Sequence[LyricLine], units: Sequence[Sequence[Sequence[Unit]]]) -> list[bool]:
    """Of each unit whether the text goes on after it without a mark at which people pause."""
    joined: list[bool] = []
    for line, line_units in zip(lines, units, strict=True):
        for word, word_units in zip(line.words, line_units, strict=True):
            last = word.display[-1]
            goes_on = last in _APOSTROPHES or unicodedata.category(last)[0] in _LETTERS
            joined += [at + 1 < len(word_units) or goes_on for at in range(len(word_units))]
        joined[-1:] = [False] * bool(joined)
    return joined


def _new_decoder(beam: float) -> Decoder:
    require_pocketsphinx()
    from pocketsphinx import Decoder

    return Decoder(**_options(beam))


def _options(beam: float) -> dict[str, Any]:
    # The lattice's best path drops words of sung lines, hence bestpath=False.
    return {
        "samprate": RATE, "lm": None, "bestpath": False, "loglevel": "FATAL",
        "beam": beam, "wbeam": beam, "pbeam": beam,
    }  # fmt: skip


def _phones_of(
    decoder: Decoder,
    units: Sequence[Unit],
    words: Sequence[tuple[int, int]],
    pcm: bytes,
    check: Callable[[], None],
) -> list[_Spoken]:
    """The units with their phones. words: frames of each, as found over the whole sound.

    Phones are found group by group, because that search keeps a token for every state of the text at every
    frame, which for a song would be gigabytes.
    """
    spoken: list[_Spoken] = []
    for first, last in _groups(words):
        check()
        # Half of the pause on either side belongs to the group.
        begin = (words[first - 1][1] + words[first][0]) // 2 if first else 0
        end = (words[last - 1][1] + words[last][0]) // 2 if last < len(words) else len(pcm) // _FRAME_BYTES
        part = pcm[begin * _FRAME_BYTES : end * _FRAME_BYTES]
        spoken += _phones(decoder, units[first:last], part, begin) or [
            _spread(decoder, unit, *word)
            for unit, word in zip(units[first:last], words[first:last], strict=True)
        ]
    return spoken


def _word_frames(
    decoder: Decoder, units: Sequence[Unit], pcm: bytes, begun: bool = False
) -> list[tuple[int, int]] | None:
    """First frame and the one after the last of every unit, or None. begun: as of `_words`."""
    from .pocket_child import give_text

    give_text(decoder, _text(units), begun)
    decode(decoder, pcm)
    if decoder.hyp() is None:
        return None
    found = [(segment.word, segment.start_frame, segment.end_frame) for segment in decoder.seg()]
    return _complete(found, units, begun)


def _text(units: Sequence[Unit]) -> str:
    return " ".join(unit.name.lower() for unit in units)


def _complete(
    segments: Sequence[tuple[str, int, int]], units: Sequence[Unit], begun: bool
) -> list[tuple[int, int]] | None:
    """The words among what was found, if none is missing, or begun: however many there are."""
    found = [(first, last + 1) for name, first, last in segments if not name.startswith(FILLERS)]
    return found if begun or len(found) == len(units) else None


def _groups(words: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges of words of up to _GROUP frames, parted where the pause is longest."""
    groups: list[tuple[int, int]] = []
    first = 0
    while words[-1][1] - words[first][0] > _GROUP:
        limit = next(at for at in range(first, len(words)) if words[at][1] - words[first][0] > _GROUP)
        if limit == len(words) - 1 == first:
            break
        earliest = first + max(1, (limit - first) // 2)
        candidates = range(earliest, max(earliest, limit) + 1)
        cut = max(candidates, key=lambda at: words[at][0] - words[at - 1][1])
        groups.append((first, cut))
        first = cut
    return [*groups, (first, len(words))]


def _phones(decoder: Decoder, units: Sequence[Unit], pcm: bytes, begin: int) -> list[_Spoken] | None:
    """The units with their phones in a stretch of the sound that begins at frame `begin`, or None."""
    if _word_frames(decoder, units, pcm) is None:
        return None
    # The second pass finds the phones inside the words that the first one found.
    decoder.set_alignment()
    try:
        decode(decoder, pcm)
    except RuntimeError:
        # How it says that it finds none.
        return None
    alignment = decoder.get_alignment()
    if alignment is None:
        return None
    remaining = iter(units)
    spoken = []
    for word in alignment:
        if word.name.startswith(FILLERS):
            continue
        unit = next(remaining, None)
        if unit is None:
            return None
        phones = list(word)
        names = unit.seen([phone.name for phone in phones])
        timed = tuple(
            _phone(name, begin + phone.start, begin + phone.start + phone.duration)
            for name, phone in zip(names, phones, strict=True)
            if phone.duration > 0
        )
        scores = tuple(phone.score / phone.duration for phone in phones if phone.duration > 0)
        spoken.append(_Spoken(timed, scores))
    return spoken if len(spoken) == len(units) and all(unit.phones for unit in spoken) else None


def _spread(decoder: Decoder, unit: Unit, start: float, end: float) -> _Spoken:
    """A word whose phones were not found, with phones of typical lengths; its score is a doubtful one."""
    names = unit.variants[0].seen if unit.variants else decoder.lookup_word(unit.name.lower()).split()
    lengths = np.array(typical_lengths(names, (end - start) / FRAMES_PER_SECOND)) * FRAMES_PER_SECOND
    edges = start + np.concatenate([[0.0], np.cumsum(lengths)])
    phones = tuple(_phone(*phone) for phone in zip(names, edges, edges[1:], strict=False))
    return _Spoken(phones, (_DERAILED_SCORE,) * len(phones))


def _phone(name: str, start: float, end: float) -> Phone:
    return Phone(name, float(start) / FRAMES_PER_SECOND, float(end) / FRAMES_PER_SECOND)


def _lines(
    lines: Sequence[LyricLine],
    units: Sequence[Sequence[Sequence[Unit]]],
    spoken: Sequence[_Spoken],
    silences: Silences,
) -> tuple[Line, ...]:
    remaining = iter(spoken)
    before = spoken[0].phones[0].start
    timed = []
    for line, line_units in zip(lines, units, strict=True):
        words = []
        for word, word_units in zip(line.words, line_units, strict=True):
            # Of a word that the sound's end cuts, the units that are heard.
            found = list(islice(remaining, len(word_units)))
            if not found:
                # What nobody can say is where the word before it ends.
                words.append(word.at(before, before, 0.0))
                continue
            phones = _trimmed([phone for unit in found for phone in unit.phones], silences)
            score = statistics.fmean(score for unit in found for score in unit.scores)
            before = phones[-1].end
            words.append(word.at(phones[0].start, before, _confidence(score), phones))
        timed.append(Line(tuple(words)))
    return tuple(timed)


def _trimmed(phones: list[Phone], silences: Silences) -> tuple[Phone, ...]:
    """A word's first phone without the pause in it and what precedes that, its last likewise: the decoder
    likes to give pauses to a consonant."""
    pauses = silences.between(phones[0].start, phones[0].end, _PAUSE)
    if pauses:
        phones[0] = replace(phones[0], start=pauses[-1][1] - _CLOSURE)
    pauses = silences.between(phones[-1].start, phones[-1].end, _PAUSE)
    if pauses:
        phones[-1] = replace(phones[-1], end=pauses[0][0] + _CLOSURE)
    return tuple(phones)


def _confidence(score: float) -> float:
    """1 at the score of clear speech and better, 0 where the text has nothing to do with the sound."""
    return round(min(1.0, max(0.0, (score + 80.0) / 60.0)), 3)
