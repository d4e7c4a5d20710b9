"""Where the sound moves what: soft masks of a face, its lips and all the rest, at each scale of the UNet."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from ...engine.media.colour import Rect
from ...engine.nets.sd_vae import PIXELS

FACE_EXPAND, LIP_EXPAND = 1.2, 2.0
# Masks are blurred at this size, by kernels of so many pixels.
_SIDE = 64
_FACE_BLUR, _LIP_BLUR = 51, 31
# Of the latents' side: 64, 32, 16 and 8 at 512 pixels.
_SCALES = (1, 2, 4, 8)


def extents(points: npt.NDArray[np.floating], ids: Sequence[int]) -> tuple[float, float, float, float]:
    """x0, x1, y0, y1 of some landmarks of a mesh [points, 2 or more], in pixels."""
    some = points[list(ids), :2]
    (x0, y0), (x1, y1) = some.min(0), some.max(0)
    return float(x0), float(x1), float(y0), float(y1)


def region(found: Sequence[float], size: tuple[int, int], expand: float) -> Rect:
    """A rectangle around `extents`, `expand` times as large and shifted into a picture of size (w, h).

    One that is larger than the picture is cut to it; the original's comes out as a thin strip.
    """
    x0, x1, y0, y1 = (float(np.round(value)) for value in found)
    left, right = _expanded(x0, x1, size[0], expand)
    top, bottom = _expanded(y0, y1, size[1], expand)
    return left, top, right, bottom


def _expanded(low: float, high: float, length: int, expand: float) -> tuple[int, int]:
    centre, half = (high + low) // 2, (high - low) * expand // 2
    low, high = centre - half, centre + half
    if low < 0:
        low, high = 0, high - low
    if high > length:
        low, high = low - (high - length), length
    return max(0, round(low)), round(high)


def drawn(rect: Rect, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """255 within a rectangle, 0 elsewhere: uint8 [h, w]."""
    mask = np.zeros((size[1], size[0]), np.uint8)
    mask[rect[1] : rect[3], rect[0] : rect[2]] = 255
    return mask


def soft_masks(face: Rect, lips: Rect, size: tuple[int, int], side: int) -> dict[int, npt.NDArray[np.uint8]]:
    """Masks of all but the face, of the face without lips, and of the lips: uint8 [3, n, n] by n, for each
    scale of a UNet that works on pictures of `side` pixels.

    face, lips: in a picture of size (w, h), whose sides may differ: it is squashed into the square.
    """
    blurred = _blurred(drawn(face, size), _FACE_BLUR)
    mouth = _blurred(drawn(lips, size), _LIP_BLUR)
    face_alone = np.asarray(cv2.subtract(blurred, mouth), np.uint8)
    regions = (inverted(blurred), face_alone, mouth)
    sides = [side // PIXELS // scale for scale in _SCALES]
    return {n: np.stack([_resized(mask, n) for mask in regions]) for n in sides}


def inverted(mask: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """255 minus a mask as the original works it out, whose truncation makes 50 of the levels one lower."""
    return ((1.0 - mask / 255.0) * 255).astype(np.uint8)


def _blurred(mask: npt.NDArray[np.uint8], kernel: int) -> npt.NDArray[np.uint8]:
    small = cv2.GaussianBlur(cv2.resize(mask, (_SIDE, _SIDE)), (kernel, kernel), 0)
    # The type's stub wants an array to write into, the function makes one for None.
    normal = cv2.normalize(small, None, 0, 255, cv2.NORM_MINMAX)  # type: ignore[call-overload]
    return np.asarray(normal, np.uint8)


def _resized(mask: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.fromarray(mask).resize((side, side), Image.Resampling.BILINEAR))


def located(face: Rect, size: tuple[int, int], side: int) -> npt.NDArray[np.float32]:
    """Where the face is, for FaceLocator and for what is never dropped: float32 [side, side], 0..1."""
    picture = Image.fromarray(drawn(face, size)).resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(np.asarray(picture, np.float32) / 255, np.float32)
