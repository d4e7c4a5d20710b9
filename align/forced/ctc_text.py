"""Lyrics as tokens of a CTC model that spells in letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..text import LyricLine, LyricWord
from .viterbi import Token

BLANK, SEPARATOR = "<pad>", "|"

# Of wav2vec2-base-960h, as its vocab.json has them.
VOCABULARY: Mapping[str, int] = {
    letter: number
    for number, letter in enumerate(
        (BLANK, "<s>", "</s>", "<unk>", SEPARATOR, *"ETAONIHSRDLUMWCFGYPBVK", "'", *"XJQZ")
    )
}


@dataclass(frozen=True, slots=True)
class Spelling:
    """tokens: of the whole text; words: for each word of the lyrics the tokens first..last-1 that spell it,
    the same number twice where it has no letters the model knows."""

    tokens: tuple[Token, ...]
    words: tuple[tuple[int, int], ...]


def spelled(lines: Sequence[LyricLine], vocabulary: Mapping[str, int], star: int) -> Spelling:
    """Lyrics letter by letter, other scripts romanised.

    Words are parted by separators and lines by stars (the column `star`), which a path may leave out: what is
    sung between the lines and not in the text goes to a star.
    """
    separator = Token(vocabulary[SEPARATOR], optional=True)
    rest = Token(star, optional=True)
    tokens: list[Token] = [rest]
    words: list[tuple[int, int]] = []
    for line in lines:
        for word in line.words:
            letters = [Token(vocabulary[letter]) for letter in _letters(word) if letter in vocabulary]
            if letters and not tokens[-1].optional:
                tokens.append(separator)
            words.append((len(tokens), len(tokens) + len(letters)))
            tokens += letters
        if not tokens[-1].optional:
            tokens.append(rest)
    return Spelling(tuple(tokens), tuple(words))


def _letters(word: LyricWord) -> str:
    text = "".join(word.spoken)
    if not text.isascii():
        from anyascii import anyascii

        text = anyascii(text)
    return text.upper()
