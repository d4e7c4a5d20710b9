"""Phones for words that have times only: WORD_TIMINGS from an editor, a file or another aligner."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.errors import MissingFilesError, TextError
from .language import ENGLISH, Language, find_language, told_language
from .pronounce import pronounce_line
from .text import said_words
from .words import Phone, Word

# Typical lengths in connected speech, seconds, after the inherent durations of Klatt, "Synthesis by rule of
# segmental durations in English sentences" (1979).
_VOWELS = {
    "AA": 0.13, "AE": 0.13, "AH": 0.08, "AO": 0.13, "AW": 0.16, "AY": 0.15, "EH": 0.09, "ER": 0.11,
    "EY": 0.12, "IH": 0.07, "IY": 0.10, "OW": 0.13, "OY": 0.17, "UH": 0.08, "UW": 0.11,
}  # fmt: skip
_CONSONANTS = {
    "B": 0.07, "CH": 0.10, "D": 0.05, "DH": 0.04, "F": 0.09, "G": 0.06, "HH": 0.06, "JH": 0.08, "K": 0.07,
    "L": 0.06, "M": 0.07, "N": 0.05, "NG": 0.07, "P": 0.08, "R": 0.06, "S": 0.10, "SH": 0.10, "T": 0.06,
    "TH": 0.08, "V": 0.06, "W": 0.06, "Y": 0.05, "Z": 0.08, "ZH": 0.07,
}  # fmt: skip

# Words placed by their length alone are below this: their times are too vague to move lips by.
_TRUSTED = 0.3
_UNPRONOUNCEABLE_SHARE = 0.1


def is_vowel(phone: str) -> bool:
    """Whether an ARPAbet phone without stress is a vowel."""
    return phone in _VOWELS


def phones_within_words(words: Sequence[Word], language: str = "") -> list[Phone]:
    """The phones of words in order of time: their own, else pronounced and spread over the word.

    language: what the words are said to be in; found in them where that is nothing, or none. Empty when more
    than a tenth of the words can't be pronounced or have times of too little confidence: then the sound
    itself tells more.
    """
    spoken_in = told_language(language) or find_language(" ".join(word.text for word in words)) or ENGLISH
    untimed = [word for word in words if not word.phones and word.confidence >= _TRUSTED]
    made = dict(zip(map(id, untimed), _pronounced(untimed, spoken_in), strict=True))
    spread = [list(word.phones) or made.get(id(word), []) for word in words]
    if sum(not phones for phones in spread) > _UNPRONOUNCEABLE_SHARE * len(spread):
        return []
    return sorted((phone for phones in spread for phone in phones), key=lambda phone: phone.start)


def _pronounced(words: Sequence[Word], language: Language) -> list[list[Phone]]:
    """The phones of each word, with typical lengths; none of what can't be pronounced."""
    said = [said_words(word.text, language.tag) for word in words]
    try:
        ways = iter(pronounce_line([each for word in said for each in word], language))
    except (TextError, MissingFilesError):
        return [[] for _ in words]
    found = []
    for word, each in zip(words, said, strict=True):
        names = [name for way in (next(ways) for _ in each) if way for name in way[0].seen]
        phones = []
        start = word.start
        for name, length in zip(names, typical_lengths(names, word.end - word.start), strict=True):
            phones.append(Phone(name, start, start + length))
            start += length
        found.append(phones)
    return found


def typical_lengths(names: Sequence[str], duration: float) -> list[float]:
    """Typical lengths in seconds, fitted to a word's duration: a drawn-out word draws out its vowels only."""
    typical = [_VOWELS.get(name) or _CONSONANTS[name] for name in names]
    vowels = sum(_VOWELS.get(name, 0.0) for name in names)
    spare = duration - sum(typical)
    if spare <= 0 or not vowels:
        return [length * duration / sum(typical) for length in typical]
    return [
        length * (1.0 + spare / vowels) if name in _VOWELS else length
        for name, length in zip(names, typical, strict=True)
    ]
