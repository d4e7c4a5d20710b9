"""mmpose's way from a picture and a box to 133 whole-body points: crop, mirror, decode (mmpose 1.x).

Coordinates in this module are mmpose's and OpenCV's: whole numbers are the middles of pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

# Width, height of what the network sees.
INPUT_SIZE = (288, 384)
# Bins per pixel of it (simcc_split_ratio), and bins over x and over y.
_SPLIT = 2
BINS = (INPUT_SIZE[0] * _SPLIT, INPUT_SIZE[1] * _SPLIT)
# COCO-WholeBody (Jin et al. 2020): 17 of the body, 6 of the feet, 68 of the face in iBUG's order, 2 x 21 of
# the hands.
POINTS = 133
FACE = slice(23, 91)
# How much larger than its box a person is looked at (GetBBoxCenterScale).
_PADDING = 1.25
# ImageNet's, of RGB.
_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
_STD = np.array([58.395, 57.12, 57.375], np.float32)


def _mirrored() -> np.ndarray:
    """[133]: of each point, the one it is in a mirror."""
    body = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
    feet = [20, 21, 22, 17, 18, 19]
    # Rows of the face that run from side to side: jaw, brows, nostrils; the nose's bridge is its own mirror.
    face = [*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1)]
    # Eyes: corner, upper lid, corner, lower lid.
    face += [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    # Lips: outer upper, outer lower, inner upper, inner lower.
    face += [*range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), *range(67, 64, -1)]
    hands = [*range(112, 133), *range(91, 112)]
    return np.array(body + feet + [23 + point for point in face] + hands)


MIRRORED = _mirrored()


def whole_image(picture: np.ndarray) -> np.ndarray:
    """float32 [4]: the box of a picture [H, W, 3] without detection."""
    return np.array([0, 0, picture.shape[1], picture.shape[0]], np.float32)


def windows(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middles [n, 2] and sizes [n, 2] of what is looked at for boxes [n, 4] (x0, y0, x1, y1): 1.25 times as
    large, and widened or heightened to the network's aspect."""
    boxes = np.asarray(boxes, np.float32)
    middle = (boxes[:, 2:] + boxes[:, :2]) * 0.5
    width, height = ((boxes[:, 2:] - boxes[:, :2]) * _PADDING).T
    aspect = np.float32(INPUT_SIZE[0] / INPUT_SIZE[1])
    size = np.where(
        (width > height * aspect)[:, None],
        np.stack([width, width / aspect], axis=1),
        np.stack([height * aspect, height], axis=1),
    )
    return middle, size.astype(np.float32)


def crops(pictures: Sequence[np.ndarray], boxes: np.ndarray) -> np.ndarray:
    """uint8 [n, 384, 288, 3]: of each picture uint8 [H, W, 3] the surroundings of its box; black outside."""
    out = np.empty((len(pictures), INPUT_SIZE[1], INPUT_SIZE[0], 3), np.uint8)
    for picture, middle, size, target in zip(pictures, *windows(boxes), out, strict=True):
        # Three points that determine the scaling, as mmpose's get_warp_matrix picks them.
        side = np.array([size[0] * -0.5, 0], np.float32)
        source = np.array([middle, middle + side, middle + side + [-side[1], side[0]]], np.float32)
        centre, edge = np.array(INPUT_SIZE, np.float32) * 0.5, np.array([INPUT_SIZE[0] * -0.5, 0])
        wanted = np.array([centre, centre + edge, centre + edge + [-edge[1], edge[0]]], np.float32)
        matrix = cv2.getAffineTransform(source, wanted)
        cv2.warpAffine(picture, matrix, INPUT_SIZE, dst=target, flags=cv2.INTER_LINEAR)
    return out


def normalised(pictures: np.ndarray) -> np.ndarray:
    """float32 [n, 3, H, W], what the network takes, of RGB pictures uint8 [n, H, W, 3]."""
    planes = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
    return (planes - _MEAN[:, None, None]) / _STD[:, None, None]


def unmirrored(logits_x: np.ndarray, logits_y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Logits [n, 133, bins] of mirrored pictures as if they had not been."""
    return logits_x[:, MIRRORED, ::-1], logits_y[:, MIRRORED]


def decode(logits_x: np.ndarray, logits_y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points float32 [n, 133, 2] in pixels of the crop, and scores [n, 133]: the less sure of the two axes.

    Points with no positive logit lie at (-0.5, -0.5), as mmpose has it.
    """
    scores = np.minimum(logits_x.max(axis=2), logits_y.max(axis=2))
    bins = np.stack([logits_x.argmax(axis=2), logits_y.argmax(axis=2)], axis=2).astype(np.float32)
    bins[scores <= 0] = -1
    return bins / _SPLIT, scores


def to_picture(points: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Points [n, m, 2] of the crops of boxes [n, 4] in the pictures' own pixels, float32.

    Worked out in double precision, as mmpose does: whole numbers come out whole.
    """
    middle, size = windows(boxes)
    shares = points / np.array(INPUT_SIZE, np.float64)
    return (shares * size[:, None] + middle[:, None] - 0.5 * size[:, None]).astype(np.float32)
