"""A generated face put back exactly as the original does it: inside its own mask, behind a soft rectangle.

`engine/compose` does it without a seam; this is what it is measured against.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from .alignment import FILL, crop_size, warp

# Of the square root of the rectangle's area: how far the soft edge lies inside it.
_EDGE = 20


@dataclass(frozen=True)
class SoftMask:
    """alpha: float32 [h, w], how much of the new face is shown. inside: float32 [h, w], where the warped
    crop has pixels. area: of that. edge: pixels. sigma: of the blur."""

    alpha: np.ndarray
    inside: np.ndarray
    area: float
    edge: int
    sigma: float


def crop_sized(face: Tensor, side: int) -> Tensor:
    """A square face [3, side, side] stretched back to its crop's 3:4: [3, 280, 210] at 256."""
    width, height = crop_size(side)
    return interpolate(face[None], (height, width), mode="bicubic", antialias=True)[0]


def soft_mask(matrix: np.ndarray, side: int, size: tuple[int, int]) -> SoftMask:
    """Of a crop in a picture of `size` (width, height); matrix: from the picture to the crop."""
    width, height = crop_size(side)
    whole = torch.ones(1, 1, height, width)
    rectangle = warp(whole, _inverse(matrix), size, 0.0)[0, 0].numpy()
    inside = cv2.erode(rectangle, np.ones((2, 2), np.uint8), anchor=(1, 1))
    area = float(inside.sum(dtype=np.float64))
    edge = int(math.sqrt(area)) // _EDGE
    sigma = 0.3 * (edge - 1) + 0.8
    if edge == 0:
        return SoftMask(inside, inside, area, edge, sigma)
    core = cv2.erode(inside, np.ones((2 * edge, 2 * edge), np.uint8))
    blur = (2 * edge + 1, 2 * edge + 1)
    alpha = cv2.GaussianBlur(core, blur, sigma, borderType=cv2.BORDER_REFLECT_101)
    return SoftMask(np.asarray(alpha), np.asarray(inside), area, edge, sigma)


def placed(face: Tensor, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A face float32 [3, 280, 210] (at 256; −1..1) in the picture's pixels: float32 [h, w, 3], 0..255."""
    there = warp(face[None], _inverse(matrix), size, FILL)[0]
    return ((there / 2 + 0.5).clamp(0, 1) * 255).permute(1, 2, 0).numpy()


def paste(picture: np.ndarray, face: Tensor, matrix: np.ndarray, side: int) -> np.ndarray:
    """The picture uint8 [h, w, 3] with the face float32 [3, side, side] (−1..1) in it, cut to 8 bits."""
    size = picture.shape[1], picture.shape[0]
    mask = soft_mask(matrix, side, size)
    alpha = mask.alpha[:, :, None]
    new = placed(crop_sized(face, side), matrix, size) * mask.inside[:, :, None]
    return (alpha * new + (1 - alpha) * picture).astype(np.uint8)


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """From the crop to the picture, float32 [2, 3]."""
    there = torch.from_numpy(np.vstack([matrix, [0, 0, 1]]).astype(np.float32))
    return torch.linalg.inv(there)[:2].numpy()
