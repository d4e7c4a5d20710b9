"""A face's features drawn as coloured lines, which is what AniPortrait's networks see of a pose."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

# Pixels of a side that is drawn on, whatever the picture's; lines' width.
CANVAS = 512
_THICKNESS = 2
Edges = tuple[tuple[int, int], ...]
Colour = tuple[int, int, int]


def _path(*points: int) -> Edges:
    return tuple(zip(points, points[1:], strict=False))


# In drawing order, each with its colour (of the picture's three channels in order). Where two cross, the
# later one shows. "Left" is the person's for eyes and brows, the picture's for lips.
PARTS: tuple[tuple[Edges, Colour], ...] = (
    (  # the oval without the forehead
        (
            (58, 132), (93, 234), (127, 162), (132, 93), (136, 172), (148, 176), (149, 150), (150, 136),
            (152, 148), (162, 21), (172, 58), (176, 149), (234, 127), (251, 389), (288, 397), (323, 361),
            (356, 454), (361, 288), (365, 379), (377, 152), (378, 400), (379, 378), (389, 356), (397, 365),
            (400, 377), (454, 323),
        ),
        (10, 200, 10),
    ),
    (  # the left eye
        (
            (249, 390), (263, 249), (263, 466), (373, 374), (374, 380), (380, 381), (381, 382), (382, 362),
            (384, 398), (385, 384), (386, 385), (387, 386), (388, 387), (390, 373), (398, 362), (466, 388),
        ),
        (180, 200, 10),
    ),
    (  # its brow
        (
            (276, 283), (282, 295), (283, 282), (293, 334), (295, 285), (296, 336), (300, 293), (334, 296),
        ),
        (180, 220, 10),
    ),
    (  # the right eye
        (
            (7, 163), (33, 7), (33, 246), (144, 145), (145, 153), (153, 154), (154, 155), (155, 133),
            (157, 173), (158, 157), (159, 158), (160, 159), (161, 160), (163, 144), (173, 133), (246, 161),
        ),
        (10, 200, 180),
    ),
    (  # its brow
        ((46, 53), (52, 65), (53, 52), (63, 105), (65, 55), (66, 107), (70, 63), (105, 66)),
        (10, 220, 180),
    ),
    # The lips: outer and inner, below and above, each as two halves.
    (_path(61, 146, 91, 181, 84, 17), (10, 180, 20)),
    (_path(17, 314, 405, 321, 375, 291), (20, 10, 180)),
    (_path(78, 95, 88, 178, 87, 14), (100, 100, 30)),
    (_path(14, 317, 402, 318, 324, 308), (100, 150, 50)),
    (_path(61, 185, 40, 39, 37, 0), (20, 80, 100)),
    (_path(0, 267, 269, 270, 409, 291), (80, 100, 20)),
    (_path(78, 191, 80, 81, 82, 13), (120, 100, 200)),
    (_path(13, 312, 311, 310, 415, 308), (150, 120, 100)),
)  # fmt: skip


def draw(points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """uint8 [height, width, 3] of points [468 or 478, 2] in pixels, in a picture of (width, height).

    Lines that begin or end outside are left out whole. Drawn at 512×512, then resized.
    """
    unit = (points[:, :2] / np.array(size)).astype(np.float32)
    inside = ((unit >= 0) & (unit <= 1)).all(axis=1)
    pixels = np.minimum(np.floor(unit.astype(np.float64) * CANVAS), CANVAS - 1).astype(int).tolist()
    picture = np.zeros((CANVAS, CANVAS, 3), np.uint8)
    for edges, colour in PARTS:
        for start, end in edges:
            if inside[start] and inside[end]:
                cv2.line(picture, tuple(pixels[start]), tuple(pixels[end]), colour, _THICKNESS)
    return picture if size == (CANVAS, CANVAS) else cv2.resize(picture, size)


def draw_all(frames: Iterable[np.ndarray], size: tuple[int, int]) -> np.ndarray:
    """uint8 [n, height, width, 3] of several."""
    return np.stack([draw(points, size) for points in frames])
