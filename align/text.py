"""Lyrics as typed → lines of display words, each with the words that are spoken for it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ..engine.errors import TextError
from .numerals import numeral_words

_SECTION = r"(?:verse|chorus|bridge|intro|outro|hook|refrain|interlude|instrumental|solo|pre-?\s?chorus)"
_HEADERS = (
    re.compile(r"\[[^\]]*\]"),
    re.compile(rf"\(\s*{_SECTION}\b[^)]*\)", re.IGNORECASE),
    re.compile(rf"{_SECTION}\s*\d*\s*:", re.IGNORECASE),
    re.compile(rf"{_SECTION}\s+\d+", re.IGNORECASE),
)
_STAMPS = re.compile(r"[\[<]\d+:\d\d(?:[.:,]\d+)?[\]>]")
_REPEAT = re.compile(r"[\[(]?\s*(?:[x×]\s*\d+|\d+\s*[x×])\s*[\])]?\s*$", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_PIECES = re.compile(r"\d+(?:\.\d+)?(?:st|nd|rd|th|s)?(?![^\W\d_])|\d+|'?[^\W\d_](?:[^\W\d_]|')*")
_SIGNS = {"&": " and ", "%": " percent ", "+": " plus ", "@": " at ", "=": " equals "}
_MONEY = re.compile(r"([$€£])\s?(\d+(?:\.\d+)?)")
_CURRENCY = {"$": "dollars", "€": "euros", "£": "pounds"}
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ´`＇", "'"))
_LONGEST_ACRONYM = 4
_VOWEL_GROUPS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True, slots=True)
class LyricWord:
    """display: as typed, with its punctuation. spoken: lower-case keys of a-z and '; an acronym stays in
    capitals. latin: False where letters are left that have no a-z form; spoken then holds them as is."""

    display: str
    spoken: tuple[str, ...]
    latin: bool = True

    @property
    def syllables(self) -> int:
        """Vowel groups; 1 for each letter of a script that has no a-z form, and of an acronym."""
        return sum(_syllables(key) for key in self.spoken)


@dataclass(frozen=True, slots=True)
class LyricLine:
    words: tuple[LyricWord, ...]
    opens_stanza: bool = False


def parse_lyrics(lyrics: str) -> tuple[LyricLine, ...]:
    """Lines with at least one spoken word, in order.

    Section headers ("[Chorus]", "(Verse 2)", "Bridge:"), time stamps and repeat marks ("x2") are dropped.
    Raises TextError when nothing speakable remains.
    """
    lines: list[LyricLine] = []
    opens_stanza = False
    for raw in lyrics.replace("\ufeff", "").splitlines():
        typed = _REPEAT.sub("", _STAMPS.sub(" ", raw)).strip()
        if not typed or any(header.fullmatch(typed) for header in _HEADERS):
            opens_stanza = True
            continue
        words = _line_words(typed)
        if words:
            lines.append(LyricLine(words, opens_stanza and bool(lines)))
            opens_stanza = False
    if not lines:
        raise TextError("The lyrics hold no words that can be spoken: enter the text that is heard.")
    return tuple(lines)


def _line_words(typed: str) -> tuple[LyricWord, ...]:
    shouted = not any(letter.islower() for letter in typed)
    words: list[LyricWord] = []
    lead = ""
    for display in typed.split():
        spoken, latin = spoken_keys(display, shouted)
        if spoken:
            words.append(LyricWord(lead + display, spoken, latin))
            lead = ""
        elif words:
            last = words[-1]
            words[-1] = LyricWord(f"{last.display} {display}", last.spoken, last.latin)
        else:
            lead += display + " "
    return tuple(words)


def spoken_keys(display: str, shouted: bool = False) -> tuple[tuple[str, ...], bool]:
    """The keys spoken for a word as typed, as in LyricWord, and whether they are all of a-z and '.

    shouted: capitals are the way the line is typed, and mark no acronyms.
    """
    text = _fold(display)
    text = _MONEY.sub(lambda match: f"{match[2]} {_CURRENCY[match[1]]}", _THOUSANDS.sub("", text))
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    keys: list[str] = []
    latin = True
    for piece in _PIECES.findall(text):
        if piece[0].isdigit():
            keys += numeral_words(piece)
            continue
        bare = piece.replace("'", "")
        acronym = bare == piece and piece.isupper() and 2 <= len(piece) <= _LONGEST_ACRONYM and not shouted
        keys.append(piece if acronym else piece.lower())
        latin = latin and bare.isascii()
    return tuple(keys), latin


def _fold(text: str) -> str:
    """Compatibility forms and Latin accents folded to ASCII; other scripts keep their marks."""
    text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    folded = []
    for letter in text:
        base = unicodedata.normalize("NFD", letter)
        plain = base[0] if base[0].isascii() else letter
        mapped = plain.lower().translate(_LETTERS)
        folded.append(mapped if mapped.isascii() and not plain.isascii() else plain)
    # str.isdigit knows more digits than the speller does.
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in folded)


def _syllables(key: str) -> int:
    if key.isupper() or not key.replace("'", "").isascii():
        return sum(letter.isalpha() for letter in key)
    # A final silent e opens no syllable, except in -le after a consonant ("little").
    stem = key[:-1] if re.search(r"[aeiouy].*[^aeiouyl]e$|[aeiouy]le$", key) else key
    return max(1, len(_VOWEL_GROUPS.findall(stem)))
