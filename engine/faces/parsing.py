"""Which part of a face each pixel shows, by BiSeNet. Classes and their order: CelebAMask-HQ."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ..host.protocol import ManagedModel

if TYPE_CHECKING:
    import torch

# The network's working size; class maps have it too.
SIDE = 512
_BATCH = 8
# ImageNet's statistics, RGB.
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)


class FacePart(IntEnum):
    """Values of a class map. Left and right are the person's own."""

    BACKGROUND = 0
    SKIN = 1
    LEFT_BROW = 2
    RIGHT_BROW = 3
    LEFT_EYE = 4
    RIGHT_EYE = 5
    GLASSES = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    EARRING = 9
    NOSE = 10
    MOUTH = 11
    UPPER_LIP = 12
    LOWER_LIP = 13
    NECK = 14
    NECKLACE = 15
    CLOTHES = 16
    HAIR = 17
    HAT = 18


def class_maps(crops: Sequence[np.ndarray], model: ManagedModel, *, batch: int = _BATCH) -> np.ndarray:
    """uint8 [B, 512, 512] of `FacePart` values.

    crops: uint8 RGB [h, w, 3] of any sizes, roughly square around a face; those that are not 512×512 are
    resized with Pillow's bilinear filter, as the parser's own code does. model: a `BiSeNet` within
    `Host.resident`. batch: how many go through the network at once. Raises what torch raises when the
    device's memory runs out.
    """
    import torch

    maps = np.empty((len(crops), SIDE, SIDE), np.uint8)
    with torch.inference_mode():
        for start in range(0, len(crops), batch):
            part = np.stack([_sized(crop) for crop in crops[start : start + batch]])
            dtype = next(model.module.parameters()).dtype
            logits = model.module(normalised(torch.from_numpy(part).to(model.device)).to(dtype))
            maps[start : start + len(part)] = logits.argmax(1).to(torch.uint8).cpu().numpy()
    return maps


def normalised(pictures: torch.Tensor) -> torch.Tensor:
    """uint8 RGB [B, h, w, 3] to what the network takes: float32 [B, 3, h, w], channels last in memory."""
    import torch

    x = pictures.permute(0, 3, 1, 2).float() / 255
    mean = torch.tensor(_MEAN, device=x.device).view(3, 1, 1)
    return (x - mean) / torch.tensor(_DEVIATION, device=x.device).view(3, 1, 1)


def _sized(crop: np.ndarray) -> np.ndarray:
    if crop.shape[:2] == (SIDE, SIDE):
        return crop
    return np.asarray(Image.fromarray(crop).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
