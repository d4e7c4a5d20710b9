"""What is seen between parted lips: the dark of the mouth, teeth fixed to the skull, a hint of tongue."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

# Boundaries between the upper teeth from the middle outwards, in widths of the mouth; the arch foreshortens
# them.
_TOOTH_EDGES = np.array([0.0, 0.115, 0.205, 0.285, 0.35, 0.40], np.float32)
_CAVITY = np.array([36.0, 13.0, 13.0], np.float32)
_TONGUE = np.array([150.0, 72.0, 70.0], np.float32)
_TOOTH = np.array([240.0, 230.0, 214.0], np.float32)
_LUMA = np.array([0.299, 0.587, 0.114])


def face_light(skin: np.ndarray) -> np.ndarray:
    """Light on the face as a factor per channel [3], from skin colours [n, 3]: against medium skin in plain
    light."""
    red, green, blue = np.median(skin.astype(np.float64), axis=0)
    level = np.clip((red * _LUMA[0] + green * _LUMA[1] + blue * _LUMA[2]) / 160.0, 0.25, 1.1)
    # Only how warm the light is: a skin's own colour says little about green against magenta.
    warmth = np.clip(red / max(blue, 1.0) / 1.45, 0.6, 2.2)
    return level * np.array([warmth**0.08, 1.0, warmth**-0.22])


@dataclass(frozen=True, slots=True)
class Opening:
    """The gap between the lips, pixel by pixel (float32 [h, w], unit: widths of the mouth at rest).

    x, y: position from the middle of the line where the lips meet when closed, y down. upper, lower: y of the
    lips' inner edges above and below the pixel. pixel: size of a pixel.
    """

    x: np.ndarray
    y: np.ndarray
    upper: np.ndarray
    lower: np.ndarray
    pixel: float


def paint(opening: Opening, light: np.ndarray, teeth: float, tongue: float) -> np.ndarray:
    """The inside of a mouth: float32 [h, w, 3], 0..255. teeth, tongue: 0..1, how much of them shows."""
    x, y, soft = opening.x, opening.y, opening.pixel

    def step(value: np.ndarray, width: float) -> np.ndarray:
        return np.clip(value / width + 0.5, 0, 1)

    depth = np.clip((y - opening.upper) / 0.30, 0, 1)[..., None]
    picture = _CAVITY * (0.5 + 0.5 * depth)
    floor = float(opening.lower.max())
    # The wider the mouth, the more of the tongue is seen lying behind the lower teeth.
    mound = floor - 0.02 - 0.35 * max(0.0, floor - 0.12) - 0.17 * tongue + 0.9 * x**2
    cover = (step(y - mound, 3 * soft + 0.06) * np.clip(1.15 - (x / 0.36) ** 2, 0, 1))[..., None]
    picture += cover * (_TONGUE * (0.42 + 0.3 * tongue + 0.2 * depth) - picture)

    lower_edge = floor - 0.032 + 0.35 * x**2
    cover = (step(y - lower_edge, soft + 0.012) * step(0.26 - np.abs(x), 0.14))[..., None]
    picture += 0.7 * cover * (_TOOTH * 0.55 - picture)

    bite = 0.09 * teeth - 0.015 - 0.30 * x**2 - 0.004 * np.cos(np.clip(np.abs(x) / 0.205, 0, 1) * 2 * np.pi)
    cover = step(bite - y, soft + 0.010) * step(0.40 - np.abs(x), 0.12)
    outwards = np.linspace(0, 0.5, 256, dtype=np.float32)
    between = np.abs(outwards[:, None] - _TOOTH_EDGES).min(1)
    groove = 1 - 0.10 * np.exp(-((between / (0.008 + 0.5 * soft)) ** 2)) * min(1.0, 0.02 / soft)
    side = 1 - 0.72 * np.clip(outwards / 0.42, 0, 1) ** 2.2
    tone = np.interp(np.abs(x), outwards, groove * side).astype(np.float32)
    lip_shadow = 0.68 + 0.32 * np.clip((y - opening.upper) / 0.06, 0, 1)
    tooth = _TOOTH * (tone * lip_shadow)[..., None]
    picture += (cover * (0.85 + 0.15 * teeth))[..., None] * (tooth - picture)
    corner = np.clip((opening.lower - opening.upper) / 0.05, 0.35, 1)[..., None]
    return np.clip(picture * corner * light.astype(np.float32), 0, 255).astype(np.float32)


def polygon_cover(points: np.ndarray, width: int, height: int) -> np.ndarray:
    """Anti-aliased cover of a polygon [n, 2] (pixels): float32 [height, width], 0..1."""
    sub = 4
    canvas = np.zeros((height * sub, width * sub), np.uint8)
    scaled = np.round(((points + 0.5) * sub - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(canvas, [scaled], 255, shift=4)
    return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
