"""What becomes of the pictures that an engine generates: frames of their own, or parts of the portrait."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

import cv2
import numpy as np

from ...engine.compose.seamless import SeamlessBand, cloned
from ...engine.media.colour import Rect, paste_rgb, rgb_to_planes
from ...engine.media.frames import Colour, Frame
from .picture import Portrait


class Canvas(Protocol):
    """size: of the frames, width and height, even."""

    size: tuple[int, int]

    def frame(self, picture: np.ndarray, pts: Fraction, index: int) -> Frame:
        """The frame that shows a generated picture, uint8 [h, w, 3]. On any thread, several at a time."""
        ...


class WholePicture:
    """A generated picture is the frame. size: it is brought to, at least 2 and made even. colour: of the
    picture it came from."""

    def __init__(self, size: tuple[int, int], colour: Colour) -> None:
        self.size = max(2, size[0] // 2 * 2), max(2, size[1] // 2 * 2)
        self._colour = colour

    def frame(self, picture: np.ndarray, pts: Fraction, index: int) -> Frame:
        rgb = picture
        if picture.shape[1::-1] != self.size:
            shrinks = picture.shape[1] > self.size[0]
            filtering = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
            rgb = cv2.resize(picture, self.size, interpolation=filtering)
        return Frame(rgb_to_planes(rgb, self._colour), self._colour, pts, index)


class PastedBack:
    """The portrait, with a rectangle of it (x0, y0, x1, y1 in its pixels) as it was generated; the rest keeps
    its bits, and near the rectangle's edge colours meet."""

    def __init__(self, portrait: Portrait, rect: Rect) -> None:
        self.size = portrait.size
        self._whole = portrait.frame
        self._band = SeamlessBand(portrait.rgb, rect)

    def frame(self, picture: np.ndarray, pts: Fraction, index: int) -> Frame:
        patch = self._band.patch(picture)
        frame = Frame(self._whole.planes.copy(), self._whole.colour, pts, index)
        paste_rgb(frame, self._band.rect, patch.rgb, patch.alpha)
        return frame


class ClonedWhole:
    """The same as `cv2.seamlessClone` has it of the whole rectangle, whose colours change to its middle."""

    def __init__(self, portrait: Portrait, rect: Rect) -> None:
        self.size = portrait.size
        self._rgb, self._colour, self._rect = portrait.rgb, portrait.frame.colour, rect

    def frame(self, picture: np.ndarray, pts: Fraction, index: int) -> Frame:
        x0, y0, x1, y1 = self._rect
        rgb = cloned(self._rgb, cv2.resize(picture, (x1 - x0, y1 - y0)), self._rect)
        return Frame(rgb_to_planes(rgb, self._colour), self._colour, pts, index)
