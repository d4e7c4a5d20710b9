"""Composited frames against `blend*`: within one level of 255, and equal on 99 % of the pixels at least."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image

from ..blend import blend, blend_mask, expanded_square
from ..masks import face_mask
from ..presets import PRESETS, MaskMode
from .finding import Finding, distance

_EXPAND = PRESETS["v1.5"].expand
# The original blurs the mask by one ratio offline, by another in its realtime script.
_OFFLINE, _REALTIME = 0.05, 0.1
_LEVELS = 1
_DIFFERENT = 0.01


def check(folder: Path) -> list[Finding]:
    """For every case the crop box (pixels), the frame of each mask mode and the realtime mask (levels; and
    the share of pixels that differ at all)."""
    findings = []
    for path in sorted(folder.glob("blend*.json")):
        findings += _case(folder, path)
    return findings


def _case(folder: Path, path: Path) -> list[Finding]:
    case, name = json.loads(path.read_text(encoding="utf-8")), path.stem
    x0, y0, x1, y1 = case["box"]
    box = x0, y0, x1, y1
    left, right = case["cheeks"]
    square = expanded_square(box, _EXPAND)
    findings = [Finding(path.name, distance(square, case["crop_box"]), 0.0, "crop_box")]
    class_map = _read(folder / f"{name}_parse.png")
    for wanted in sorted(folder.glob(f"{name}_*.png")):
        kind = wanted.stem.removeprefix(f"{name}_")
        if kind == "realtime_mask":
            mask = face_mask(class_map, "jaw", (left, right))
            findings += _compare(wanted, blend_mask(mask, box, square, _REALTIME))
        elif kind in ("jaw", "raw", "neck"):
            mask = face_mask(class_map, cast(MaskMode, kind), (left, right))
            soft = blend_mask(mask, box, square, _OFFLINE)
            frame, face = _read(folder / f"{name}_frame.png"), _read(folder / f"{name}_face.png")
            findings += _compare(wanted, blend(frame, face, box, square, soft))
    return findings


def _compare(path: Path, ours: np.ndarray) -> list[Finding]:
    wanted = _read(path)
    levels = distance(ours.astype(np.int16), wanted.astype(np.int16))
    findings = [Finding(path.name, levels, _LEVELS, "levels")]
    if ours.shape == wanted.shape:
        share = float((ours != wanted).reshape(*ours.shape[:2], -1).any(axis=2).mean())
        findings.append(Finding(path.name, share, _DIFFERENT, "share of different pixels"))
    return findings


def _read(path: Path) -> np.ndarray:
    """uint8 RGB [h, w, 3], or [h, w] of a picture in grey."""
    return np.asarray(Image.open(path))
