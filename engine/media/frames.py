"""One picture of a video, kept as 8-bit I420 planes so that what is not repainted stays bit-identical."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import cv2
import numpy as np

# Kr, Kb by AVColorSpace number (ITU-T H.273 table 4).
_LUMA = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
    10: (0.2627, 0.0593),
}


# Frames that are worked on and handed on at once.
CHUNK = 16


@dataclass(frozen=True, slots=True)
class Colour:
    """Colour tags as FFmpeg numbers (ITU-T H.273); 2 is "unspecified"."""

    matrix: int = 1
    primaries: int = 1
    transfer: int = 1
    full_range: bool = False

    def luma(self, height: int) -> tuple[float, float]:
        """Kr, Kb; an untagged picture is taken as BT.709 from 720 lines up, else BT.601, as players do."""
        return _LUMA.get(self.matrix) or (_LUMA[1] if height >= 720 else _LUMA[6])


def square_width(width: int, aspect: Fraction) -> int:
    """Pixels of a row of `width` samples of that aspect, once they are square: even."""
    return width if aspect == 1 else max(round(width * aspect / 2) * 2, 2)


@dataclass(slots=True)
class Frame:
    """A picture and its time.

    planes: uint8 [H*3/2, stored W], I420 (Y, then U and V at half size), sides even, upright.
    pts: seconds from the start of the clip, exact.
    index: number of the frame in its source (or, in an output, in the output), from 0.
    aspect: width ÷ height of a sample (ITU-T H.273, 8.6). All geometry is in square pixels: of another aspect
    the picture is `width` pixels wide, whatever is stored, and what is read and pasted is resampled.
    """

    planes: np.ndarray
    colour: Colour
    pts: Fraction
    index: int
    aspect: Fraction = Fraction(1)

    @property
    def width(self) -> int:
        return square_width(int(self.planes.shape[1]), self.aspect)

    @property
    def height(self) -> int:
        return int(self.planes.shape[0]) * 2 // 3

    def yuv(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Views on the planes as they are stored: Y [H, W], U and V [H/2, W/2]."""
        h, w = self.height, self.planes.shape[1]
        chroma = self.planes[h:].reshape(2, h // 2, w // 2)
        return self.planes[:h], chroma[0], chroma[1]

    def square(self) -> Frame:
        """With square pixels: itself where it has them, else a resampled copy."""
        if self.aspect == 1:
            return self
        size = self.width, self.height
        wider = cv2.INTER_LINEAR if self.aspect > 1 else cv2.INTER_AREA
        y, u, v = self.yuv()
        planes = np.empty((size[1] * 3 // 2, size[0]), np.uint8)
        frame = Frame(planes, self.colour, self.pts, self.index)
        for plane, target in zip((y, u, v), frame.yuv(), strict=True):
            cv2.resize(plane, target.shape[::-1], dst=target, interpolation=wider)
        return frame

    def part(self, rect: tuple[int, int, int, int]) -> Frame | None:
        """A copy of the rectangle x0, y0, x1, y1, even and inside the picture, in square pixels; None where
        it has no area."""
        x0, y0, x1, y1 = rect
        if x1 <= x0 or y1 <= y0:
            return None
        y, u, v = self.square().yuv()
        half = slice(y0 // 2, y1 // 2), slice(x0 // 2, x1 // 2)
        parts = (y[y0:y1, x0:x1], u[half], v[half])
        planes = np.concatenate([part.reshape(-1) for part in parts]).reshape(-1, x1 - x0)
        return Frame(planes, self.colour, self.pts, self.index)

    def copy(self) -> Frame:
        return replace(self, planes=self.planes.copy())
