"""The part of a picture around a mouth, for a look at it from near."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from ...engine.media.colour import crop_rgb
from ...engine.media.frames import Frame

# Mouths of fewer pixels show nothing; larger ones are kept at this size.
SMALLEST, _LARGEST = 24, 256


class Cutout(NamedTuple):
    """rgb: uint8. points: in its pixels. corner: where it begins in the picture. scale: how large it is
    against the picture's part."""

    rgb: np.ndarray
    points: np.ndarray
    corner: tuple[int, int]
    scale: float


def cut_out(
    frame: Frame, points: np.ndarray, low: np.ndarray, high: np.ndarray, width: float
) -> Cutout | None:
    """From the corner `low` to `high`; None where that is too small. points: to come along. width: of the
    mouth. All in the picture's pixels."""
    x0, y0 = (max(0, int(v) // 2 * 2) for v in low)
    x1, y1 = min(frame.width, int(high[0]) // 2 * 2), min(frame.height, int(high[1]) // 2 * 2)
    if x1 - x0 < SMALLEST or y1 - y0 < SMALLEST // 2:
        return None
    rgb = crop_rgb(frame, (x0, y0, x1, y1))
    points = points - (x0, y0)
    scale = min(1.0, _LARGEST / width)
    if scale < 1:
        rgb = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        points = (points + 0.5) * scale - 0.5
    return Cutout(rgb, points, (x0, y0), scale)
