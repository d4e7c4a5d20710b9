"""The fonts that are found here, for people to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError
from PIL import Image, ImageDraw, ImageFont

from .fonts import SHIPPED, font_files, plain_name, system_fonts

_SIZE, _HEIGHT, _WIDEST = 20, 30, 420  # pixels: of the letters, and of the picture
_NO_TEXT = ("emoji", "symbol", "dingbat", "icon")  # in names of fonts without letters
_LETTERS = 10  # of a font that lacks those of its name


@dataclass(frozen=True, slots=True)
class ListedFont:
    """name: as LyricStyle.font takes it; label: for people, with the style unless it is the usual one, and
    with the name where another font is called the same."""

    name: str
    label: str
    path: Path


def listed_fonts(folders: Sequence[Path] = ()) -> list[ListedFont]:
    """Text fonts of the user's folders, the shipped ones and the system's, each name once; the user's and the
    shipped ones first, the others by their label."""
    own = _listed([*font_files(folders), *font_files([SHIPPED])])
    known = {plain_name(font.name) for font in own}
    others = [font for font in _listed(system_fonts()) if plain_name(font.name) not in known]
    fonts = own + sorted(others, key=lambda font: font.label.casefold())
    called = Counter(font.label for font in fonts)
    return [
        font if called[font.label] == 1 else replace(font, label=f"{font.label} ({font.name})")
        for font in fonts
    ]


def font_sample(font: ListedFont) -> bytes:
    """A PNG of the label in the font's letters, white on nothing; of some of its letters where it lacks
    those, and empty for a font that can't be read."""
    picture = Image.new("RGBA", (_WIDEST, _HEIGHT), (255, 255, 255, 0))
    try:
        letters = ImageFont.truetype(font.path, _SIZE)
        ImageDraw.Draw(picture).text((2, _HEIGHT / 2), _text(font), "white", letters, anchor="lm")
    except (OSError, ValueError):
        pass
    file = BytesIO()
    picture.crop((0, 0, (picture.getbbox() or (0, 0, 40, 0))[2] + 2, _HEIGHT)).save(file, "PNG")
    return file.getvalue()


def _listed(paths: Sequence[Path]) -> list[ListedFont]:
    found: dict[str, ListedFont] = {}
    for path in paths:
        label = "" if any(kind in path.stem.lower() for kind in _NO_TEXT) else _label(path)
        if label:
            # As the search for a name does, the first file that has it.
            found.setdefault(plain_name(path.stem), ListedFont(path.stem, label, path))
    return list(found.values())


@lru_cache(maxsize=4096)
def _label(path: Path) -> str:
    """Family and style as the file names them; "" for one that can't be read."""
    try:
        family, style = ImageFont.truetype(path, _SIZE).getname()
    except (OSError, ValueError):
        return ""
    usual = not style or style.lower() in ("regular", "book", "normal", "roman")
    return (family or path.stem) if usual else f"{family or path.stem} {style}"


def _text(font: ListedFont) -> str:
    try:
        with TTFont(font.path, fontNumber=0, lazy=True) as file:
            letters = file.getBestCmap() or {}
    except (OSError, TTLibError):
        return font.label
    if all(ord(letter) in letters for letter in font.label if letter != " "):
        return font.label
    return "".join([chr(code) for code in letters if chr(code).isalpha()][:_LETTERS])
