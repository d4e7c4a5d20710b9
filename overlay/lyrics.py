"""Lyrics drawn into the pictures of one clip."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from ..align.words import WordTimings
from ..engine.media.frames import Frame
from .cues import FrameClock, sung_lines
from .emphasis import EmphasisPainter
from .fonts import Fonts, shape_language
from .layout import place_of
from .missing import drawable
from .paint import I420Space, LinePainter, RGBSpace, Space
from .parts import shown_parts
from .raster import LineArt
from .scenes import Column, Layouts, Standing
from .style import LyricStyle, check_style, moves

_SOFT = 1.5, 1 / 45  # width of a wipe's edge: pixels at least, em


class LyricOverlay:
    """Draws lyrics into the frames of one clip.

    size: width and height of the frames. times: seconds, the pts of every frame by its index; duration:
    where the last one ends. folders: where fonts are looked for besides the shipped and the system's. A word
    is current from the frame whose interval [pts, next pts) contains its start until the next word is.
    Frames without lyrics, and pixels outside the text's rectangle, keep their bits. Lines are drawn once,
    when they come up, and forgotten when they have gone, so that long lyrics take no more memory than short.

    notes: sentences about what is left out, because no font has it, and about lines that are too long.

    Raises TextError for a font or a colour that can't be read, lyrics none of whose letters a font has, and,
    from `draw` too, a line that doesn't fit the picture.
    """

    def __init__(
        self,
        size: tuple[int, int],
        words: WordTimings,
        times: Sequence[Fraction],
        duration: Fraction,
        style: LyricStyle | None = None,
        folders: Sequence[Path] = (),
    ) -> None:
        self._style, self._size = style or LyricStyle(), size
        check_style(self._style)
        language = shape_language(words.language, [line.text for line in sung_lines(words.lines)])
        fonts = Fonts(self._style.font, folders, language)
        drawn, self.notes = drawable(words.lines, fonts)
        lines, em, changed = shown_parts(sung_lines(drawn), size, self._style, fonts, language)
        self.notes = [*self.notes, *changed]
        texts = [line.text for line in lines]
        self._layouts = Layouts(lines, size, self._style, fonts, language, em)
        scene: type[Column | Standing] = Column if self._style.effect == "scrolling" else Standing
        self._scene = scene(self._layouts, FrameClock(times, duration))
        self._painters: dict[tuple[int, Hashable], LinePainter | EmphasisPainter] = {}
        if texts:
            # The likeliest not to fit says so before any work is done.
            longest = max(range(len(texts)), key=lambda line: len(texts[line]))
            Layouts(lines, size, self._style, fonts, language, em).get(longest, place_of(self._style, size))

    def draw(self, frame: Frame) -> None:
        """Paint what is sung at a frame into it, in place."""
        if frame.aspect != 1:
            self._draw_stored(frame)
            return
        self._draw(
            frame.index, list(frame.yuv()), frame.colour, lambda: I420Space(frame.colour, frame.height)
        )

    def draw_rgb(self, picture: np.ndarray, index: int) -> None:
        """The same for the frame of an index as float32 [H, W, 3], 0..1, in place."""
        self._draw(index, [picture], "rgb", RGBSpace)

    def _draw_stored(self, frame: Frame) -> None:
        """Into samples that aren't square. Text is laid over a picture by a line of its codes (paint.py):
        what becomes of 0 and 1 tells both its numbers, which are resampled, and the picture isn't."""
        sides = [(frame.height, frame.width), *[(frame.height // 2, frame.width // 2)] * 2]
        painted = []
        for start in (np.zeros, np.ones):
            planes = [start(side, np.float32) for side in sides]
            self._draw(frame.index, planes, frame.colour, lambda: I420Space(frame.colour, frame.height))
            painted.append(planes)
        for plane, none, one in zip(frame.yuv(), *painted, strict=True):
            colour, through = (
                cv2.resize(part, plane.shape[::-1], interpolation=cv2.INTER_AREA)
                for part in (none, one - none)
            )
            plane[:] = cv2.add(cv2.multiply(plane, through, dtype=cv2.CV_32F), colour, dtype=cv2.CV_8U)

    def _draw(self, index: int, planes: list[np.ndarray], kind: Hashable, space: Callable[[], Space]) -> None:
        shown = self._scene.at(index)
        for entry in shown:
            if entry.opacity > 0:
                painter = self._painters.get((entry.line, kind)) or self._painter(entry.line, kind, space())
                painter.paint(planes, entry.progress, entry.opacity, entry.shift)
        on = {entry.line for entry in shown}
        for key in [key for key in self._painters if key[0] not in on]:
            del self._painters[key]
        if on:
            # A neighbour's height may still be asked for.
            self._layouts.forget(min(on) - 2)

    def _painter(self, line: int, kind: Hashable, space: Space) -> LinePainter | EmphasisPainter:
        style, layout = self._style, self._layouts.of(line)
        pop = style.effect == "word pop-in"
        highlight = style.second_highlight if self._scene.voice(line) else style.highlight
        art = LineArt(layout, style, self._size, highlight, pop=pop)
        painter: LinePainter | EmphasisPainter
        if moves(style):
            painter = EmphasisPainter(art, style, space)
        else:
            painter = LinePainter(art, space, max(_SOFT[0], _SOFT[1] * layout.em), pop=pop)
        self._painters[line, kind] = painter
        return painter
