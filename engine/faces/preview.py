"""The little picture beside the progress bar."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from ..media.colour import small_rgb
from ..media.frames import Frame

_SIDE = 320
# One readable colour per person, RGB: Okabe & Ito's palette for colour-blind readers.
COLOURS = (
    (86, 180, 233), (230, 159, 0), (0, 158, 115), (240, 228, 66), (204, 121, 167), (213, 94, 0),
    (0, 114, 178),
)  # fmt: skip


def colour_of(id_: int) -> tuple[int, int, int]:
    """RGB of a person's drawings."""
    return COLOURS[(id_ - 1) % len(COLOURS)]


def preview(frame: Frame, boxes: dict[int, np.ndarray]) -> Image.Image:
    """A small picture of the frame with each person's box (pixels of the frame) by id."""
    rgb = small_rgb(frame, _SIDE)
    scale = rgb.shape[1] / frame.width
    for id_, box in boxes.items():
        x0, y0, x1, y1 = (round(float(v) * scale) for v in box)
        cv2.rectangle(rgb, (x0, y0), (x1, y1), colour_of(id_), 2)
    return Image.fromarray(rgb)
