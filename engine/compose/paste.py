"""A generated face put into its picture where it belongs, to a fraction of a pixel and at any tilt.

Beside what `blend.py` does in the original's way, three things can be had, each by a number in PasteSettings:
the picture's own fine structure where the new face agrees with it, colours that meet at the mask's rim, and a
mask that never ends hard where the box does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..media.colour import Rect
from .masks import MaskMode, face_mask, mouth_mask
from .transform import CropTransform, FaceBox, to_bytes, warp

# Pixels of a box's mask. It is blurred, so it holds nothing finer.
MASK_SIDE = 128
# The mask fades towards the box's sides and bottom over this many times its blur.
_FEATHER = 2.5
# Fine structure of the lips' rim counts as theirs: pixels of 512.
_NEAR_MOUTH = np.ones((15, 15), np.uint8)
# Pixels of 512 around a mask that its resampling reads.
_MASK_REACH = 12
_MEAN = np.full((1, 3), 1 / 3, np.float32)
# What the networks can't paint: structure finer than this many of their own pixels (standard deviation).
_FINE = 1.6
# The same in the picture's pixels, at least: what small faces lose on their way to the networks and back.
_LEAST_FINE = 0.8
# Levels of 255 by which new face and picture may differ, blurred, to count as showing the same thing.
_AGREE = 12.0
# The most by which colours are matched, in levels of 255.
_MOST_COLOUR = 16.0
# The rim's colours are spread inwards by a Gaussian this wide, in boxes.
_SPREAD = 0.12
# Pixels of the smaller side of the grid on which that is done.
_COLOUR_GRID = 32


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of a picture repainted: rgb uint8 [h, w, 3]; alpha float32 [h, w], 0 where the source is
    kept."""

    rgb: np.ndarray
    alpha: np.ndarray


@dataclass(frozen=True)
class PasteSettings:
    """detail: 0..1, how much of the picture's fine structure (pores, stubble, grain) is kept outside mouth
    and lips, where the new face shows the same skin. colour: 0..1, how far the new face takes on the
    picture's colours at the mask's rim, at most by 16 levels."""

    detail: float = 0.5
    colour: float = 0.5


@dataclass(frozen=True, eq=False)
class PasteMasks:
    """Of a face box, uint8 [128, 128], 0..255.

    alpha: how much of the new face is shown. mouth: where it is shown with all its fine structure.
    """

    alpha: np.ndarray
    mouth: np.ndarray


def paste_masks(
    class_map: np.ndarray,
    square: CropTransform,
    box: FaceBox,
    *,
    mode: MaskMode,
    cheeks: tuple[int, int],
    blur_ratio: float,
    feather: bool = True,
) -> PasteMasks:
    """The masks of a box from the map of face parts (uint8 [512, 512]) of the square around it.

    mode, cheeks: see `face_mask`. blur_ratio: size of the Gaussian's kernel ÷ the square's side, as the
    original counts it. feather: nothing is shown at the box's sides and bottom; the original ends hard there.
    """
    face = CropTransform(box, MASK_SIDE)
    # What cv2.GaussianBlur takes for a kernel of this size.
    sigma = 0.15 * blur_ratio * square.box.width + 0.5
    blur = sigma * MASK_SIDE / box.width, sigma * MASK_SIDE / box.height
    alpha = _in_box(face_mask(class_map, mode, cheeks), square, face)
    alpha[: MASK_SIDE // 2] = 0
    alpha = _blurred(alpha, blur)
    if feather:
        alpha *= _ramp(np.arange(MASK_SIDE, 0, -1) - 0.5, blur[1])[:, None]
        columns = np.arange(MASK_SIDE) + 0.5
        alpha *= _ramp(np.minimum(columns, MASK_SIDE - columns), blur[0])
    mouth = _blurred(_in_box(cv2.dilate(mouth_mask(class_map), _NEAR_MOUTH), square, face), blur)
    return PasteMasks(to_bytes(255 * alpha), to_bytes(255 * mouth))


def paste(
    picture: np.ndarray,
    face: np.ndarray,
    transform: CropTransform,
    masks: PasteMasks,
    settings: PasteSettings | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The picture with the new face in it, uint8 [h, w, 3], and how much of that is to be shown: float32
    [h, w], 0..1. Where that is 0 the first is the picture itself.

    picture: uint8 RGB [h, w, 3], the whole frame or a part of it. face: uint8 RGB [side, side, 3]. transform:
    from the picture's pixels to the face's; whether it is one of whole pixels doesn't matter.
    """
    settings = settings or PasteSettings()
    transform = replace(transform, whole=False)
    rgb, alpha = picture.copy(), np.zeros(picture.shape[:2], np.float32)
    where = _shown(picture, transform, masks.alpha)
    if where is None:
        return rgb, alpha
    part = np.s_[where[1] : where[3], where[0] : where[2]]
    both = np.dstack([masks.alpha, masks.mouth]).astype(np.float32) / 255
    both = np.clip(CropTransform(transform.box, MASK_SIDE).place(both, where, outside=0.0), 0, 1)
    shown, mouth = cv2.split(both)
    new = transform.place(face.astype(np.float32), where)
    # What the picture has beyond the new face; both improvements put a part of it back.
    lost = picture[part] - new
    if settings.colour > 0:
        offset = settings.colour * _colour_offset(lost, shown, transform.box)
        new += offset
        lost -= offset
    scale = math.sqrt(transform.box.width * transform.box.height) / transform.side
    if settings.detail > 0:
        new += _detail(lost, settings.detail * (1 - mouth), max(_FINE * scale, _LEAST_FINE))
    cv2.copyTo(to_bytes(new), (shown > 0).astype(np.uint8), rgb[part])
    alpha[part] = shown
    return rgb, alpha


def _in_box(mask: np.ndarray, square: CropTransform, face: CropTransform) -> np.ndarray:
    """A mask of the square, uint8 0..255, in the pixels of the box's crop: float32, 0..1."""
    x, y, width, height = cv2.boundingRect(mask)
    if width == 0:
        return np.zeros((face.side, face.side), np.float32)
    x, y = max(0, x - _MASK_REACH), max(0, y - _MASK_REACH)
    part = mask[y : y + height + 2 * _MASK_REACH, x : x + width + 2 * _MASK_REACH]
    corner = np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
    there = np.vstack([face.matrix, [0, 0, 1]]) @ np.vstack([square.inverse, [0, 0, 1]]) @ corner
    return warp(part.astype(np.float32) / 255, there[:2], (face.side, face.side), outside=0.0)


def _blurred(mask: np.ndarray, sigma: tuple[float, float]) -> np.ndarray:
    return np.asarray(
        cv2.GaussianBlur(mask, (0, 0), sigma[0], sigmaY=sigma[1], borderType=cv2.BORDER_CONSTANT)
    )


def _ramp(inside: np.ndarray, blur: float) -> np.ndarray:
    """0 at the box's edge, 1 from a few blurs inside on."""
    t = np.clip(inside / (_FEATHER * blur), 0, 1).astype(np.float32)
    return t * t * (3 - 2 * t)


def _shown(picture: np.ndarray, transform: CropTransform, alpha: np.ndarray) -> Rect | None:
    """The rectangle of the picture's pixels in which anything of a mask shows; None where nothing does."""
    rows, columns = (np.flatnonzero(alpha.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    # A pixel more on every side: resampling reads its neighbours.
    x, y = (columns[0] - 1, columns[-1] + 2), (rows[0] - 1, rows[-1] + 2)
    corners = np.array([(u, v) for u in x for v in y], np.float64)
    at = CropTransform(transform.box, len(alpha)).to_picture(corners)
    x0, y0 = np.maximum(np.floor(at.min(axis=0)), 0).astype(int).tolist()
    x1, y1 = np.minimum(np.ceil(at.max(axis=0)), picture.shape[1::-1]).astype(int).tolist()
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _colour_offset(lost: np.ndarray, shown: np.ndarray, box: FaceBox) -> np.ndarray:
    """What makes the new colours meet the old ones at the mask's rim, spread smoothly over the rest:
    float32 [h, w, 3]. lost: how much the picture has more than the new face, [h, w, 3]."""
    height, width = shown.shape
    step = max(1.0, min(width, height) / _COLOUR_GRID)
    size = max(1, round(width / step)), max(1, round(height / step))
    off, rim = (cv2.resize(v, size, interpolation=cv2.INTER_AREA) for v in (lost, shown * (1 - shown)))
    # Tukey's weight: where a chin has moved the two show different things, and no colour is to be had.
    rim = rim * np.square(np.maximum(1 - np.square(np.abs(off).max(axis=2) / (2 * _MOST_COLOUR)), 0))
    sigma = _SPREAD * box.width / step
    off, weight = (cv2.GaussianBlur(v, (0, 0), sigma) for v in (off * rim[..., None], rim))
    # Far from the rim there is little to go by, and the correction ends.
    field = off / (weight + 0.05 * weight.max() + 1e-6)[..., None]
    field = np.clip(field, -_MOST_COLOUR, _MOST_COLOUR)
    return np.asarray(cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR))


def _detail(lost: np.ndarray, amount: np.ndarray, sigma: float) -> np.ndarray:
    """The fine part of `lost` [h, w, 3], in the given amount [h, w], where both pictures show the same:
    float32 [h, w, 3]."""
    coarse = cv2.GaussianBlur(lost, (0, 0), sigma)
    off = cv2.GaussianBlur(np.abs(cv2.transform(coarse, _MEAN)), (0, 0), sigma)
    amount = amount * np.exp(-np.square(off / _AGREE))
    return np.asarray((lost - coarse) * amount[..., None])
