"""A song's rhythm and a recogniser's mistakes, without any sound: for tests of what comes after
recognition."""

from __future__ import annotations

import random

from lipsync_studio.align.text import read_text
from lipsync_studio.align.words import Word

from .garble import SUBSTITUTES

# Seconds: a syllable, the rest after a line, and after a stanza.
_SYLLABLE = (0.14, 0.42)
_LINE_REST = (0.2, 1.5)
_STANZA_REST = (2.0, 12.0)
# A line's last word is this much longer.
_HELD = (1.0, 3.0)
# How wrong words are recognised: as another word, not at all, and one too many.
_REPLACED, _DELETED, _INSERTED = 0.5, 0.3, 0.2
_SPREAD = 0.05


def performed(lyrics: str, seed: int = 0, language: str = "") -> tuple[Word, ...]:
    """Every word of the lyrics in time, sung at a pace that changes from word to word."""
    rng = random.Random(seed)
    at = rng.uniform(*_STANZA_REST)
    words: list[Word] = []
    for number, line in enumerate(read_text(lyrics, language).lines):
        if number:
            at += rng.uniform(*(_STANZA_REST if line.opens_stanza else _LINE_REST))
        for word in line.words:
            length = word.syllables * rng.uniform(*_SYLLABLE)
            if word is line.words[-1]:
                length *= rng.uniform(*_HELD)
            words.append(word.at(at, at + length, 1.0))
            at += length
    return tuple(words)


def misheard(truth: tuple[Word, ...], share: float, seed: int = 0) -> list[Word]:
    """What a recogniser with that word error rate makes of it: half of the errors are other words, three
    tenths missing ones, the rest additional ones; times are off by 50 ms (standard deviation)."""
    rng = random.Random(seed)
    heard: list[Word] = []
    for word in truth:
        error = rng.random() / share if share else 1.0
        start = word.start + rng.gauss(0.0, _SPREAD)
        end = max(start + 0.04, word.end + rng.gauss(0.0, _SPREAD))
        if error < _REPLACED:
            heard.append(Word(rng.choice(SUBSTITUTES), start, end, rng.uniform(0.1, 0.6)))
        elif error >= _REPLACED + _DELETED:
            heard.append(Word(word.text, start, end, rng.uniform(0.4, 1.0)))
        if rng.random() < _INSERTED * share:
            heard.append(Word(rng.choice(SUBSTITUTES), end, end + 0.15, rng.uniform(0.1, 0.5)))
    return heard
