"""Lyrics as typed → lines of display words, each with the words that are spoken for it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from ..engine.errors import TextError
from .language import Language, find_language, parse_language
from .numerals import written_out
from .script import word_parts
from .sheet import WORDLESS, LeftOut, read_sheet
from .syllables import syllables
from .words import Phone, Word

# Vowel signs and the like, which \w leaves out.
_MARKS = "".join(
    chr(code) for code in range(0x300, 0xAC00) if unicodedata.category(chr(code)).startswith("M")
)
_PIECES = re.compile(rf"\d+|'?[^\W\d_](?:[^\W\d_]|['{_MARKS}])*")
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ´`＇", "'"))
# Soft hyphen, joiners, writing directions.
_INVISIBLE = dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A)]
)
_LONGEST_ACRONYM = 4
_OPENING, _CLOSING = "([（［【", ")]）］】"


@dataclass(frozen=True, slots=True)
class LyricWord:
    """display: as typed, with its punctuation; in Chinese and Japanese each character is a word.

    spoken: lower-case keys of a-z and '; an acronym stays in capitals. latin: False where letters are left
    that have no a-z form; spoken then holds them as is. space: one follows it in its line. aside: in
    brackets, as backing vocals are written, which are often not heard. said: the same words in their own
    spelling, to be pronounced in the text's language.
    """

    display: str
    spoken: tuple[str, ...]
    latin: bool = True
    space: bool = True
    aside: bool = False
    said: tuple[str, ...] = ()

    @property
    def syllables(self) -> int:
        return sum(syllables(key) for key in self.spoken)

    def at(self, start: float, end: float, confidence: float, phones: tuple[Phone, ...] = ()) -> Word:
        """The word in its time, seconds."""
        return Word(self.display, start, end, confidence, phones, self.space)


@dataclass(frozen=True, slots=True)
class LyricLine:
    """voice: who sings it, where the text says so."""

    words: tuple[LyricWord, ...]
    opens_stanza: bool = False
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class LyricText:
    """lines: those with at least one spoken word, in order. left_out: what else the text held, by line.
    language: as it was told, or found; None where the text doesn't tell."""

    lines: tuple[LyricLine, ...]
    left_out: tuple[LeftOut, ...] = ()
    language: Language | None = None


def read_text(lyrics: str, language: str | Language | None = None) -> LyricText:
    """Lyrics as typed, or copied from a site of lyrics. language: as align.language takes it; found in the
    text where none is told.

    Section headers ("[Chorus]", "Verse 2: Anna"), repeat marks ("x2"), names of singers before their words
    ("[Anna] Hello", "v1: Hello", and "Anna: Hello" where they are a pattern), time stamps and what sites of
    lyrics add are left out; every other letter is in a word.
    Raises TextError when nothing speakable remains, InputError for what is no language.
    """
    rows, left_out = read_sheet(lyrics.replace("\ufeff", "").splitlines())
    spoken_in = language if isinstance(language, Language) else parse_language(language)
    spoken_in = spoken_in or find_language("\n".join(row.text for row in rows))
    tag = spoken_in.tag if spoken_in else ""
    lines: list[LyricLine] = []
    opens_stanza = False
    for row in rows:
        opens_stanza = opens_stanza or row.opens_stanza
        words = _line_words(row.text, tag)
        if words:
            lines.append(LyricLine(words, opens_stanza and bool(lines), row.voice))
            opens_stanza = False
        else:
            left_out.append(LeftOut(row.line, row.text, WORDLESS))
    if not lines:
        found = f" (it holds {left_out[0]})" if left_out else ""
        raise TextError(f"The lyrics hold no words that can be spoken{found}: enter the text that is heard.")
    return LyricText(tuple(lines), tuple(sorted(left_out, key=lambda piece: piece.line)), spoken_in)


def _line_words(typed: str, language: str) -> tuple[LyricWord, ...]:
    shouted = not any(letter.islower() for letter in typed)
    words: list[LyricWord] = []
    lead = ""
    depth = 0
    for display, space in _parts(typed):
        aside = depth > 0 or display.lstrip()[0] in _OPENING
        depth = max(0, depth + _depth(display))
        spoken, latin = spoken_keys(display, shouted, language)
        if spoken:
            said = said_words(display, language)
            words.append(LyricWord(lead + display, spoken, latin, space, aside, said))
            lead = ""
        elif words:
            last = words[-1]
            joined = last.display + " " * last.space + display
            words[-1] = replace(last, display=joined, space=space)
        else:
            lead += display + " " * space
    return tuple(words)


def _parts(typed: str) -> list[tuple[str, bool]]:
    """What may be a word of its own, and whether a space follows."""
    parts: list[tuple[str, bool]] = []
    for token in typed.split():
        *others, last = word_parts(token)
        parts += [(part, False) for part in others]
        parts.append((last, True))
    return parts


def _depth(display: str) -> int:
    """How many more brackets open in it than close."""
    return sum((letter in _OPENING) - (letter in _CLOSING) for letter in display)


def spoken_keys(display: str, shouted: bool = False, language: str = "") -> tuple[tuple[str, ...], bool]:
    """The keys spoken for a word as typed, as in LyricWord, and whether they are all of a-z and '.

    shouted: capitals are the way the line is typed, and mark no acronyms. language: for numerals.
    """
    text = fold(written_out(_plain(display), language))
    keys: list[str] = []
    latin = True
    for piece in _PIECES.findall(text):
        bare = piece.replace("'", "")
        acronym = bare == piece and piece.isupper() and 2 <= len(piece) <= _LONGEST_ACRONYM and not shouted
        keys.append(piece if acronym else piece.lower())
        latin = latin and bare.isascii()
    return tuple(keys), latin


def said_words(display: str, language: str = "") -> tuple[str, ...]:
    """The words spoken for a word as typed, in their own spelling: small letters with their accents, numbers
    and signs in words."""
    text = unicodedata.normalize("NFC", written_out(_plain(display), language))
    return tuple(piece.lower() for piece in _PIECES.findall(text))


def _plain(text: str) -> str:
    """Compatibility forms, without what can't be seen; digits and apostrophes in ASCII."""
    text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).translate(_APOSTROPHES)
    # str.isdigit knows more digits than the speller does.
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)


def fold(text: str) -> str:
    """Compatibility forms and Latin accents folded to ASCII; other scripts keep their marks."""
    text = _plain(text)
    folded = []
    for letter in text:
        base = unicodedata.normalize("NFD", letter)
        plain = base[0] if base[0].isascii() else letter
        mapped = plain.lower().translate(_LETTERS)
        folded.append(mapped if mapped.isascii() and not plain.isascii() else plain)
    return "".join(folded)
