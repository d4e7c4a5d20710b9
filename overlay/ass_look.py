"""A lyric style as an ASS script can have it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fontTools.ttLib import TTFont

from ..align.formats.document import AssLook
from .fonts import Fonts
from .layout import full_em, place_of
from .style import LyricStyle, rgba

_KEYPAD = {"left": 1, "centre": 2, "right": 3}
_FAMILY = 16, 1  # name IDs of OpenType: of the typographic family, else of the family


def ass_look(style: LyricStyle, size: tuple[int, int], folders: Sequence[Path] = ()) -> AssLook:
    """Font, colours, position and karaoke of a style in a picture of `size` (width, height). Gradients,
    pills, motion and columns have no counterpart. Raises TextError for a font or a colour that can't be
    read."""
    face = Fonts(style.font, folders).main
    em, place = full_em(style, size), place_of(style, size)
    row = {1.0: 0, 0.5: 3, 0.0: 6}[place.vertical]
    foot = place.y if place.vertical == 0 else size[1] - place.y if place.vertical == 1 else 0
    box = bool(style.box)
    plain = style.effect == "line"
    return AssLook(
        font=_family(face.path),
        size=em * (face.ascent + face.descent),
        sung=_colour(style.colour if plain else style.highlight),
        coming=_colour(style.colour),
        edge=_colour(style.box if box else style.outline),
        back=_colour(style.shadow_colour, 1 - style.shadow),
        outline=(0.2 if box else style.outline_width) * em,
        shadow=0.0 if box or not style.shadow else style.shadow_distance * em,
        box=box,
        place=row + _KEYPAD[place.align],
        margins=(round(place.left), round(size[0] - place.right), round(foot)),
        sweep=style.effect in ("karaoke wipe", "two-line duet"),
    )


def _family(path: Path) -> str:
    with TTFont(path, fontNumber=0, lazy=True) as font:
        names = (font["name"].getDebugName(name) for name in _FAMILY)
        return next((name for name in names if name), path.stem)


def _colour(colour: str, clear: float = 0.0) -> int:
    """0xAABBGGRR; clear: 0..1, what the colour lets through beside its own opacity."""
    red, green, blue, opacity = (float(part) for part in rgba(colour))
    through = round(255 * (1 - opacity * (1 - clear)))
    return through << 24 | int(blue) << 16 | int(green) << 8 | int(red)
