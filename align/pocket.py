"""Words and phones of known English text, by forced alignment with PocketSphinx and its bundled models.

Works on clean speech and on a vocal stem. On a full music mix it usually fails, and says so.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.errors import AlignmentError, AudioError, MissingFilesError, TextError
from .attempts import import_failed, installed
from .g2p import pronounce
from .pauses import Silences
from .spread import typical_lengths
from .text import LyricLine
from .timing import settled
from .words import Line, Phone, WordTimings

if TYPE_CHECKING:
    from pocketsphinx import Decoder

RATE = 16000
ENGINE = "pocketsphinx"

FRAMES_PER_SECOND = 100
_FRAME_BYTES = 2 * RATE // FRAMES_PER_SECOND
_GROUP = 15 * FRAMES_PER_SECOND
# How the decoder names what is no word: "<sil>", "[NOISE]", "++UH++", "(NULL)". Words may come back with the
# number of a variant, as "that(2)".
FILLERS = ("<", "[", "+", "(")
_BEAMS = (1e-48, 1e-80)
# Median acoustic score per frame of a phone: about -20 for the right text, -83 for a wrong one.
_DERAILED_SCORE = -50.0
# A text of at least so many different words, with more than this share unknown, is in another language.
_FOREIGN_WORDS = 8
_FOREIGN_SHARE = 0.5
# A pause, and what is left of it for the closure of a plosive, seconds.
_PAUSE = 0.12
_CLOSURE = 0.07
_PEAK = 0.5
_NOISE = 0.002


@dataclass(frozen=True, slots=True)
class _Spoken:
    """One spoken key as it was found: its phones and their acoustic scores per frame."""

    phones: tuple[Phone, ...]
    scores: tuple[float, ...]


class PocketAligner:
    """Aligns one sound after the other; the decoders and what they have learned to say are kept."""

    def __init__(self) -> None:
        self._decoders: dict[float, Decoder] = {}

    def align(self, samples16k: npt.NDArray[np.float32], lines: Sequence[LyricLine]) -> WordTimings:
        """Time every word of English lyrics, with its phones, on mono 16 kHz samples float32 [n].

        Raises TextError when the lyrics aren't English, AlignmentError when they can't be placed on the
        sound, AudioError for empty sound, and MissingFilesError without pocketsphinx.
        """
        if samples16k.size == 0:
            raise AudioError("The soundtrack is empty: choose audio that holds the words.")
        for word in (word for line in lines for word in line.words):
            if not word.latin:
                raise TextError(
                    f'The lyrics hold "{word.display}", which is not English: PocketSphinx aligns English '
                    "only."
                )
        keys = [key for line in lines for word in line.words for key in word.spoken]
        pcm = prepared(samples16k)
        spoken: list[_Spoken] | None = None
        for beam in _BEAMS:
            spoken = _force(self._decoder(beam, keys), keys, pcm)
            if spoken is not None:
                break
        if spoken is None:
            raise AlignmentError(
                "The lyrics can't be placed on the audio: check that they are the words that are heard, in "
                "order, and give the separated voice where there is music."
            )
        if statistics.median(score for key in spoken for score in key.scores) < _DERAILED_SCORE:
            raise AlignmentError(
                "The lyrics don't fit the audio: check that they are the words that are heard, in order."
            )
        lines_timed = _lines(lines, spoken, Silences(samples16k))
        return WordTimings(settled(lines_timed, samples16k.size / RATE), "en", ENGINE)

    def _decoder(self, beam: float, keys: Sequence[str]) -> Decoder:
        if beam not in self._decoders:
            self._decoders[beam] = _new_decoder(beam)
        decoder = self._decoders[beam]
        unknown = {key for key in keys if decoder.lookup_word(key.lower()) is None}
        if len(set(keys)) >= _FOREIGN_WORDS and len(unknown) > _FOREIGN_SHARE * len(set(keys)):
            raise TextError("The lyrics don't look English: PocketSphinx aligns English only.")
        for key in sorted(unknown):
            decoder.add_word(key.lower(), pronounce(key, decoder.lookup_word), False)
        return decoder


def require_pocketsphinx() -> None:
    """Raises MissingFilesError when the package is not installed, or can't be imported."""
    if not installed(ENGINE):
        raise MissingFilesError(
            "Finding words and phones needs the package pocketsphinx: run `pip install pocketsphinx`."
        )
    try:
        import pocketsphinx  # noqa: F401
    except Exception as error:
        raise import_failed(error, "pocketsphinx") from error


def prepared(samples: npt.NDArray[np.float32]) -> bytes:
    """16-bit samples at an even level with a noise floor: no path leads through digital silence."""
    level = float(np.abs(samples).max())
    noise = np.random.default_rng(0).standard_normal(samples.size, dtype=np.float32) * _NOISE
    scaled = samples * (_PEAK / level if level > 0 else 0.0) + noise
    return (np.clip(scaled, -1.0, 1.0) * 32767.0).astype(np.int16).tobytes()


def _new_decoder(beam: float) -> Decoder:
    require_pocketsphinx()
    from pocketsphinx import Decoder

    # The lattice's best path drops words of sung lines, hence bestpath=False.
    return Decoder(
        samprate=RATE, lm=None, bestpath=False, loglevel="FATAL", beam=beam, wbeam=beam, pbeam=beam
    )


def _force(decoder: Decoder, keys: Sequence[str], pcm: bytes) -> list[_Spoken] | None:
    """The keys in order with their phones, or None when no path leads through the sound.

    Words are found over the whole sound. Their phones are found group by group, because that search keeps a
    token for every state of the text at every frame, which for a song would be gigabytes.
    """
    words = _word_frames(decoder, keys, pcm)
    if words is None:
        return None
    spoken: list[_Spoken] = []
    for first, last in _groups(words):
        # Half of the pause on either side belongs to the group.
        begin = (words[first - 1][1] + words[first][0]) // 2 if first else 0
        end = (words[last - 1][1] + words[last][0]) // 2 if last < len(words) else len(pcm) // _FRAME_BYTES
        part = pcm[begin * _FRAME_BYTES : end * _FRAME_BYTES]
        spoken += _phones(decoder, keys[first:last], part, begin) or [
            _spread(decoder, key, *word)
            for key, word in zip(keys[first:last], words[first:last], strict=True)
        ]
    return spoken


def _word_frames(decoder: Decoder, keys: Sequence[str], pcm: bytes) -> list[tuple[int, int]] | None:
    """First frame and the one after the last of every key, or None."""
    decoder.set_align_text(" ".join(key.lower() for key in keys))
    decode(decoder, pcm)
    if decoder.hyp() is None:
        return None
    found = [
        (segment.start_frame, segment.end_frame + 1)
        for segment in decoder.seg()
        if not segment.word.startswith(FILLERS)
    ]
    return found if len(found) == len(keys) else None


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


def _phones(decoder: Decoder, keys: Sequence[str], pcm: bytes, begin: int) -> list[_Spoken] | None:
    """The keys with their phones in a stretch of the sound that begins at frame `begin`, or None."""
    if _word_frames(decoder, keys, pcm) is None:
        return None
    # The second pass finds the phones inside the words that the first one found.
    decoder.set_alignment()
    decode(decoder, pcm)
    alignment = decoder.get_alignment()
    if alignment is None:
        return None
    spoken = []
    for word in alignment:
        if word.name.startswith(FILLERS):
            continue
        phones = [phone for phone in word if phone.duration > 0]
        timed = tuple(
            _phone(phone.name, begin + phone.start, begin + phone.start + phone.duration) for phone in phones
        )
        spoken.append(_Spoken(timed, tuple(phone.score / phone.duration for phone in phones)))
    return spoken if len(spoken) == len(keys) and all(key.phones for key in spoken) else None


def _spread(decoder: Decoder, key: str, start: float, end: float) -> _Spoken:
    """A word whose phones were not found, with phones of typical lengths; its score is a doubtful one."""
    names = decoder.lookup_word(key.lower()).split()
    lengths = np.array(typical_lengths(names, (end - start) / FRAMES_PER_SECOND)) * FRAMES_PER_SECOND
    edges = start + np.concatenate([[0.0], np.cumsum(lengths)])
    phones = tuple(_phone(*phone) for phone in zip(names, edges, edges[1:], strict=False))
    return _Spoken(phones, (_DERAILED_SCORE,) * len(phones))


def _phone(name: str, start: float, end: float) -> Phone:
    return Phone(name, float(start) / FRAMES_PER_SECOND, float(end) / FRAMES_PER_SECOND)


def decode(decoder: Decoder, pcm: bytes) -> None:
    """Run the decoder's search over the whole sound."""
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()


def _lines(lines: Sequence[LyricLine], spoken: Sequence[_Spoken], silences: Silences) -> tuple[Line, ...]:
    remaining = iter(spoken)
    timed = []
    for line in lines:
        words = []
        for word in line.words:
            found = [next(remaining) for _ in word.spoken]
            phones = _trimmed([phone for key in found for phone in key.phones], silences)
            score = statistics.fmean(score for key in found for score in key.scores)
            words.append(word.at(phones[0].start, phones[-1].end, _confidence(score), phones))
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
