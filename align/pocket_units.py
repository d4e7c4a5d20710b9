"""What PocketSphinx' decoder takes for words: one or several for each word of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .language import Language
from .pronounce import Variants, pronounce_line
from .text import LyricLine


@dataclass(frozen=True, slots=True)
class Unit:
    """What the decoder takes for a word: its name there, and how it is said; no variants for one of its own
    dictionary."""

    name: str
    variants: Variants = ()

    def seen(self, heard: Sequence[str]) -> Sequence[str]:
        """The phones whose mouth it is, for those that were heard."""
        return next((variant.seen for variant in self.variants if list(variant.heard) == [*heard]), heard)


def units_of(lines: Sequence[LyricLine], language: Language) -> list[list[list[Unit]]]:
    """Of each word of each line the units to align; none for a word that nobody can say."""
    units: list[list[list[Unit]]] = []
    for line in lines:
        said = [word.said or word.spoken for word in line.words]
        ways = iter(pronounce_line([each for word in said for each in word], language))
        found: list[list[Unit]] = []
        for word, each in zip(line.words, said, strict=True):
            variants = [next(ways) for _ in each]
            if language.english and word.latin:
                found.append([Unit(key) for key in word.spoken])
            else:
                found.append([Unit(_name(ways_of), ways_of) for ways_of in variants if ways_of])
        units.append(found)
    return units


def first_words(
    lines: Sequence[LyricLine], units: Sequence[Sequence[Sequence[Unit]]], found: int
) -> tuple[list[LyricLine], list[Sequence[Sequence[Unit]]]]:
    """The words that the first `found` units are of, in their lines, and their units."""
    begun, of_them = [], []
    for line, each in zip(lines, units, strict=True):
        count = 0
        while found > 0 and count < len(each):
            found -= len(each[count])
            count += 1
        if count:
            begun.append(replace(line, words=line.words[:count]))
            of_them.append(each[:count])
    return begun, of_them


def _name(variants: Variants) -> str:
    """A word's name by how it is said, so that no two languages share one that they say differently."""
    return "ipa." + "/".join("-".join(variant.heard).lower() for variant in variants)
