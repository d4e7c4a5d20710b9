"""Text to glyphs in place: HarfBuzz's shaping, run by run, in visual order."""

from __future__ import annotations

from dataclasses import dataclass

import uharfbuzz as hb

from .font_file import FontFace
from .fonts import Fonts
from .text_runs import itemise, visual_order


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph with its origin x (to the right), y (up), em, and the first character it stands for."""

    face: FontFace
    number: int
    x: float
    y: float
    character: int


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a character lies on its row, em; rtl: it is read from `right` to `left`."""

    left: float
    right: float
    rtl: bool


@dataclass(frozen=True)
class ShapedText:
    """A row of text. width: of its advance, em. extents: one per character, those of a cluster sharing its
    place evenly. above, below: reach of the ink from the baseline, em, not negative."""

    glyphs: tuple[Glyph, ...]
    extents: tuple[Extent, ...]
    width: float
    above: float
    below: float


def shape(text: str, base: int, fonts: Fonts, language: str = "", blank: float = 0.0) -> ShapedText:
    """base: 1 for a text that reads from right to left. language: BCP 47, for letters whose shape depends on
    it. blank: by how much spaces are wider than the font has them, em."""
    runs = itemise(text, base, fonts.face_of)
    glyphs: list[Glyph] = []
    extents = [Extent(0.0, 0.0, False)] * len(text)
    x = above = below = 0.0
    for index in visual_order([run.level for run in runs]):
        run = runs[index]
        rtl = bool(run.level % 2)
        buffer = hb.Buffer()
        buffer.add_str(text, run.start, run.stop - run.start)
        buffer.direction = "rtl" if rtl else "ltr"
        buffer.script = run.script
        if language:
            buffer.language = language
        hb.shape(run.face.font, buffer)
        scale = 1 / run.face.upem
        starts: dict[int, float] = {}
        ends: dict[int, float] = {}
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            place = Glyph(run.face, info.codepoint, x + position.x_offset * scale, position.y_offset * scale,
                          info.cluster)  # fmt: skip
            glyphs.append(place)
            ink = run.face.ink(info.codepoint)
            if ink:
                above, below = max(above, place.y + ink[3]), max(below, -place.y - ink[1])
            starts[info.cluster] = min(starts.get(info.cluster, x), x)
            x += position.x_advance * scale + blank * (text[info.cluster] == " ")
            ends[info.cluster] = max(ends.get(info.cluster, x), x)
        if not starts:
            # Marks of direction alone, in a font that has no blank to show for them.
            starts[run.start] = ends[run.start] = x
        _spread(extents, starts, ends, run.stop, rtl)
    return ShapedText(tuple(glyphs), tuple(extents), x, above, below)


def _spread(
    extents: list[Extent], starts: dict[int, float], ends: dict[int, float], stop: int, rtl: bool
) -> None:
    """Give each character of a run its share of its cluster."""
    order = sorted(starts)
    for first, past in zip(order, [*order[1:], stop], strict=True):
        left, right = starts[first], ends[first]
        width = (right - left) / max(past - first, 1)
        for i in range(past - first):
            begin = right - (i + 1) * width if rtl else left + i * width
            extents[first + i] = Extent(begin, begin + width, rtl)
