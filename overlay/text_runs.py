"""A line of text cut into what is shaped in one go: one direction, one script, one face."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from bidi import algorithm as bidi
from fontTools.unicodedata import script

from .font_file import FontFace

# Classes that rule X9 of UAX #9 takes out before levels are given.
_REMOVED = {"BN", "LRE", "LRO", "RLE", "RLO", "PDF"}
# The library knows no isolates, so marks of direction that a text may carry are not passed to it or to fonts.
# Nor are the fillers of Hangul, which are drawn as nothing, and as boxes by HarfBuzz.
_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x3164, 0xFFA0])
_JOINERS = "\u200c\u200d\u2060"
_EMOJI_STYLE, _TEXT_STYLE = "\ufe0f", "\ufe0e"
# Emoji_Presentation (UTS #51) below U+1F000: pictures without being asked.
_OLD_EMOJI = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅"
    "⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"
)
# Default_Ignorable_Code_Point (UAX #44), which are drawn as nothing; not the tags of flags, of which a font's
# glyph may be made.
_IGNORED = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0100-\U000e01ef]"
)


_SURROGATES = re.compile("[\ud800-\udfff]")
# What characters that are newer than Python's tables are to the bidirectional algorithm
# (DerivedBidiClass.txt), and a character of that class which python-bidi knows.
_RIGHT_TO_LEFT = (
    (0x590, 0x8FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF), (0x10800, 0x10FFF), (0x1E800, 0x1EFFF),
)  # fmt: skip
_NEUTRAL, _LETTER, _RIGHT = "☺", "a", "א"
# Bidi_Paired_Bracket of what lyrics are written with.
_CLOSING = dict(zip("([{（［｛「『【〔〖〈《⟨⟪", ")]}）］｝」』】〕〗〉》⟩⟫", strict=True))
_STRONG = {"L": "L", "R": "R", "AN": "R", "EN": "R"}


@dataclass(frozen=True, slots=True)
class Run:
    """Characters start..stop-1 of a text."""

    start: int
    stop: int
    level: int
    script: str
    face: FontFace


def clean(text: str) -> str:
    """Composed characters, one space for any white space, no control characters, no halves of characters."""
    text = _SURROGATES.sub("\ufffd", unicodedata.normalize("NFC", text).translate(_CONTROLS))
    return " ".join("".join(c if unicodedata.category(c) != "Cc" else " " for c in text).split())


def is_dense(text: str) -> bool:
    """Whether it is of a script that sets no spaces between words."""
    return any(script(character) in ("Hani", "Hira", "Kana") for character in text)


def base_level(text: str) -> int:
    """1 for a text that reads from right to left, by its first strong character (UAX #9, P2 and P3)."""
    return int(bidi.get_base_level("".join(map(_known_to_bidi, text))))


def levels(text: str, base: int) -> list[int]:
    """Embedding level of each character (UAX #9)."""
    kept = [i for i, c in enumerate(text) if unicodedata.bidirectional(c) not in _REMOVED]
    storage = bidi.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, ("L", "R")[base]
    bidi.get_embedding_levels("".join(_known_to_bidi(text[i]) for i in kept), storage)
    bidi.explicit_embed_and_overrides(storage)
    bidi.resolve_weak_types(storage)
    _resolve_brackets(storage["chars"], base)
    bidi.resolve_neutral_types(storage, False)
    bidi.resolve_implicit_levels(storage, False)
    found = dict(zip(kept, (entry["level"] for entry in storage["chars"]), strict=True))
    out = [base] * len(text)
    for i in range(len(text)):
        out[i] = found.get(i, out[i - 1] if i else base)
    return out


def _resolve_brackets(characters: Sequence[MutableMapping[str, Any]], base: int) -> None:
    """Rule N0 of UAX #9: give both brackets of a pair one direction, in place: the line's if anything inside
    has it, else that of what precedes the pair, if there are letters inside at all.

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


def _known_to_bidi(character: str) -> str:
    """The character, or one of the class that it has by where it is, for one newer than Python's tables."""
    if unicodedata.bidirectional(character):
        return character
    if _pictograph(character):
        return _NEUTRAL
    code = ord(character)
    return _RIGHT if any(first <= code <= last for first, last in _RIGHT_TO_LEFT) else _LETTER


def visual_order(run_levels: Sequence[int]) -> list[int]:
    """Indices of runs from left to right (UAX #9, L2)."""
    order = list(range(len(run_levels)))
    for level in range(max(run_levels, default=0), 0, -1):
        at = 0
        while at < len(order):
            stop = at
            while stop < len(order) and run_levels[order[stop]] >= level:
                stop += 1
            order[at:stop] = reversed(order[at:stop])
            at = max(stop, at + 1)
    return order


def clusters(text: str) -> list[tuple[int, int]]:
    """Spans of characters that come from one face: a letter with its marks, an emoji with its joiners."""
    spans: list[tuple[int, int]] = []
    for i, character in enumerate(text):
        joined = i > 0 and (
            is_mark(character)
            or (text[i - 1] == "\u200d" and is_emoji(text[slice(*spans[-1])]))
            or 0x1F3FB <= ord(character) <= 0x1F3FF
            or (_flag(character) and _flag(text[i - 1]) and (i - spans[-1][0]) == 1)
        )
        if joined:
            spans[-1] = spans[-1][0], i + 1
        else:
            spans.append((i, i + 1))
    return spans


def is_mark(character: str) -> bool:
    return (
        unicodedata.category(character)[0] == "M"
        or character in _JOINERS
        or "\U000e0020" <= character <= "\U000e007f"
    )


def is_emoji(cluster: str) -> bool:
    """Whether it is shown as a picture rather than as text."""
    return _EMOJI_STYLE in cluster or (_pictograph(cluster[0]) and _TEXT_STYLE not in cluster)


def visible(cluster: str) -> str:
    """Without what needs no glyph of its own."""
    return "".join(_IGNORED.sub("", cluster).split())


def itemise(text: str, base: int, face_of: Callable[[str], FontFace]) -> list[Run]:
    """Runs in the order of the text. face_of gives the face for a cluster; spaces go with what precedes."""
    level_of = levels(text, base)
    scripts = _scripts(text)
    runs: list[Run] = []
    for start, stop in clusters(text):
        piece = text[start:stop]
        last = runs[-1] if runs else None
        # A space as wide as an emoji tears the words around it apart, and fonts of signs may have none.
        if last and not visible(piece) and not last.face.pictures and (piece != " " or last.face.covers(" ")):
            face = last.face
        else:
            face = face_of(piece)
        key = level_of[start], scripts[start], face
        if last and (last.level, last.script, last.face) == key:
            runs[-1] = Run(last.start, stop, *key)
        else:
            runs.append(Run(start, stop, *key))
    return runs


def _scripts(text: str) -> list[str]:
    """ISO 15924 code of each character; what is common to many takes its neighbour's (UAX #24, 5.1)."""
    codes = [script(c) for c in text]
    known = [code if code not in ("Zyyy", "Zinh", "Zzzz") else "" for code in codes]
    current = next((code for code in known if code), "Zyyy")
    for i, code in enumerate(known):
        current = code or current
        known[i] = current
    return known


def _pictograph(character: str) -> bool:
    return "\U0001f000" <= character < "\U00020000" or character in _OLD_EMOJI


def _flag(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF
