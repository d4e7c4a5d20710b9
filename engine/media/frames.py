"""One picture of a video, kept as 8-bit I420 planes so that what is not repainted stays bit-identical."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

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


@dataclass(slots=True)
class Frame:
    """A picture and its time.

    planes: uint8 [H*3/2, W], I420 (Y, then U and V at half size), H and W even, upright.
    pts: seconds from the start of the clip, exact.
    index: number of the frame in its source (or, in an output, in the output), from 0.
    """

    planes: np.ndarray
    colour: Colour
    pts: Fraction
    index: int

    @property
    def width(self) -> int:
        return int(self.planes.shape[1])

    @property
    def height(self) -> int:
        return int(self.planes.shape[0]) * 2 // 3

    def yuv(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Views on the planes: Y [H, W], U and V [H/2, W/2]."""
        h, w = self.height, self.width
        chroma = self.planes[h:].reshape(2, h // 2, w // 2)
        return self.planes[:h], chroma[0], chroma[1]

    def part(self, rect: tuple[int, int, int, int]) -> Frame | None:
        """A copy of the rectangle x0, y0, x1, y1, even and inside the picture; None where it has no area."""
        x0, y0, x1, y1 = rect
        if x1 <= x0 or y1 <= y0:
            return None
        y, u, v = self.yuv()
        half = slice(y0 // 2, y1 // 2), slice(x0 // 2, x1 // 2)
        parts = (y[y0:y1, x0:x1], u[half], v[half])
        planes = np.concatenate([part.reshape(-1) for part in parts]).reshape(-1, x1 - x0)
        return Frame(planes, self.colour, self.pts, self.index)

    def copy(self) -> Frame:
        return Frame(self.planes.copy(), self.colour, self.pts, self.index)
