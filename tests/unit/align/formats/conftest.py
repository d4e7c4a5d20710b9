"""Made-up word timings that are hard on file formats."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from lipsync_studio.align.words import Line, Syllable, Word, WordTimings

# Scripts, signs of the formats, stamps that are text, and what is left of a file that was badly cut.
# fmt: off
HARD_TEXTS = [
    "Hello", "world", "it's", "l'été", "Straße", "привет", "мир", "مرحبا", "بالعالم", "שלום", "नमस्ते",
    "ธรรมชาติ",
    "今", "日", "は", "、", "「", "ありがとう", "愛してる", "カラオケー", "사랑해", "🎤", "👩‍👩‍👧",
    "♪", "–", "-->", "--", "<", "&", "&amp;", "&lt;b&gt;", "<b>", "</i>", "<00:01.00>", "[00:05.00]", "[00:",
    "<12:", "[Chorus]", "F:", "M:", "D: x", "v1:", "bg: x", "[bg: x]", "［00:05］", "&apos;",
    "{", "}", "{\\k20}", "{\\an8}", "\\N", "\\h", "a\\", "\\{",
    "(x2)", "1", "1999", "NOTE", "WEBVTT", "Dialogue:", "a,b", ",", ";", "[ti:x]", "[offset:500]",
    "00:00:01,000 --> 00:00:02,000", "New York", "a\u00a0b", "\u00a0", "\t", "  lead", "trail  ", "x\ny",
    "\r\n", "\u2028", "\x0b", "\ud800", "\ufeff", "\u200b", "\u2060", "\ufdd0", "e\u0301", "\u0301",
    '{"a"', '"', "%", "https://x.y/z?a=b&c", "㍿", "①", "½",
]
SPACED = [
    "Hello", "world,", "it's", "l'été", "Straße", "привет", "мир!", "مرحبا", "שלום", "नमस्ते", "사랑해", "🎤",
    "(oh)", "1999", "a{b}c", "R&B", "<3", "x-->y", "<00:01.00>", "[00:05.00]", "\\Nx", "d:",
]
# fmt: on
UNSPACED = ["今", "日", "は", "愛", "ありがとう", "カ", "、と", "ธรรม"]
BEGINNINGS = [0.0, 0.0, 59.9, 3599.9, 6100.5, 36000.0]


def _hard_word(dice: random.Random, start: float, end: float) -> Word:
    text = dice.choice(HARD_TEXTS) + (dice.choice(HARD_TEXTS) if dice.random() < 0.15 else "")
    word = Word(text, start, end, round(dice.random(), 3), space=dice.random() < 0.7)
    if dice.random() < 0.8 or len(text) < 2:
        return word
    cut, middle = dice.randrange(1, len(text)), start + (end - start) * dice.random()
    parts = (Syllable(text[:cut], start, middle), Syllable(text[cut:], middle, end))
    return Word(text, start, end, word.confidence, space=word.space, syllables=parts)


@pytest.fixture(scope="session")
def hard_timings() -> Callable[[int], WordTimings]:
    """By a seed: words and lines that overlap, last no time, repeat, run backwards; any text, any voice."""

    def make(seed: int) -> WordTimings:
        dice = random.Random(seed)
        at = dice.choice(BEGINNINGS) + dice.random()
        overlapping = dice.random() < 0.4
        lines: list[Line] = []
        for _ in range(dice.randrange(7)):
            words = []
            for _ in range(dice.randrange(7)):
                start = at + dice.choice([0, 0, 0, 0.003, 0.1, 1.7, 9])
                end = at = start + dice.choice([0, 0.001, 0.004, 0.01, 0.2, 0.5, 3])
                if overlapping:
                    start, end = max(0.0, start - dice.choice([0, 0, 2])), end + dice.choice([0, 0, 3])
                words.append(_hard_word(dice, start, end))
            if lines and dice.random() < 0.15:
                words = list(lines[-1].words)
            if overlapping and dice.random() < 0.3:
                at = max(0.0, at - 5 * dice.random())
            at += dice.choice([0, 0.3, 1.9, 2.2, 30])
            lines.append(Line(tuple(words), dice.choice([None, None, "F", "v2", "bg", "Anna <b>, x"])))
        return WordTimings(tuple(lines), dice.choice(["", "en", "ja"]), "an engine")

    return make


@pytest.fixture(scope="session")
def sung_timings() -> Callable[[int], WordTimings]:
    """By a seed: words as they are sung, one after the other, each 20 ms long at least."""

    def make(seed: int) -> WordTimings:
        dice = random.Random(seed)
        at = dice.choice(BEGINNINGS) + dice.random()
        lines = []
        for _ in range(dice.randrange(1, 8)):
            words = []
            spaced = dice.random() < 0.7
            for _ in range(dice.randrange(1, 8)):
                start = at + dice.choice([0, 0, 0, 0.011, 0.3, 2.6]) * dice.random()
                at = start + 0.02 + dice.choice([0.1, 0.5, 3]) * dice.random()
                words.append(Word(dice.choice(SPACED if spaced else UNSPACED), start, at, space=spaced))
            at += dice.choice([0, 0.4, 5, 40]) * dice.random()
            lines.append(Line((*words[:-1], Word(words[-1].text, words[-1].start, at))))
        return WordTimings(tuple(lines), "en", "an engine")

    return make
