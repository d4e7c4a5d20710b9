"""MuseTalk against the original's numbers (`musetalk/` of the goldens), each check over a folder of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from ..engine.compose.blend import blend, blend_mask, expanded_square
from ..engine.compose.masks import MaskMode, face_mask
from ..engine.compose.transform import CropTransform
from ..engine.errors import InputError
from ..engine.goldens import read_arrays, read_json
from ..engine.media.sound import Sound
from ..engine.nets.audio_windows import parity_frame_count, parity_windows
from ..engine.nets.mel import RATE, Samples
from ..engine.nets.sd_vae import build_vae, decode
from ..engine.nets.whisper_encoder import WHISPER_TINY_CONFIG, build_whisper_encoder
from ..engine.nets.whisper_states import encode_audio
from ..engine.parity import Checks, Finding, distance, seed, seeded_state_dict
from .face_box import parity_box, parity_margin
from .presets import DEFAULT_PRESET, PRESETS
from .unet import build_unet, encode_crops, predict

_EXPAND = PRESETS["v1.5"].paste.expand
# The original blurs the mask by one ratio offline, by another in its realtime script.
_OFFLINE, _REALTIME = 0.05, 0.1
_LEVELS = 1
_DIFFERENT = 0.01
AUDIO_TOLERANCE = 1e-4
_AUDIO_FILES = "audio_window*.npz"
# Seeded entries are named as in the whole model.
_PREFIX = "encoder."
_RATE_KEY = re.compile(r"fps(\d+(?:\.\d+)?)_shape")
LATENTS_TOLERANCE = 1e-4
LEVELS_TOLERANCE = 1.0
# The sound and the frame rate of the windows.
_SOUND = "audio_window.wav"
_SOUND_FPS = 25.0


def check_boxes(folder: Path) -> list[Finding]:
    """One finding per file; the error is in pixels, infinite where only one of the two has a box."""
    findings = []
    for path in sorted(folder.glob("face_box*.json")):
        errors = [_box_error(case) for case in read_json(path)]
        detail = f"{sum(error == 0 for error in errors)} of {len(errors)} boxes equal"
        findings.append(Finding(path.name, max(errors, default=0.0), 0.0, detail))
    return findings


def _box_error(case: dict) -> float:
    box = parity_box(np.array(case["landmarks"]), case["detector_box"], case["bbox_shift"])
    wanted = case["box"]
    if box is None or wanted is None:
        return 0.0 if box is None and wanted is None else float("inf")
    return distance(box, wanted)


def check_masks(folder: Path) -> list[Finding]:
    """One finding per mask; the error is the share of its pixels that differ."""
    findings = []
    for path in sorted(folder.glob("parsing_masks*.npz")):
        golden = read_arrays(path)
        for name in golden:
            match = re.fullmatch(r"mask(\d+)_(\w+)", name)
            if match is None:
                continue
            number, mode = match[1], cast(MaskMode, match[2])
            left, right = golden[f"cheeks{number}"].tolist()
            mask = face_mask(golden[f"parse{number}"], mode, (left, right))
            findings.append(Finding(path.name, float((mask != golden[name]).mean()), 0.0, name))
    return findings


def check_blend(folder: Path) -> list[Finding]:
    """For every case the crop box (pixels), the frame of each mask mode and the realtime mask (levels; and
    the share of pixels that differ at all)."""
    findings = []
    for path in sorted(folder.glob("blend*.json")):
        findings += _blend_case(folder, path)
    return findings


def _blend_case(folder: Path, path: Path) -> list[Finding]:
    case, name = read_json(path), path.stem
    x0, y0, x1, y1 = case["box"]
    box = x0, y0, x1, y1
    left, right = case["cheeks"]
    square = expanded_square(box, _EXPAND)
    findings = [Finding(path.name, distance(square, case["crop_box"]), 0.0, "crop_box")]
    class_map = _pixels(folder / f"{name}_parse.png")
    for wanted in sorted(folder.glob(f"{name}_*.png")):
        kind = wanted.stem.removeprefix(f"{name}_")
        if kind == "realtime_mask":
            mask = face_mask(class_map, "jaw", (left, right))
            findings += _compare(wanted, blend_mask(mask, box, square, _REALTIME))
        elif kind in ("jaw", "raw", "neck"):
            mask = face_mask(class_map, cast(MaskMode, kind), (left, right))
            soft = blend_mask(mask, box, square, _OFFLINE)
            frame, face = _pixels(folder / f"{name}_frame.png"), _pixels(folder / f"{name}_face.png")
            findings += _compare(wanted, blend(frame, face, box, square, soft))
    return findings


def _compare(path: Path, ours: np.ndarray) -> list[Finding]:
    wanted = _pixels(path)
    levels = distance(ours.astype(np.int16), wanted.astype(np.int16))
    findings = [Finding(path.name, levels, _LEVELS, "levels")]
    if ours.shape == wanted.shape:
        share = float((ours != wanted).reshape(*ours.shape[:2], -1).any(axis=2).mean())
        findings.append(Finding(path.name, share, _DIFFERENT, "share of different pixels"))
    return findings


def _pixels(path: Path) -> np.ndarray:
    """uint8 RGB [h, w, 3], or [h, w] of a picture in grey."""
    return np.asarray(Image.open(path))


def check_audio(folder: Path) -> list[Finding]:
    """Windows of every file at every frame rate in it: shape, some frames' tokens, mean of each frame."""
    files = sorted(folder.glob(_AUDIO_FILES))
    if not files:
        return []
    encoder = seeded_encoder()
    return [finding for file in files for finding in _check_windows(file, encoder)]


def seeded_encoder() -> nn.Module:
    encoder = build_whisper_encoder(WHISPER_TINY_CONFIG)
    names = {_PREFIX + name: tensor for name, tensor in encoder.state_dict().items()}
    weights = {name.removeprefix(_PREFIX): tensor for name, tensor in seeded_state_dict(names).items()}
    encoder.load_state_dict(weights, strict=True, assign=True)
    return encoder.requires_grad_(False)


def golden_states(sound: Path, encoder: nn.Module) -> tuple[Samples, Tensor]:
    """The samples of a golden sound at 16 kHz, and its states as the original has them."""
    if not sound.is_file():
        raise InputError(f"{sound} is missing: the goldens of audio windows are numbers of that sound.")
    samples = Sound.load(sound).mono(RATE)
    return samples, encode_audio(samples, encoder, PRESETS[DEFAULT_PRESET].audio, parity=True)


def _check_windows(file: Path, encoder: nn.Module) -> list[Finding]:
    golden = read_arrays(file)
    convention = PRESETS[DEFAULT_PRESET].audio
    samples, states = golden_states(file.with_suffix(".wav"), encoder)
    findings = []
    for rate in [match[1] for key in golden if (match := _RATE_KEY.fullmatch(key))]:
        count = parity_frame_count(samples.size, float(rate), convention)
        tokens = parity_windows(states, np.arange(count), float(rate), convention).numpy()
        name = f"fps{rate}"
        if tokens.shape != tuple(golden[f"{name}_shape"]):
            found = f"{tokens.shape} instead of {tuple(golden[f'{name}_shape'])} at {rate} fps"
            findings.append(Finding(file.name, float("inf"), AUDIO_TOLERANCE, found))
            continue
        some = golden[f"{name}_tokens"]
        every = tokens.shape[2] // some.shape[2]
        error = max(
            distance(tokens[golden[f"{name}_frames"], :, ::every], some),
            distance(np.abs(tokens).mean((1, 2)), golden[f"{name}_mean_abs"]),
        )
        findings.append(Finding(file.name, error, AUDIO_TOLERANCE, f"{rate} fps"))
    return findings


def check_e2e(folder: Path) -> list[Finding]:
    """Every case of every file: the crop, its latents, the predicted latents, the face, each from this
    engine's own result of the step before."""
    files = sorted(folder.glob("e2e*.json"))
    if not files:
        return []
    _, states = golden_states(folder / _SOUND, seeded_encoder())
    return [finding for file in files for finding in _check_e2e_file(file, states)]


def _check_e2e_file(file: Path, states: Tensor) -> list[Finding]:
    case = read_json(file)
    unet, vae = seed(build_unet(case["unet"])), seed(build_vae(case["vae"]))
    arrays = file.with_suffix(".npz")
    golden = read_arrays(arrays)
    convention = PRESETS[DEFAULT_PRESET].audio
    findings = []
    for number in range(len(case["boxes"])):
        name = f"{file.stem}{number}"
        crop = _crop(file.with_name(f"{name}_frame.png"), case, number)
        tokens = parity_windows(states, np.array([number]), _SOUND_FPS, convention)
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


CHECKS: Checks = {
    "boxes": check_boxes,
    "masks": check_masks,
    "blend": check_blend,
    "audio": check_audio,
    "e2e": check_e2e,
}
