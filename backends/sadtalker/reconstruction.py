"""Coefficients of a face in a picture: where it lies, by five points, and what Deep3DFaceRecon's ResNet-50
makes of it (Y. Deng et al. 2019, arXiv:1903.08527)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

# Pixels that the network sees, and how large the face is in them.
_SIDE, _SCALE = 224, 102.0
# Eyes, nose, corners of the mouth of the model's mean face, as the published landmarks have them.
MEAN_POINTS = np.array(
    [
        [-0.31148657, 0.29036078, 0.13377953],
        [0.30979887, 0.28972036, 0.13179526],
        [0.0032535, -0.04617932, 0.55244243],
        [-0.25216928, -0.38133916, 0.22405732],
        [0.2484662, -0.38128236, 0.22235769],
    ],
    np.float32,
)
# Where those are among the 68 points: the corners of each eye's pupil side, the nose's tip, the mouth.
_LEFT_EYE, _RIGHT_EYE, _NOSE, _MOUTH = (36, 39), (42, 45), 30, (48, 54)
# What the network puts out, in order: identity, expression, texture, angles, light, x and y, z.
_OUTPUTS = (80, 64, 80, 3, 27, 2, 1)
_EXPRESSION, _ANGLES, _SHIFT = slice(80, 144), slice(224, 227), slice(254, 257)


class Reconstruction(nn.Module):
    """257 numbers [n, 257] of pictures [n, 3, 224, 224], 0..1. Names of modules are those of the published
    checkpoint."""

    def __init__(self) -> None:
        super().__init__()
        from torchvision.models import resnet50

        backbone = resnet50()
        backbone.fc = nn.Identity()
        self.backbone = backbone
        self.final_layers = nn.ModuleList(nn.Conv2d(2048, outputs, 1) for outputs in _OUTPUTS)

    def forward(self, pictures: Tensor) -> Tensor:
        seen = self.backbone(pictures)[:, :, None, None]
        return torch.cat([layer(seen) for layer in self.final_layers], dim=1).flatten(1)


@dataclass(frozen=True)
class Alignment:
    """How a picture is resized and cropped for the network. scale, x, y: the face's, as coefficients.
    resized: width and height. crop: left, top, right, bottom in the resized picture."""

    scale: float
    x: float
    y: float
    resized: tuple[int, int]
    crop: tuple[int, int, int, int]


def align(points: np.ndarray | None, size: tuple[int, int]) -> Alignment:
    """points: [68, 2] in pixels, y down; None for a picture of the mean face. size: width and height."""
    width, height = size
    if points is None:
        five = (MEAN_POINTS[:, :2] + 1) / 2 * np.array(size)
    else:
        up = np.asarray(points, np.float32) * np.array([1, -1], np.float32) + np.array(
            [0, height - 1], np.float32
        )
        five = five_points(up)
    x, y, seen = _fitted(five)
    scale = _SCALE / seen
    wide, high = int(width * scale), int(height * scale)
    left = int(wide / 2 - _SIDE / 2 + (x - width / 2) * scale)
    top = int(high / 2 - _SIDE / 2 + (height / 2 - y) * scale)
    return Alignment(scale, x, y, (wide, high), (left, top, left + _SIDE, top + _SIDE))


def five_points(points: np.ndarray) -> np.ndarray:
    """Eyes, nose and corners of the mouth [5, 2] of the 68 points."""
    eyes = [points[list(eye)].mean(axis=0) for eye in (_LEFT_EYE, _RIGHT_EYE)]
    return np.stack([*eyes, points[_NOSE], *points[list(_MOUTH)]])


def _fitted(five: np.ndarray) -> tuple[float, float, float]:
    """Shift in x and y, and scale, of the weak perspective that brings the mean points to these: each row of
    an affine matrix by least squares, and the mean of both rows' lengths."""
    known = np.column_stack([MEAN_POINTS, np.ones(len(MEAN_POINTS))]).astype(np.float64)
    rows, *_ = np.linalg.lstsq(known, five.astype(np.float64), rcond=None)
    scale = np.linalg.norm(rows[:3], axis=0).mean()
    return float(rows[3, 0]), float(rows[3, 1]), float(scale)


def aligned(picture: np.ndarray, alignment: Alignment) -> np.ndarray:
    """uint8 [224, 224, 3] of a picture uint8 [h, w, 3]; black outside it."""
    resized = Image.fromarray(picture).resize(alignment.resized, Image.Resampling.BICUBIC)
    return np.asarray(resized.crop(alignment.crop))


@torch.inference_mode()
def coefficients(net: nn.Module, pictures: list[np.ndarray], points: list[np.ndarray | None]) -> np.ndarray:
    """float32 [n, 73]: 64 of the expression, three angles, three shifts, and the alignment's scale, x and y.

    pictures: uint8 [h, w, 3]. points: of each, as in `align`."""
    placed = [align(each, picture.shape[1::-1]) for picture, each in zip(pictures, points, strict=True)]
    crops = np.stack([aligned(picture, each) for picture, each in zip(pictures, placed, strict=True)])
    weight = next(net.parameters())
    seen = torch.from_numpy(crops).to(weight.device).permute(0, 3, 1, 2).to(weight.dtype) / 255
    out = net(seen).float().cpu().numpy()
    lies = np.array([(each.scale, each.x, each.y) for each in placed], np.float32)
    return np.concatenate([out[:, _EXPRESSION], out[:, _ANGLES], out[:, _SHIFT], lies], axis=1)
