"""ComfyUI's upscale models on generated faces: those for pictures of any kind, and those for whole faces."""

from __future__ import annotations

from typing import Any

import comfy.utils
import numpy as np
import torch

from ..engine.compose.restore import Restorer
from ..engine.host.comfy import ComfyModel

_TILE, _OVERLAP = 256, 16
# Bytes of activations for each byte of picture: core's own estimate for these models.
_ACTIVATIONS = 384
# Faces of more pixels gain nothing: few are that large in a picture.
_LARGEST = 512
# What models for whole faces were trained on, where they don't say.
_WHOLE_FACE = 512


def enlarger(upscale_model: Any, side: int, strength: float = 1.0) -> Restorer:
    """Makes generated faces of `side` pixels larger, at most 512 wide, whatever the model was trained on."""

    def enlarge(faces: np.ndarray) -> np.ndarray:
        return np.stack([_enlarged(upscale_model, face) for face in faces])

    needed = side * side * 3 * 4 * max(upscale_model.scale, 1.0) * _ACTIVATIONS
    networks = (ComfyModel(upscale_model.model, upscale_model.patcher),)
    return Restorer(enlarge, None, strength, networks, int(needed))


def face_restorer(upscale_model: Any, strength: float, side: int) -> Restorer:
    """Makes generated faces of `side` pixels larger, at most 512 wide, or, with a model for faces (GFPGAN,
    RestoreFormer), restores whole ones at the model's own size."""
    if upscale_model.purpose != "FaceSR":
        return enlarger(upscale_model, side, strength)
    whole = upscale_model.size_requirements.minimum or _WHOLE_FACE

    def restore(faces: np.ndarray) -> np.ndarray:
        return np.stack([_restored(upscale_model, face) for face in faces])

    networks = (ComfyModel(upscale_model.model, upscale_model.patcher),)
    return Restorer(restore, whole, strength, networks, whole * whole * 3 * 4 * _ACTIVATIONS)


def _restored(upscale_model: Any, face: np.ndarray) -> np.ndarray:
    picture = torch.from_numpy(face).movedim(-1, 0)[None].float() / 255
    picture = picture.to(upscale_model.patcher.load_device)
    if upscale_model.architecture.id == "GFPGAN":
        # It works from -1 to 1, which spandrel 0.4 leaves out. Its own noise would be another in every frame.
        with torch.inference_mode():
            better = upscale_model.model.eval()(picture * 2 - 1, randomize_noise=False)[0] / 2 + 0.5
    else:
        better = upscale_model(picture)
    return _bytes(better)


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
    return _bytes(larger)


def _bytes(picture: torch.Tensor) -> np.ndarray:
    """uint8 [h, w, 3] of [1, 3, h, w], 0..1."""
    return (picture[0].movedim(0, -1).clamp(0, 1) * 255).round().to("cpu", torch.uint8).numpy()
