"""One face of a font file: what it covers, how it shapes, its outlines."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock

import cv2
import freetype
import numpy as np
import uharfbuzz as hb
from PIL import Image

from ..engine.errors import TextError

# Of variable fonts that are set in a weight of our choosing: as heavy as the shipped fonts.
_WEIGHT = 650.0
# FreeType's library is for one thread at a time, and its bindings let others run meanwhile.
_DRAWING = Lock()
_LOAD = freetype.FT_LOAD_NO_HINTING | freetype.FT_LOAD_NO_BITMAP


class FontFace:
    """A face for HarfBuzz and FreeType. Lengths are in em, y upwards, unless pixels are named.

    codes: of the characters it has. coloured: it has colour glyphs; pictures: it is for emoji."""

    def __init__(self, path: Path) -> None:
        self.path = path
        blob = hb.Blob.from_file_path(str(path))
        self._face = hb.Face(blob)
        self.font = hb.Font(self._face)
        self.upem = self._face.upem
        if not self._face.glyph_count or self.upem <= 0:
            raise ValueError("no glyphs")
        self.codes = self._face.unicodes
        self.coloured = bool(
            self._face.has_color_png or self._face.has_color_paint or self._face.has_color_layers
        )
        self.pictures = self.coloured or "emoj" in path.stem.lower()
        self._outlines: freetype.Face | None = None
        self._axes = {
            axis.tag: (axis.default_value, axis.min_value, axis.max_value) for axis in self._face.axis_infos
        }
        if "wght" in self._axes:
            self.font.set_variations({"wght": self._design("wght")})
        extents = self.font.get_font_extents("ltr")
        self.ascent, self.descent = extents.ascender / self.upem, -extents.descender / self.upem

    def _design(self, axis: str) -> float:
        default, low, high = self._axes[axis]
        return min(max(_WEIGHT, low), high) if axis == "wght" else default

    def covers(self, text: str) -> bool:
        return all(ord(character) in self.codes for character in text)

    def ink(self, glyph: int) -> tuple[float, float, float, float] | None:
        """Left, bottom, right, top; None for a glyph without ink."""
        extents = self.font.get_glyph_extents(glyph)
        if extents is None or not extents.width:
            return None
        left, top = extents.x_bearing / self.upem, extents.y_bearing / self.upem
        return left, top + extents.height / self.upem, left + extents.width / self.upem, top

    def coverage(
        self, glyph: int, em: float, shift: tuple[float, float], stroke: float = 0.0
    ) -> tuple[np.ndarray, int, int] | None:
        """uint8 [h, w] of a glyph, and the pixel (x, y downwards) of its top-left corner against the origin.

        em: pixels. shift: of the origin, pixels, 0..1. stroke: pixels added all around. None without ink.
        Raises TextError for an outline that FreeType can't read."""
        try:
            with _DRAWING:
                face = self._opened()
                if not face.is_scalable:
                    return None
                face.set_char_size(0, round(em * 64))
                face.load_glyph(glyph, _LOAD)
                drawn = face.glyph.get_glyph()
                if stroke:
                    stroker = freetype.Stroker()
                    stroker.set(
                        round(stroke * 64),
                        freetype.FT_STROKER_LINECAP_ROUND,
                        freetype.FT_STROKER_LINEJOIN_ROUND,
                        0,
                    )
                    drawn.stroke(stroker, True)
                origin = freetype.Vector(round(shift[0] * 64), -round(shift[1] * 64))
                bitmap = drawn.to_bitmap(freetype.FT_RENDER_MODE_NORMAL, origin, True)
        except freetype.FT_Exception as error:
            raise TextError(
                f'The font "{self.path.name}" is damaged ({error}): choose another one.'
            ) from error
        raw = bitmap.bitmap._FT_Bitmap
        if not raw.rows or not raw.width:
            return None
        pixels = np.frombuffer(ctypes.string_at(raw.buffer, raw.rows * raw.pitch), np.uint8)
        return pixels.reshape(raw.rows, raw.pitch)[:, : raw.width], bitmap.left, -bitmap.top

    def picture(self, glyph: int, em: float) -> tuple[np.ndarray, int, int] | None:
        """float32 [h, w, 4] premultiplied RGBA 0..1 of a colour glyph, placed as in `coverage`; None for a
        glyph that has an outline only, or no ink."""
        extents = self.font.get_glyph_extents(glyph)
        if extents is None or not extents.width or not extents.height:
            return None
        scale = em / self.upem
        return self._bitmap(glyph, extents, scale) or self._painted(glyph, extents, scale)

    def _bitmap(
        self, glyph: int, extents: hb.GlyphExtents, scale: float
    ) -> tuple[np.ndarray, int, int] | None:
        """From the PNG that fonts of the CBDT and sbix kinds hold."""
        blob = self.font.get_glyph_color_png(glyph)
        if not blob.data:
            return None
        with Image.open(BytesIO(blob.data)) as stored:
            pixels = np.asarray(stored.convert("RGBA"), np.float32) / 255
        pixels[..., :3] *= pixels[..., 3:]
        width, height = (max(round(abs(side) * scale), 1) for side in (extents.width, extents.height))
        way = cv2.INTER_AREA if height < len(pixels) else cv2.INTER_LINEAR
        left, top = round(extents.x_bearing * scale), round(-extents.y_bearing * scale)
        return cv2.resize(pixels, (width, height), interpolation=way), left, top

    def _painted(
        self, glyph: int, extents: hb.GlyphExtents, scale: float
    ) -> tuple[np.ndarray, int, int] | None:
        """From the coloured outlines of the COLR kind."""
        paint = hb.RasterPaint()
        paint.transform = (scale, 0, 0, scale, 0, 0)
        paint.set_glyph_extents(extents)
        if not paint.paint_glyph_or_fail(self.font, glyph):
            return None
        image = paint.render()
        if image is None:
            return None
        place = image.extents
        rows = np.frombuffer(image.buffer, np.uint8).reshape(place.height, place.stride)
        # Rows run upwards, and a pixel is blue, green, red, alpha.
        pixels = rows[::-1, : place.width * 4].reshape(place.height, place.width, 4)[..., [2, 1, 0, 3]]
        return pixels.astype(np.float32) / 255, place.x_origin, -(place.y_origin + place.height)

    def _opened(self) -> freetype.Face:
        if self._outlines is None:
            # Given the bytes: FreeType can't open every path that Windows has.
            with self.path.open("rb") as file:
                self._outlines = freetype.Face(file)
            if self._axes:
                self._outlines.set_var_design_coords([self._design(axis) for axis in self._axes])
        return self._outlines


@lru_cache(maxsize=64)
def load_face(path: Path) -> FontFace:
    """Raises TextError when the file can't be read as a font."""
    try:
        return FontFace(path)
    except (OSError, ValueError, hb.HarfBuzzError, freetype.FT_Exception) as error:
        raise unreadable(str(path)) from error


def unreadable(name: str, folders: Sequence[Path] = ()) -> TextError:
    """folders: where fonts are looked for by name, beside the system's."""
    places = [*map(str, folders), "the system's fonts"]
    return TextError(
        f'The font "{name}" can\'t be read: give the path of a .ttf, .otf or .ttc file, or the name of one '
        f"in {' or '.join(places)}."
    )
