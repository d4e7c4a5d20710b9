"""What the page's editor is told of the timings that it edits, and the timings made of that again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .edits import entries_of, fingerprint, milliseconds, plain, voices_of
from .words import Line, Syllable, Word, WordTimings

# Confidences below these: a word that was hardly heard where it is placed, and a time estimated from the
# neighbours' (align.match, align.place and align.formats give those 0.25 at most).
_DOUBTFUL, _ESTIMATED = 0.4, 0.26


def listing_of(timings: WordTimings) -> dict[str, Any]:
    """What the page's editor gets of them, as JSON has it. "base": fingerprint. Of each word: in "words"
    [text, start, end, first, space], in "voices" who sings it, in "doubts" how far its time is to be trusted.
    "syllables": {index: [[text, start, end], …]} where they are timed. "language"."""
    entries = entries_of(timings)
    return {
        "base": fingerprint(entries),
        "words": [plain(entry) for entry in entries],
        "voices": voices_of(timings),
        "doubts": doubts_of(timings),
        "syllables": _syllables_of(timings),
        "language": timings.language,
    }


def timings_of(listing: Mapping[str, Any]) -> WordTimings:
    """The timings that a listing was made of, to the millisecond, without what it leaves out."""
    lines: list[Line] = []
    for index, (entry, voice) in enumerate(zip(listing["words"], listing["voices"], strict=True)):
        text, start, end, first, space = entry
        parts = listing["syllables"].get(str(index), ())
        syllables = tuple(Syllable(part, begin / 1000, past / 1000) for part, begin, past in parts)
        word = Word(text, start / 1000, end / 1000, space=bool(space), syllables=syllables)
        if first or not lines:
            lines.append(Line((word,), voice or None))
        else:
            lines[-1] = replace(lines[-1], words=(*lines[-1].words, word))
    return WordTimings(tuple(lines), listing["language"])


def doubts_of(timings: WordTimings) -> list[int]:
    """How far each word's time is to be trusted: 0 it was heard there, 1 hardly heard, 2 it is a guess."""
    return [(word.confidence < _DOUBTFUL) + (word.confidence < _ESTIMATED) for word in timings.words()]


def _syllables_of(timings: WordTimings) -> dict[int, list[tuple[str, int, int]]]:
    """By the word's index, where they are timed and spell it."""
    return {
        index: [(part.text, milliseconds(part.start), milliseconds(part.end)) for part in word.syllables]
        for index, word in enumerate(timings.words())
        if len(word.syllables) > 1 and "".join(part.text for part in word.syllables) == word.text
    }
