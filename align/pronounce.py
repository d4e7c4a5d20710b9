"""Pronunciations of words in any language that can be had, as ARPAbet phones.

English by CMUdict and rules (`g2p`), Chinese by pypinyin, Japanese in kanji by SudachiPy where it is
installed, everything else, kana and Korean too, by the rules of orthography2ipa. What these get wrong and
many texts hold is in `respelling`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from ..engine.errors import MissingFilesError, TextError
from .attempts import import_failed, installed
from .g2p import lookup, pronounce
from .ipa import Pronunciation, phones_of
from .language import Language, language_of_word
from .mandarin import syllable_ipa
from .respelling import variants
from .script import is_ideograph

if TYPE_CHECKING:
    from orthography2ipa import G2P

Variants = tuple[Pronunciation, ...]
"""Ways to say a word, the likeliest first; none for what can't be read, or isn't said."""

MEASURED = frozenset({"en", "es", "de", "fr", "it", "pt", "ru", "nl", "pl", "tr", "hi", "ja", "ko", "zh"})
"""Languages whose word times were measured; others are read by rules that nobody has tried here."""

_PACKAGE = "orthography2ipa"
# The variety that is read where the tag names none: what most speakers speak.
_VARIETIES = {"pt": "pt-BR", "en": "en-US", "no": "nb"}
# Scripts that leave their vowels out, tones apart: rules make too little of them.
_UNREADABLE = frozenset({"ar", "fa", "ur", "he", "ps", "sd", "yi", "yue", "bo", "th", "lo", "km", "my"})
# Kana that lengthen the vowel before them, by the vowel; read one by one they would be other vowels.
_LENGTHENED = {"う": ("お", "おこそとのほもよろごぞどぼぽょ"), "い": ("え", "えけせてねへめれげぜでべぺ")}


def can_read(language: Language) -> bool:
    """Whether words of a language can be pronounced at all. Raises MissingFilesError without the package that
    has their rules."""
    if language.code in ("en", "zh"):
        return True
    return language.code not in _UNREADABLE and _rules(language) is not None


def pronounce_line(words: Sequence[str], language: Language) -> list[Variants]:
    """Ways to say each word of a line as it is spelled, in its order.

    Words in another script than the language's are read in that script's own, where that can be. Raises
    TextError for a language that can't be read, for Japanese in kanji without SudachiPy, and
    MissingFilesError for a package that is missing.
    """
    if not can_read(language):
        raise TextError(
            f"Words in {language.name} can't be pronounced without a dictionary of theirs: use a Whisper "
            "model."
        )
    found: list[Variants] = [()] * len(words)
    own = [language_of_word(word, language) for word in words]
    at = 0
    while at < len(words):
        end = at + 1
        # Ideographs are read together, because how one is read depends on the next.
        while end < len(words) and own[at].code in _TOGETHER and own[end].code == own[at].code:
            end += 1
        reader = _TOGETHER.get(own[at].code)
        if reader is not None:
            found[at:end] = reader(words[at:end])
        else:
            found[at] = _by_rules(words[at], own[at])
        at = end
    return found


def _by_rules(word: str, language: Language) -> Variants:
    if language.english:
        return _english(word)
    rules = _rules(language) if can_read(language) else None
    if rules is None:
        return ()
    return tuple(
        dict.fromkeys(phones for ipa in variants(word, language, rules) if (phones := phones_of(ipa)))
    )


def _english(word: str) -> Variants:
    phones = tuple(pronounce(word, lookup).split())
    return (Pronunciation(phones, phones),) if phones else ()


@cache
def _rules(language: Language) -> Callable[[str], str] | None:
    """What spells a lower-case word in IPA, or None for a language that it has no rules of."""
    try:
        import orthography2ipa
    except ImportError as error:
        raise MissingFilesError(
            f"Words in {language.name} are pronounced with orthography2ipa: run `pip install "
            '"orthography2ipa>=7.93,<8"` with the Python that runs LipSync Studio.'
        ) from error
    except Exception as error:
        raise import_failed(error, _PACKAGE) from error
    # It tells of plug-ins for rare tasks that are not installed.
    logging.getLogger(_PACKAGE).setLevel(logging.ERROR)
    for tag in (language.tag, _VARIETIES.get(language.code, language.code)):
        try:
            return _cached(orthography2ipa.G2P(tag if tag != language.code else _VARIETIES.get(tag, tag)))
        except Exception:  # whatever it raises for a language that it doesn't know
            continue
    return None


def _cached(rules: G2P) -> Callable[[str], str]:
    return lru_cache(maxsize=1 << 14)(rules.transcribe_word)


def _chinese(words: Sequence[str]) -> list[Variants]:
    from pypinyin import Style, pinyin

    found: list[Variants] = [()] * len(words)
    signs = [(number, sign) for number, word in enumerate(words) for sign in word if is_ideograph(sign)]
    text = "".join(sign for _, sign in signs)
    # What it can't read must keep its place: its types don't say that it takes a list for a run of signs.
    silent: Any = lambda unknown: [""] * len(unknown)  # noqa: E731
    readings = pinyin(text, style=Style.NORMAL, errors=silent) if text else []
    parts: dict[int, list[Pronunciation]] = {}
    for (number, _), reading in zip(signs, readings, strict=True):
        parts.setdefault(number, []).append(phones_of(syllable_ipa(reading[0])))
    for number, syllables in parts.items():
        found[number] = _one(syllables)
    return found


def _japanese(words: Sequence[str]) -> list[Variants]:
    kanji = any(is_ideograph(sign) for word in words for sign in word)
    readings = _kana_of(words) if kanji else list(words)
    rules = _rules(Language("ja"))
    assert rules is not None
    return [_kana(reading, before, rules) for before, reading in zip(["", *readings], readings, strict=False)]


def _kana(reading: str, before: str, rules: Callable[[str], str]) -> Variants:
    reading = _hiragana(reading)
    # The particles are written as they were once said.
    spoken = {"は": "わ", "へ": "え", "を": "お"}.get(reading, reading)
    long, after = _LENGTHENED.get(spoken, ("", ""))
    if long and _hiragana(before)[-1:] and _hiragana(before)[-1] in after:
        spoken = long
    for kana, (long, after) in _LENGTHENED.items():
        spoken = re.sub(f"(?<=[{after}]){kana}", long, spoken)
    ways = (phones_of(rules(way)) for way in dict.fromkeys((spoken, reading)))
    return tuple(dict.fromkeys(way for way in ways if way))


def _hiragana(text: str) -> str:
    return "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in text)


_KANJI = re.compile("[\u3400-\u9fff\uf900-\ufaff々]+")


def _kana_of(words: Sequence[str]) -> list[str]:
    """Kana for each word of a line; the readings of a compound are shared out among its signs."""
    tokenizer = _sudachi()
    text = "".join(words)
    shares = [""] * len(text)
    for token in tokenizer.tokenize(text):
        first, last = token.begin(), token.end()
        if not _KANJI.search(token.surface()):
            shares[first:last] = list(token.surface())
            continue
        reading, surface = token.reading_form(), token.surface()
        while last > first and not _KANJI.match(surface[-1]) and reading:
            shares[last - 1] = surface[-1]
            surface, reading, last = surface[:-1], reading[:-1], last - 1
        moras = re.findall(r".[ァィゥェォャュョヮーッン]*", reading)
        for number in range(last - first):
            begin, end = (round(len(moras) * at / (last - first)) for at in (number, number + 1))
            shares[first + number] = "".join(moras[begin:end])
    spoken = []
    at = 0
    for word in words:
        spoken.append("".join(shares[at : at + len(word)]))
        at += len(word)
    return spoken


@cache
def _sudachi() -> Any:
    if not installed("sudachipy"):
        raise TextError(
            "Japanese in kanji is read with SudachiPy: run `pip install sudachipy sudachidict_small` with "
            "the Python that runs LipSync Studio, write the text in kana, or use a Whisper model."
        )
    from sudachipy import Dictionary, SplitMode

    for name in ("core", "small", "full"):
        if installed(f"sudachidict_{name}"):
            return Dictionary(dict=name).create(SplitMode.C)
    raise TextError(
        "SudachiPy has no dictionary: run `pip install sudachidict_small` with the Python that runs LipSync "
        "Studio."
    )


def _one(parts: Sequence[Pronunciation]) -> Variants:
    heard = tuple(phone for part in parts for phone in part.heard)
    return (Pronunciation(heard, tuple(phone for part in parts for phone in part.seen)),) if heard else ()


_TOGETHER: dict[str, Callable[[Sequence[str]], list[Variants]]] = {"zh": _chinese, "ja": _japanese}
