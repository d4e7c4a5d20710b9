"""What LatentSync repaints of its square: always the same part, from the cheeks down."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

_SIDE = 256
# Beside the nose two strips: rows, columns of the one and the other.
_STRIPS = (95, 128), (9, 78), (178, 247)
# Below, from each of these rows on: the first column that is repainted and the first that isn't any more.
_ROWS = (
    (128, 9, 248), (135, 9, 247), (136, 10, 247), (149, 10, 246), (150, 11, 246), (163, 11, 245),
    (164, 12, 245), (170, 12, 244), (171, 13, 244), (172, 13, 243), (173, 14, 243), (174, 14, 242),
    (175, 15, 242), (176, 15, 241), (177, 16, 241), (178, 16, 240), (179, 17, 239), (180, 18, 239),
    (181, 18, 238), (182, 19, 237), (184, 20, 236), (185, 21, 235), (187, 22, 234), (188, 22, 233),
    (189, 23, 233), (190, 24, 232), (191, 25, 231), (192, 26, 231), (193, 26, 230), (194, 27, 229),
    (195, 28, 229), (196, 29, 228), (197, 30, 227), (198, 31, 226), (199, 32, 225), (200, 33, 224),
    (201, 34, 224), (202, 34, 223), (203, 35, 222), (204, 36, 221), (205, 37, 220), (206, 38, 219),
    (207, 39, 218), (208, 40, 217), (209, 42, 216), (210, 43, 215), (211, 44, 214), (212, 45, 213),
    (213, 47, 212), (214, 48, 211), (215, 49, 209), (216, 51, 208), (217, 52, 207), (218, 54, 205),
    (219, 56, 204), (220, 57, 203), (221, 59, 201), (222, 60, 200), (223, 62, 198), (224, 64, 197),
    (225, 66, 195), (226, 68, 193), (227, 70, 192), (228, 72, 190), (229, 74, 188), (230, 76, 186),
    (231, 78, 184), (232, 80, 181), (233, 82, 179), (234, 85, 176), (235, 87, 174), (236, 90, 172),
    (237, 93, 169), (238, 95, 167), (239, 99, 165), (240, 104, 161), (241, 108, 157), (242, 131, 153),
    (243, 0, 0),
)  # fmt: skip


@lru_cache(maxsize=2)
def keep_mask(side: int) -> np.ndarray:
    """float32 [side, side]: 1 where the picture is kept, 0 where it is repainted.

    Enlarged from 256 pixels by Lanczos as the original's is, so that beyond them some pixels are neither, and
    all of them are blended.
    """
    mask = np.full((_SIDE, _SIDE), 255, np.uint8)
    (top, bottom), *strips = _STRIPS
    for left, right in strips:
        mask[top:bottom, left:right] = 0
    ends = [row for row, _, _ in _ROWS[1:]]
    for (row, left, right), end in zip(_ROWS, ends, strict=False):
        mask[row:end, left:right] = 0
    if side != _SIDE:
        mask = np.asarray(cv2.resize(mask, (side, side), interpolation=cv2.INTER_LANCZOS4))
    kept = mask.astype(np.float32) / 255
    kept.flags.writeable = False
    return kept


def latent_mask(side: int) -> np.ndarray:
    """float32 [side / 8, side / 8]: the same for latents, of every 8×8 pixels the first."""
    return keep_mask(side)[::8, ::8]
