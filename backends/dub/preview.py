"""What a person sees of the work while it runs: a frame as it was beside what became of it."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from ...engine.media.colour import Rect, small_rgb
from ...engine.media.frames import Frame

# Pixels of each picture; with the line between them they make 384, about the width of a node.
SIDE = 191
_LINE = 2
# How much more than the repainted part is shown: enough to see whose face it is.
_AROUND = 1.6


class BeforeAfter:
    """A frame that is about to be painted in place.

    rect: where; None for nowhere, which shows the middle of the picture.
    """

    def __init__(self, frame: Frame, rect: Rect | None) -> None:
        self._frame = frame
        self._part = _square(rect, frame)
        self._before = small_rgb(frame, SIDE, self._part)

    def picture(self) -> Image.Image:
        """Before on the left, now on the right."""
        return beside(self._before, small_rgb(self._frame, SIDE, self._part))


def beside(before: np.ndarray, after: np.ndarray) -> Image.Image:
    """Two pictures, uint8 [h, w, 3], as squares with a white line between them."""
    left, right = (cv2.resize(each, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for each in (before, after))
    line = np.full((SIDE, _LINE, 3), 255, np.uint8)
    return Image.fromarray(np.hstack([left, line, right]))


def _square(rect: Rect | None, frame: Frame) -> Rect:
    """Inside the picture and on its chroma grid, with the rectangle in its middle as far as there is room."""
    short = min(frame.width, frame.height)
    x0, y0, x1, y1 = rect or (0, 0, frame.width, frame.height)
    side = short if rect is None else min(short, round(max(x1 - x0, y1 - y0) * _AROUND))
    left = min(max((x0 + x1 - side) // 2, 0), frame.width - side) // 2 * 2
    top = min(max((y0 + y1 - side) // 2, 0), frame.height - side) // 2 * 2
    return left, top, left + side // 2 * 2, top + side // 2 * 2
