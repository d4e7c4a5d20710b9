"""Where LatentSync looks: a 3:4 crop in which brows and nose always lie at the same place.

Matrices here are [2, 3] from the picture to the crop and count from the middle of pixel 0, as the original's.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from ...engine.compose.transform import FaceBox

# Left brow, right brow, nose in a crop of 75×100.
_TEMPLATE = np.array([[17.0, 20.0], [58.0, 20.0], [37.5, 40.0]])
_TEMPLATE_SIZE = (75, 100)
# The crop's pixels for one of the template's, at 256.
_SCALE = 2.8
# The original's own list of MediaPipe points for its three.
_LEFT_BROW = (71, 63, 105, 66, 107)
_RIGHT_BROW = (336, 296, 334, 293, 301)
_NOSE = (168, 197, 5, 4, 75, 97, 2, 326, 305)
# How much of the last frame's offset goes into the next one's.
_KEPT = 0.2
# What the original shows beyond the picture.
FILL = 127.0


def crop_size(side: int) -> tuple[int, int]:
    """Width and height of the crop for a network that sees squares of `side` pixels."""
    width, height = (int(length * side / 256 * _SCALE) for length in _TEMPLATE_SIZE)
    return width, height


def alignment_points(meshes: np.ndarray) -> np.ndarray:
    """The middles of left brow, right brow and nose [..., 3, 2] of meshes [..., 468 or 478, 2 or 3]."""
    xy = meshes[..., :2]
    return np.stack([xy[..., list(part), :].mean(axis=-2) for part in (_LEFT_BROW, _RIGHT_BROW, _NOSE)], -2)


@dataclass
class Smoother:
    """The original's: the nose's offset from the template, averaged over the frames in the order they are
    asked for, goes onto the crop's place.

    bias: of the last frame, in normalised units; None before the first.
    """

    bias: np.ndarray | None = None

    def matrix(self, points: np.ndarray, side: int) -> np.ndarray:
        """float32 [2, 3] for the three points [3, 2] of the next frame."""
        matrix, offset = similarity(points, side)
        self.bias = offset if self.bias is None else _KEPT * self.bias + (1 - _KEPT) * offset
        matrix[:, 2] += self.bias
        return matrix


def similarity(points: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """The turn, scale and shift float32 [2, 3] that brings three points [3, 2] of the picture nearest to the
    template's, and what the nose is off then, in standard deviations of the points [2].

    Both sets are normalised by their standard deviation, so that this is the scale; the turn is Kabsch's
    (1976).
    """
    # In float32, as the original: what is cut to 8 bits afterwards shows every last digit.
    theirs = torch.from_numpy(points).float()[None]
    ours = torch.from_numpy(_TEMPLATE * (side / 256 * _SCALE)).float()[None]
    centre, middle = theirs.mean(1, keepdim=True), ours.mean(1, keepdim=True)
    theirs, ours = theirs - centre, ours - middle
    spread, extent = theirs.std(), ours.std()
    theirs, ours = theirs / spread, ours / extent
    u, _, vt = torch.linalg.svd(theirs.mT @ ours)
    if torch.linalg.det(vt.mT @ u.mT) < 0:
        # Never mirrored: the weaker axis is turned round instead.
        vt[:, 1] *= -1
    turn = vt.mT @ u.mT
    shift = middle.mT - extent / spread * (turn @ centre.mT)
    matrix = torch.cat([extent / spread * turn, shift], 2)
    return matrix[0].numpy(), (ours - theirs)[0, 2].numpy()


def crop(picture: np.ndarray, matrix: np.ndarray, side: int) -> np.ndarray:
    """The aligned crop of a picture uint8 [h, w, 3] as the original has it: uint8 [280, 210, 3] at 256."""
    width, height = crop_size(side)
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
    return warp(pixels, matrix, (width, height), FILL)[0].permute(1, 2, 0).to(torch.uint8).numpy()


def squared(crop: np.ndarray, side: int) -> np.ndarray:
    """What the network sees of a crop: uint8 [side, side, 3], its 3:4 squashed."""
    return np.asarray(cv2.resize(crop, (side, side), interpolation=cv2.INTER_LANCZOS4))


def warp(pictures: Tensor, matrix: np.ndarray, size: tuple[int, int], fill: float) -> Tensor:
    """Pictures float32 [B, c, h, w] through a map of their pixels to those of the result (width, height):
    bilinear, and `fill` beyond them, which the border blends into."""
    # Product by product as kornia does it: what is cut to 8 bits afterwards shows every last digit.
    there = torch.from_numpy(np.vstack([matrix, [0, 0, 1]])).float()[None]
    normal = _normalising(size) @ (there @ torch.linalg.inv(_normalising(pictures.shape[:1:-1])))
    theta = torch.linalg.inv(normal)[:, :2]
    shape = [1, 1, size[1], size[0]]
    grid = affine_grid(theta, shape, align_corners=True).expand(len(pictures), -1, -1, -1)
    warped = grid_sample(pictures, grid, align_corners=True)
    inside = grid_sample(torch.ones_like(pictures[:, :1]), grid, align_corners=True)
    return warped + (1 - inside) * fill


def _normalising(size: tuple[int, ...]) -> Tensor:
    """From pixels of a picture (width, height) to −1..1 from the middle of its first to that of its last:
    float32 [1, 3, 3]."""
    width, height = (2 / max(length - 1, 1) for length in size)
    return torch.tensor([[[width, 0, -1], [0, height, -1], [0, 0, 1]]])


def box_of(matrix: np.ndarray, side: int) -> FaceBox:
    """The rectangle of the picture that a crop shows."""
    width, height = crop_size(side)
    linear = matrix[:, :2].astype(np.float64)
    scale = float(np.hypot(*linear[0]))
    x, y = (np.linalg.solve(linear, np.array([width, height]) / 2 - 0.5 - matrix[:, 2]) + 0.5).tolist()
    angle = float(np.arctan2(linear[0, 1], linear[0, 0]))
    return FaceBox(x, y, width / scale, height / scale, angle)
