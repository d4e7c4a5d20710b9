"""What of the lyrics can't be drawn: left out, and named."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from ..align.words import Line, Word
from .fonts import Fonts
from .text_runs import clean, clusters, visible

# No character at all, or half of one; white space is what the categories have beside them.
_NO_LETTER = ("Cc", "Cs")
_UNSHOWN = (*_NO_LETTER, "Cf", "Co", "Zl", "Zp")


def drawable(lines: Sequence[Line], fonts: Fonts) -> tuple[list[Line], list[str]]:
    """The lines without what no font here has, and sentences that name it.

    A letter is kept where only a mark on it is lacking. Raises TextError where no letter at all is left of
    lyrics that have some.
    """
    lacking: dict[str, None] = {}
    found = [_line(line, fonts, lacking) for line in lines]
    if not lacking:
        return found, []
    if any(map(str.isalpha, lacking)) and not any(_has_letters(line) for line in found):
        fonts.require("\n".join(clean(line.text) for line in lines))
    named = ", ".join(map(_named, lacking))
    return found, [f"Left out of the picture, because no font here has it: {named}; {fonts.remedy(lacking)}"]


def _line(line: Line, fonts: Fonts, lacking: dict[str, None]) -> Line:
    texts = [clean(_without_controls(word.text, lacking)) for word in line.words]
    # What is left may join in another way.
    while out := _places(line.words, texts, fonts):
        lacking.update({texts[word][place]: None for word, place in out if visible(texts[word][place])})
        for word, place in sorted(out, reverse=True):
            texts[word] = texts[word][:place] + texts[word][place + 1 :]
    words = zip(line.words, texts, strict=True)
    return replace(line, words=tuple(_word(word, text) for word, text in words))


def _places(words: Sequence[Word], texts: Sequence[str], fonts: Fonts) -> list[tuple[int, int]]:
    """Word and place in it of each character to leave out, found in the line as it is set."""
    joined = ""
    owners: list[tuple[int, int]] = []
    for number, (word, text) in enumerate(zip(words, texts, strict=True)):
        joined += text + " " * word.space
        owners += [(number, place) for place in range(len(text) + word.space)]
    places = [
        owners[start + place]
        for start, stop in clusters(joined)
        for place in fonts.lacking(joined[start:stop])
    ]
    return [(number, place) for number, place in places if place < len(texts[number])]


def _without_controls(text: str, lacking: dict[str, None]) -> str:
    bad = [c for c in text if _is_none(c)]
    lacking.update(dict.fromkeys(bad))
    return text.translate({ord(c): None for c in bad})


def _word(word: Word, text: str) -> Word:
    bad = {c for c in word.text if _is_none(c)}
    if text == clean(word.text) and not bad:
        return word
    gone = set(clean(word.text)) - set(text) | bad
    syllables = [
        replace(part, text="".join(c for c in part.text if c not in gone)) for part in word.syllables
    ]
    return replace(word, text=text, syllables=tuple(syllables))


def _is_none(character: str) -> bool:
    return unicodedata.category(character) in _NO_LETTER and not character.isspace()


def _has_letters(line: Line) -> bool:
    return any(map(str.isalnum, line.text))


def _named(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return code if unicodedata.category(character) in _UNSHOWN else f"“{character}” ({code})"
