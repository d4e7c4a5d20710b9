"""ComfyUI's upscale models on generated faces."""

from __future__ import annotations

from typing import Any

import comfy.utils
import numpy as np
import torch

from ..backends.musetalk.pipeline import Restore
from ..engine.host.comfy import ComfyModel

_TILE, _OVERLAP = 256, 16
# Bytes of activations for each byte of picture: core's own estimate for these models.
_ACTIVATIONS = 384
_FACE = 256
# Faces of more pixels gain nothing: few are that large in a picture.
_LARGEST = 512


def restorer(upscale_model: Any) -> Restore:
    """Makes faces uint8 [B, 256, 256, 3] larger, at most 512 pixels wide."""

    def enlarge(faces: np.ndarray) -> np.ndarray:
        return np.stack([_enlarged(upscale_model, face) for face in faces])

    needed = _FACE * _FACE * 3 * 4 * max(upscale_model.scale, 1.0) * _ACTIVATIONS
    return Restore(enlarge, (ComfyModel(upscale_model.model, upscale_model.patcher),), int(needed))


def _enlarged(upscale_model: Any, face: np.ndarray) -> np.ndarray:
    picture = torch.from_numpy(face).movedim(-1, 0)[None].float() / 255
    larger = comfy.utils.tiled_scale(
        picture.to(upscale_model.patcher.load_device),
        lambda part: upscale_model(part.float()),
        tile_x=_TILE,
        tile_y=_TILE,
        overlap=_OVERLAP,
        upscale_amount=upscale_model.scale,
        output_device="cpu",
    )
    if larger.shape[-1] > _LARGEST:
        larger = torch.nn.functional.interpolate(larger, (_LARGEST, _LARGEST), mode="area")
    return (larger[0].movedim(0, -1).clamp(0, 1) * 255).round().to(torch.uint8).numpy()
