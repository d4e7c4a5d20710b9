"""Lyrics with wrong, missing and extra words, aligned as what is really heard.

Forced alignment puts every word it is given somewhere, and a wrong one pushes its neighbours away. So where a
recogniser heard something else than the lyrics say, the text to align is mended with its words. The lyrics'
own words then get their times from the mended text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from ..engine.errors import AlignmentError, TextError
from .g2p import lookup, pronounce
from .match import Match, match_lyrics
from .match.matching import linked
from .match.tokens import heard_keys, sung_keys
from .pocket import RATE
from .pocket_aligner import PocketAligner
from .text import LyricLine, LyricWord, spoken_keys
from .words import Word, WordTimings

# Words that sound at least this much like what was recognised instead of them were misheard.
_MISHEARD = 0.5
# Confidence below which a word is not what is said there.
_UNHEARD = 0.3
# A mended text with a larger share of such words is not trusted: speech has up to 0.05, also 10 dB above
# music and with a seventh of the lyrics altered; a synthesised song, in which PocketSphinx gets lost, 0.12.
_MOST_UNHEARD = 0.08
# An aligned word further than this from where its counterpart was recognised is lost, seconds: nineteen in
# twenty recognised words are within 0.3 s.
_FARTHEST = 0.4


@dataclass(frozen=True, slots=True)
class _Passage:
    """A stretch of the text: what the lyrics say, what was recognised, and which of them to align.

    settled: both are the same. by_lyrics: whether the lyrics' words are aligned, or the recognised ones."""

    lyrics: tuple[LyricWord, ...]
    recognised: tuple[Word, ...]
    settled: bool = False
    by_lyrics: bool = True

    @property
    def words(self) -> tuple[LyricWord, ...]:
        if self.by_lyrics:
            return self.lyrics
        words = []
        for word in self.recognised:
            spoken, latin = spoken_keys(word.text)
            if spoken and latin:
                words.append(LyricWord(word.text, spoken))
        return tuple(words)


def align_mended(
    samples16k: npt.NDArray[np.float32],
    lines: Sequence[LyricLine],
    recognised: Sequence[Word],
    pocket: PocketAligner,
) -> Match | None:
    """English lyrics timed by PocketSphinx, mended with recognised words; None where no path leads through
    or the mended text is not what is said either, as in singing.

    Words that the sound lacks are put between their neighbours, with little confidence. samples16k: mono
    float32 [n]. Raises MissingFilesError without pocketsphinx.
    """
    duration = samples16k.size / RATE
    plain = match_lyrics(lines, recognised, duration, language="en")
    if plain.fault:
        return plain
    passages = _passages(lines, recognised, duration)
    found = _aligned(samples16k, passages, pocket)
    if found is None:
        return None
    corrected = [_corrected(*pair) for pair in zip(passages, found, strict=True)]
    if corrected != passages:
        again = _aligned(samples16k, corrected, pocket)
        if again is not None:
            passages, found = corrected, again
    confidences = [word.confidence for words in found for word in words]
    if sum(confidence < _UNHEARD for confidence in confidences) > _MOST_UNHEARD * len(confidences):
        return None
    heard = [
        word
        for passage, words in zip(passages, found, strict=True)
        for word in (_recovered(words, passage.recognised) if passage.settled else words)
    ]
    match = match_lyrics(lines, heard, duration, language="en")
    return Match(_with_phones(match.timings, heard))


def _passages(lines: Sequence[LyricLine], recognised: Sequence[Word], duration: float) -> list[_Passage]:
    words = [word for line in lines for word in line.words]
    sung = sung_keys(lines, "en", False)
    heard = heard_keys(recognised, duration, "en", False)
    order = list(dict.fromkeys(key.word for key in heard))
    place = {number: at for at, number in enumerate(order)}
    passages: list[_Passage] = []
    left = right = 0

    def differing(to_left: int, to_right: int) -> None:
        lyrics, instead = tuple(words[left:to_left]), tuple(recognised[n] for n in order[right:to_right])
        if lyrics or instead:
            passages.append(_Passage(lyrics, instead, by_lyrics=_sounds_alike(lyrics, instead)))

    for link in linked(sung, heard, duration):
        first, last = sung[link.left].word, sung[link.left_end - 1].word + 1
        begin, end = place[heard[link.right].word], place[heard[link.right_end - 1].word] + 1
        differing(max(left, first), max(right, begin))
        fresh = tuple(words[max(left, first) : last])
        if fresh:
            passages.append(_Passage(fresh, tuple(recognised[n] for n in order[begin:end]), settled=True))
        left, right = max(left, last), max(right, end)
    differing(len(words), len(order))
    return passages


def _aligned(
    samples16k: npt.NDArray[np.float32], passages: Sequence[_Passage], pocket: PocketAligner
) -> list[list[Word]] | None:
    """The words of each passage in time, or None."""
    words = tuple(word for passage in passages for word in passage.words)
    if not words:
        return None
    try:
        timed = iter(pocket.align(samples16k, [LyricLine(words)]).words())
    except (AlignmentError, TextError):
        return None
    return [[next(timed) for _ in passage.words] for passage in passages]


def _corrected(passage: _Passage, found: Sequence[Word]) -> _Passage:
    """The other choice where the one that was made is not what is said."""
    if passage.settled or not found:
        return passage
    doubtful = sum(word.confidence for word in found) / len(found) < _UNHEARD
    return replace(passage, by_lyrics=not passage.by_lyrics) if doubtful else passage


def _sounds_alike(lyrics: Sequence[LyricWord], instead: Sequence[Word]) -> bool:
    """Whether the lyrics' words may well have been taken for the others. True where nothing was recognised: a
    recogniser leaves words out too."""
    if not instead or not all(word.latin for word in lyrics):
        return not instead
    said = _phones([key for word in lyrics for key in word.spoken])
    heard = _phones([key for word in instead for key in spoken_keys(word.text)[0] if key.isascii()])
    return Levenshtein.distance(said, heard) <= (1.0 - _MISHEARD) * max(len(said), len(heard))


def _phones(keys: Sequence[str]) -> list[str]:
    return [phone for key in keys for phone in pronounce(key, lookup).split()]


def _recovered(found: Sequence[Word], recognised: Sequence[Word]) -> list[Word]:
    """Words that went astray where they were recognised; left out where that can't be told one by one."""
    if len(found) != len(recognised):
        return [
            word for at, word in enumerate(found) if not _lost(word, recognised[min(at, len(recognised) - 1)])
        ]
    return [
        replace(word, start=known.start, end=known.end, confidence=known.confidence, phones=())
        if _lost(word, known)
        else word
        for word, known in zip(found, recognised, strict=True)
    ]


def _lost(word: Word, recognised: Word) -> bool:
    return abs(word.start - recognised.start) > _FARTHEST


def _with_phones(timings: WordTimings, heard: Sequence[Word]) -> WordTimings:
    """The phones of words that were aligned, which matching leaves out."""
    known = {(round(word.start, 6), word.text): word.phones for word in heard}
    lines = tuple(
        replace(
            line,
            words=tuple(
                replace(word, phones=known.get((round(word.start, 6), word.text), ())) for word in line.words
            ),
        )
        for line in timings.lines
    )
    return replace(timings, lines=lines)
