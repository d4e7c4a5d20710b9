"""A generated face put into its picture exactly as the original does it, in whole pixels and 8 bits.

`paste.py` does it better; this is what it is measured against.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from ..media.colour import Rect

# Of the square's height: what lies above is kept. The box has the same middle, so it is the box's lower half.
UPPER_BOUNDARY = 0.5


def expanded_square(box: Rect, expand: float) -> Rect:
    """The square x0, y0, x1, y1 around a box that is cut out for parsing and blending; may leave the
    picture. expand: its side ÷ the box's longer one."""
    x0, y0, x1, y1 = box
    x, y = (x0 + x1) // 2, (y0 + y1) // 2
    half = int(max(x1 - x0, y1 - y0) // 2 * expand)
    return x - half, y - half, x + half, y + half


def crop_square(picture: np.ndarray, square: Rect) -> np.ndarray:
    """uint8 [h, w, 3] of a picture uint8 [H, W, 3]; black beyond it."""
    x0, y0, x1, y1 = square
    crop = np.zeros((y1 - y0, x1 - x0, 3), np.uint8)
    inside, there = _overlap(picture, square)
    crop[there] = picture[inside]
    return crop


def blend_mask(mask: np.ndarray, box: Rect, square: Rect, blur_ratio: float) -> np.ndarray:
    """uint8 [h, w]: a `face_mask` of the square, cut to the box's lower half and blurred.

    blur_ratio: size of the Gaussian's kernel ÷ the square's side.
    """
    width, height = square[2] - square[0], square[3] - square[1]
    whole = np.asarray(Image.fromarray(mask).resize((width, height), Image.Resampling.BICUBIC))
    cut = np.zeros_like(whole)
    left, right = max(0, box[0] - square[0]), box[2] - square[0]
    top, bottom = max(0, box[1] - square[1], int(height * UPPER_BOUNDARY)), box[3] - square[1]
    cut[top:bottom, left:right] = whole[top:bottom, left:right]
    size = int(blur_ratio * width // 2 * 2) + 1
    return np.asarray(cv2.GaussianBlur(cut, (size, size), 0))


def blend_patch(
    picture: np.ndarray, face: np.ndarray, box: Rect, square: Rect, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The picture uint8 [H, W, 3] with the whole box replaced, and how much of that shows: float32 [H, W].

    face: uint8 RGB [h, w, 3], at the box's size. mask: `blend_mask`'s.
    """
    rgb = picture.copy()
    inside, there = _overlap(picture, box)
    rgb[inside] = face[there]
    alpha = np.zeros(picture.shape[:2], np.float32)
    inside, there = _overlap(picture, square)
    alpha[inside] = mask[there] / np.float32(255)
    return rgb, alpha


def blend(picture: np.ndarray, face: np.ndarray, box: Rect, square: Rect, mask: np.ndarray) -> np.ndarray:
    """uint8 [H, W, 3]: what `blend_patch` describes, composited by Pillow in 8 bits."""
    inside, there = _overlap(picture, square)
    replaced, _ = blend_patch(picture, face, box, square, mask)
    new, old, shown = (
        Image.fromarray(np.ascontiguousarray(part))
        for part in (replaced[inside], picture[inside], mask[there])
    )
    result = picture.copy()
    result[inside] = np.asarray(Image.composite(new, old, shown))
    return result


def _overlap(picture: np.ndarray, rect: Rect) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The pixels that picture and rectangle share, in the picture and in the rectangle."""
    x0, y0 = max(0, rect[0]), max(0, rect[1])
    x1, y1 = max(x0, min(picture.shape[1], rect[2])), max(y0, min(picture.shape[0], rect[3]))
    inside = slice(y0, y1), slice(x0, x1)
    return inside, (slice(y0 - rect[1], y1 - rect[1]), slice(x0 - rect[0], x1 - rect[0]))
