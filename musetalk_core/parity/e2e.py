"""Picture and sound to a face that speaks, on tiny networks: `e2e*.json` with its arrays and pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from ...engine.errors import InputError
from ..face_box import parity_margin
from ..latents import decode, encode_crops
from ..presets import DEFAULT_PRESET, PRESETS
from ..transform import CropTransform
from ..unet import build_unet, predict
from ..vae import build_vae
from ..windows import parity_windows
from .audio import golden_states, seeded_encoder
from .finding import Finding, distance
from .seeded import seed

LATENTS_TOLERANCE = 1e-4
LEVELS_TOLERANCE = 1.0
# The sound and the frame rate of the windows.
_SOUND = "audio_window.wav"
_FPS = 25.0


def check(folder: Path) -> list[Finding]:
    """Every case of every file: the crop, its latents, the predicted latents, the face, each from this
    engine's own result of the step before."""
    files = sorted(folder.glob("e2e*.json"))
    if not files:
        return []
    _, states = golden_states(folder / _SOUND, seeded_encoder())
    return [finding for file in files for finding in _check_file(file, states)]


def _check_file(file: Path, states: Tensor) -> list[Finding]:
    case = json.loads(file.read_text(encoding="utf-8"))
    unet, vae = seed(build_unet(case["unet"])), seed(build_vae(case["vae"]))
    arrays = file.with_suffix(".npz")
    golden = np.load(arrays)
    preset = PRESETS[DEFAULT_PRESET]
    findings = []
    for number in range(len(case["boxes"])):
        name = f"{file.stem}{number}"
        crop = _crop(file.with_name(f"{name}_frame.png"), case, number)
        tokens = parity_windows(states, np.array([number]), _FPS, preset)
        latents = encode_crops(vae, torch.from_numpy(crop)[None])
        predicted = predict(unet, latents, tokens)
        face = decode(vae, predicted)[0].numpy()
        findings += [
            _levels(file.with_name(f"{name}_crop256.png"), crop),
            Finding(
                arrays.name,
                distance(latents.numpy(), golden[f"latents{number}"]),
                LATENTS_TOLERANCE,
                f"latents of crop {number}",
            ),
            Finding(
                arrays.name,
                distance(predicted.numpy(), golden[f"pred{number}"]),
                LATENTS_TOLERANCE,
                f"predicted latents of crop {number}",
            ),
            _levels(file.with_name(f"{name}_generated256.png"), face),
        ]
    return findings


def _crop(picture: Path, case: dict[str, Any], number: int) -> np.ndarray:
    """uint8 [256, 256, 3], RGB."""
    frame = _read(picture)
    x, y = case["origin"][number]
    x1, y1, x2, y2 = case["boxes"][number]
    box = parity_margin((x1 - x, y1 - y, x2 - x, y2 - y), case["extra_margin"], frame.shape[0])
    return CropTransform.parity(box).crop(frame)


def _levels(picture: Path, found: np.ndarray) -> Finding:
    return Finding(picture.name, distance(found.astype(np.int64), _read(picture)), LEVELS_TOLERANCE, "levels")


def _read(picture: Path) -> np.ndarray:
    """uint8 [h, w, 3], RGB."""
    image = cv2.imread(str(picture))
    if image is None:
        raise InputError(f"{picture} is missing or no picture: the goldens beside it need it.")
    return np.ascontiguousarray(image[:, :, ::-1])
