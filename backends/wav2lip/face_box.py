"""Which part of a face Wav2Lip sees: S3FD's box, or what stands for it, and some pixels more.

**The rule.** The box is the smallest rectangle around the 68 iBUG points: from the brows to the chin, and
from one side of the jaw to the other. That is how far S3FD's boxes reach, as far as anybody has written it
down: FAN's authors measure a face by the rectangle around its 68 points or, where there are none, by a
detector's box, and put the one in the other's place by the same numbers (A. Bulat and G. Tzimiropoulos,
arXiv:1703.07332, `utils.lua`: `bounding_box` and `get_normalisation`); their face-alignment, whose S3FD
Wav2Lip runs, goes on with them. How well the two agree on pictures needs S3FD's weights: `check wav2lip`
measures it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...engine.compose.transform import FaceBox
from ...engine.media.colour import Rect

# Relative pads count in this part of the box's height.
RELATIVE = 256
# Frames over which the original averages a box: its own and those that follow.
_AVERAGED = 5
# Below this many pixels there is no face to speak of.
_LEAST = 4.0


@dataclass(frozen=True)
class Pads:
    """What is added on each side, in pixels or, relative, in 1/256 of the box's height."""

    top: float = 0.0
    bottom: float = 10.0
    left: float = 0.0
    right: float = 0.0
    relative: bool = True


def track_box(points: np.ndarray, pads: Pads, angle: float = 0.0) -> FaceBox | None:
    """The box of 68 points [68, 2] in pixels, its sides along and across `angle`, by the rule above. None
    where that is no box to speak of."""
    c, s = np.cos(angle), np.sin(angle)
    turned = np.asarray(points, np.float64) @ np.array([[c, -s], [s, c]])
    (x0, y0), (x1, y1) = turned.min(axis=0), turned.max(axis=0)
    unit = (y1 - y0) / RELATIVE if pads.relative else 1.0
    x0, x1 = x0 - pads.left * unit, x1 + pads.right * unit
    y0, y1 = y0 - pads.top * unit, y1 + pads.bottom * unit
    if not (x1 - x0 > _LEAST and y1 - y0 > _LEAST):  # also where they are not numbers
        return None
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return FaceBox(x * c - y * s, x * s + y * c, x1 - x0, y1 - y0, angle)


def parity_box(found: Sequence[float], pads: Pads, size: tuple[int, int]) -> Rect | None:
    """S3FD's box x0, y0, x1, y1 as the original crops by it: whole pixels, and the pads as far as the picture
    (width, height) goes. None for one without area."""
    x0, y0, x1, y1 = (int(max(value, 0.0)) for value in found)
    x0, x1 = max(0, x0 - int(pads.left)), min(size[0], x1 + int(pads.right))
    y0, y1 = max(0, y0 - int(pads.top)), min(size[1], y1 + int(pads.bottom))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def parity_smoothed(boxes: np.ndarray) -> np.ndarray:
    """Boxes int64 [n, 4] as the original steadies them: each the mean, cut to whole pixels, of itself and the
    four that follow, which are as found; at the end of the last five, some of which are means already."""
    smooth = np.array(boxes, np.int64)
    for row in range(len(smooth)):
        # Of fewer than five boxes this takes the last ones only, by a start that is negative.
        start = min(row, len(smooth) - _AVERAGED)
        stop = row + _AVERAGED if start == row else None
        smooth[row] = smooth[start:stop].mean(axis=0)
    return smooth
