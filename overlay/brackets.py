"""Brackets in text of two directions: rule N0 of the Unicode Bidirectional Algorithm (UAX #9)."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

# Bidi_Paired_Bracket of what lyrics are written with.
_CLOSING = dict(zip("([{（［｛「『【〔〖〈《⟨⟪", ")]}）］｝」』】〕〗〉》⟩⟫", strict=True))
_STRONG = {"L": "L", "R": "R", "AN": "R", "EN": "R"}


def resolve_brackets(characters: Sequence[MutableMapping[str, Any]], base: int) -> None:
    """Give both brackets of a pair one direction, in place: the line's if anything inside has it, else that
    of what precedes the pair, if there are letters inside at all.

    characters: of one level, as python-bidi keeps them: "ch", and "type" with the weak types resolved."""
    embedding = "LR"[base]
    for opening, closing in _pairs(characters):
        inside = {_STRONG[c["type"]] for c in characters[opening:closing] if c["type"] in _STRONG}
        if inside:
            before = (_STRONG[c["type"]] for c in reversed(characters[:opening]) if c["type"] in _STRONG)
            found = embedding if embedding in inside else next(before, embedding)
            characters[opening]["type"] = characters[closing]["type"] = found


def _pairs(characters: Sequence[MutableMapping[str, Any]]) -> list[tuple[int, int]]:
    """Indices of brackets that belong together, by the opening one (BD16)."""
    pairs: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    for i, character in enumerate(characters):
        if character["type"] != "ON":
            continue
        if character["ch"] in _CLOSING:
            waiting.append((_CLOSING[character["ch"]], i))
            continue
        for depth in reversed(range(len(waiting))):
            if waiting[depth][0] == character["ch"]:
                pairs.append((waiting[depth][1], i))
                del waiting[depth:]
                break
    return sorted(pairs)
