"""Made songs with known times: a verse sung over computed music, after an instrumental intro, with a break in
its middle, and one line in the lyrics that nobody sings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from lipsync_studio.align.words import Word

from .case import RATE, Case
from .cases import case_of, joined, with_music
from .languages import VERSES
from .singing import sing

SONG_LANGUAGES = ("es", "de", "fr")
"""Of made songs; their words are those of VERSES."""
SONG_SNRS = (0, 6, 12)
"""Decibels of the voice above the music, while it sings."""

# Seconds of music without a voice.
_INTRO, _BREAK, _OUTRO = 14.0, 9.0, 5.0


@dataclass(frozen=True)
class Song:
    """case: the sound, its words in time, and the lyrics with the line that is not sung. source: of each word
    of the lyrics the index of its word in the truth, None where it is not sung."""

    case: Case
    source: tuple[int | None, ...]


@lru_cache(maxsize=4)
def song(code: str, variant: str, snr_db: float, lines: int = 0, intro: float = _INTRO) -> Song:
    """The verse in one of SONG_LANGUAGES by one of VARIANTS. lines: how many of them, by default all; of four
    and more the one before the last is written down and not sung."""
    verse = VERSES[code]
    rows = [row.split() for row in verse.text.splitlines()]
    rows = rows[: lines or len(rows)]
    unsung = len(rows) - 2 if len(rows) >= 4 else None
    sung = [row for at, row in enumerate(rows) if at != unsung]
    half = len(sung) // 2
    cases = []
    for part in (sung[:half], sung[half:]):
        samples, words = sing(part, verse.voice + variant)
        cases.append(case_of("", samples, words, "\n".join(" ".join(row) for row in part)))
    case = _arranged(cases, intro, f"{code}{variant} song at {snr_db:g} dB")
    counts = [len(row) for row in rows]
    source: list[int | None] = []
    sung_so_far = 0
    for at, count in enumerate(counts):
        for _ in range(count):
            source.append(None if at == unsung else sung_so_far)
            sung_so_far += at != unsung
    lyrics = "\n".join(" ".join(row) for row in rows)
    return Song(with_music(replace(case, lyrics=lyrics), snr_db, seed=len(code + variant)), tuple(source))


def long_song(code: str, snr_db: float, times: int = 3) -> Song:
    """The same song so many times, one after the other: of three verses, more than three minutes."""
    one = song(code, "", snr_db)
    count = len(one.case.truth)
    whole = joined([one.case] * times, 0.0, f"long {code} song at {snr_db:g} dB")
    source = (None if at is None else at + count * turn for turn in range(times) for at in one.source)
    return Song(whole, tuple(source))


def _arranged(cases: list[Case], intro: float, name: str) -> Case:
    """Silence, the first, silence, the second, silence."""
    parts, truth = [], list[Word]()
    at = 0
    for case, before in zip(cases, (intro, _BREAK), strict=True):
        rest = np.zeros(round(before * RATE), np.float32)
        at += rest.size
        late = at / RATE
        truth += [replace(word, start=word.start + late, end=word.end + late) for word in case.truth]
        parts += [rest, case.samples]
        at += case.samples.size
    samples = np.concatenate([*parts, np.zeros(round(_OUTRO * RATE), np.float32)])
    return Case(samples, tuple(truth), "", name)
