"""A face cut out and put back exactly as the original does it: whole pixels, bilinear, with hard edges."""

from __future__ import annotations

import cv2
import numpy as np

from ...engine.media.colour import Rect
from .network import SIDE


def parity_crop(picture: np.ndarray, box: Rect) -> np.ndarray:
    """uint8 [96, 96, 3] of a picture uint8 [h, w, 3]. The box lies in the picture."""
    x0, y0, x1, y1 = box
    return np.asarray(cv2.resize(picture[y0:y1, x0:x1], (SIDE, SIDE), interpolation=cv2.INTER_LINEAR))


def parity_paste(picture: np.ndarray, face: np.ndarray, box: Rect) -> np.ndarray:
    """The picture uint8 [h, w, 3] with a face uint8 [96, 96, 3] in the place of its box."""
    x0, y0, x1, y1 = box
    result = picture.copy()
    result[y0:y1, x0:x1] = cv2.resize(face, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
    return result
