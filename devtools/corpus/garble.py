"""Lyrics as people type them from memory: words wrong, missing and extra."""

from __future__ import annotations

import random
from typing import NamedTuple

SUBSTITUTES = (
    "maybe", "summer", "river", "golden", "together", "nothing", "waiting", "shadow", "broken", "dancing",
    "window", "follow", "silver", "promise", "thunder", "candle", "empty", "morning", "feather", "hollow",
)  # fmt: skip
"""Words put in the place of others."""


class Garbled(NamedTuple):
    """lyrics: the altered text; source: for each of its words (split at white space) the index of the
    original word that it is, or None for a wrong or extra one."""

    lyrics: str
    source: tuple[int | None, ...]


def garbled(lyrics: str, share: float, seed: int = 0) -> Garbled:
    """A share of the words altered, a third of them each: replaced, left out, or with one put in before."""
    rng = random.Random(seed)
    count = len(lyrics.split())
    altered = rng.sample(range(count), round(share * count))
    fates = {word: ("wrong", "missing", "extra")[number % 3] for number, word in enumerate(altered)}
    lines: list[str] = []
    source: list[int | None] = []
    index = 0
    for line in lyrics.splitlines():
        words: list[str] = []
        for word in line.split():
            fate = fates.get(index)
            if fate in ("wrong", "extra"):
                words.append(rng.choice(SUBSTITUTES))
                source.append(None)
            if fate in ("extra", None):
                words.append(word)
                source.append(index)
            index += 1
        lines.append(" ".join(words))
    return Garbled("\n".join(lines) + "\n", tuple(source))
