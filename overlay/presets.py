"""Looks of lyrics by name, and looks that people keep in JSON files."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..engine.errors import TextError
from .style import MOST_WORDS, LyricStyle, check_style

DEFAULT = "highlight"
PRESETS: Mapping[str, LyricStyle] = {
    DEFAULT: LyricStyle(),
    "karaoke": LyricStyle(effect="karaoke wipe", size=0.08, shadow=0.8),
    "pop": LyricStyle(effect="word pop-in", size=0.1, position="middle", outline_width=0.1),
    "subtitle": LyricStyle(effect="line", size=0.055, box="#00000090", outline_width=0.0, shadow=0.0),
    "scroll": LyricStyle(effect="scrolling", position="middle", size=0.06),
    "duet": LyricStyle(effect="two-line duet"),
    "social": LyricStyle(effect="word highlight", position="social", size=0.09, outline_width=0.1),
    "karaoke classic": LyricStyle(
        effect="karaoke wipe",
        size=0.085,
        highlight="#3d8bff",
        outline="#0b1330",
        outline_width=0.1,
        shadow=0.8,
    ),
    "social pill": LyricStyle(
        position="social",
        size=0.09,
        highlight="#ffffff",
        outline_width=0.06,
        words_shown=3,
        pill="#7c3aed",
        emphasis="pop",
    ),
    "minimal": LyricStyle(
        effect="line",
        position="lower third",
        size=0.05,
        outline_width=0.0,
        shadow=0.9,
        shadow_distance=0.0,
        shadow_blur=0.16,
        fade_in=0.3,
        fade_out=0.3,
    ),
    "neon": LyricStyle(
        size=0.08,
        colour="#e6fbff",
        highlight="#ff7ae0",
        outline="#00b4ff",
        outline_width=0.025,
        shadow=1.0,
        shadow_distance=0.0,
        shadow_blur=0.16,
        shadow_colour="#0096ff",
    ),
    "subtitle bar": LyricStyle(effect="line", size=0.05, box="#000000b8", outline_width=0.0, shadow=0.0),
    "bounce": LyricStyle(
        position="lower third",
        size=0.1,
        highlight="#ffe14d",
        outline_width=0.1,
        words_shown=4,
        emphasis="bounce",
    ),
}
# Those that Lyric Style offers to be clicked on, in this order.
SHOWN = ("karaoke classic", "social pill", "minimal", "neon", "subtitle bar", "bounce")
# Of the numbers, as the node Lyric Style has them; all others are between 0 and 1.
_RANGES = {
    "size": (0.02, 0.3), "outline_width": (0, 0.3), "shadow_distance": (0, 0.3), "shadow_blur": (0, 0.5),
    "fade_in": (0, 2), "fade_out": (0, 2), "margin": (0, 0.3), "rows": (0, 8), "words_shown": (0, MOST_WORDS),
}  # fmt: skip
_BASE = "preset"
_LARGEST_FILE = 1 << 20


def style_of(name: str) -> LyricStyle:
    """A preset by its name, or the style in a JSON file: an object with fields of LyricStyle, and in `preset`
    the name of the one that the others are taken from. Raises TextError for what is neither."""
    if name in PRESETS:
        return PRESETS[name]
    path = Path(name)
    if path.suffix.lower() != ".json":
        raise TextError(
            f'There is no style "{name}": choose one of {", ".join(PRESETS)}, or give a JSON file.'
        )
    return _style(_read(path), path.name)


def _read(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            return json.loads(file.read(_LARGEST_FILE))
    except OSError as error:
        raise TextError(f"The style {path} can't be read ({error.strerror}): choose another file.") from error
    except (ValueError, RecursionError) as error:
        raise TextError(f"The style {path} is not JSON ({error}): correct it.") from error


def _style(given: Any, name: str) -> LyricStyle:
    if not isinstance(given, dict):
        raise TextError(f'The style {name} is no JSON object: write it like {{"effect": "line"}}.')
    base = given.get(_BASE, DEFAULT)
    if not isinstance(base, str) or base not in PRESETS:
        raise TextError(f"The style {name} names no preset: choose one of {', '.join(PRESETS)}.")
    known = {each.name: each for each in dataclasses.fields(LyricStyle)}
    values = {key: value for key, value in given.items() if key != _BASE}
    for key, value in values.items():
        if key not in known:
            raise TextError(f'"{key}" in the style {name} is not known: choose of {", ".join(known)}.')
        _check(key, value, getattr(PRESETS[base], key), name)
    style = dataclasses.replace(PRESETS[base], **values)
    check_style(style)
    return style


def _check(key: str, value: Any, usual: Any, name: str) -> None:
    """Raises TextError for a value of another kind than the usual one, or out of its range."""
    if isinstance(usual, str):
        if not isinstance(value, str):
            raise TextError(f'"{key}" in the style {name} is no text: write it in quotes.')
        return
    low, high = _RANGES.get(key, (0, 1))
    whole = isinstance(usual, int)
    right = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if not right or not math.isfinite(value) or not low <= value <= high:
        kind = "whole number" if whole else "number"
        raise TextError(f'"{key}" in the style {name} is no {kind} from {low:g} to {high:g}.')
