"""How lyrics look: OverlayStyle, and the font it names."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from PIL import ImageColor, ImageFont
from PIL.ImageFont import FreeTypeFont

from ..engine.errors import TextError

Position = Literal["bottom", "middle", "top"]
RGB = tuple[int, int, int]

_NO_CHARACTER = "\U0010ffff"  # never assigned, so every font draws its "missing" box for it


@dataclass(frozen=True, slots=True)
class OverlayStyle:
    """font: a .ttf, .otf or .ttc file, or "" for the built-in one (Latin letters without accents).
    size: height of the letters' em as a share of the picture's height (in portrait: of 5/4 of its width).
    Colours as CSS writes them ("#ffd23f", "white")."""

    font: str = ""
    size: float = 0.07
    colour: str = "#ffffff"
    highlight: str = "#ffd23f"
    outline: str = "#101014"
    position: Position = "bottom"


def rgb(colour: str) -> RGB:
    """Raises TextError for what is no colour."""
    try:
        red, green, blue = ImageColor.getrgb(colour)[:3]
    except ValueError as error:
        raise TextError(f'"{colour}" is not a colour: write it like #ffd23f or white.') from error
    return red, green, blue


@lru_cache(maxsize=16)
def load_font(font: str, pixels: float) -> FreeTypeFont:
    """Raises TextError when the file can't be read as a font."""
    try:
        if font:
            return ImageFont.truetype(font, pixels)
        built_in = ImageFont.load_default(pixels)
    except OSError as error:
        raise TextError(
            f'The font "{font}" can\'t be read: give the path of a .ttf, .otf or .ttc file.') from error
    if not isinstance(built_in, FreeTypeFont):
        raise TextError("This Pillow has no FreeType: install the official one with `pip install Pillow`.")
    return built_in


def check_style(style: OverlayStyle) -> None:
    """Raises TextError when a colour or the font can't be read."""
    for colour in (style.colour, style.highlight, style.outline):
        rgb(colour)
    load_font(style.font, 32)


def check_letters(text: str, font: str) -> None:
    """Raises TextError when the font can't draw a character of the text."""
    face = load_font(font, 32)
    box = _drawn(face, _NO_CHARACTER)
    missing = [character for character in sorted(set(text))
               if unicodedata.category(character)[0] not in "ZC" and _drawn(face, character) == box]
    if missing:
        name = f'The font "{font}"' if font else "The built-in font"
        raise TextError(f"{name} has no letters for {' '.join(missing)} in the lyrics: "
                        "choose a font file that covers them.")


def _drawn(face: FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = face.getmask(character)
    return mask.size, bytes(mask)
