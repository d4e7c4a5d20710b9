"""Whether what is painted is as sharp and as noisy as the lips around it.

Sharpness: how much of the luma's slope is left of it at twice the blur; a hard edge has a high ratio, a soft
one a low, whatever its contrast. Noise: J. Immerkær, "Fast noise variance estimation" (1996), in even places.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from lipsync_studio.engine.media.colour import to_rgb

from .mouth_carrier import painted
from .mouth_judge import INNER_RING, OUTER, OUTER_RING, Judge
from .mouth_media import Media, still
from .mouth_paint import Painter, poses
from .table import Row

WITHIN = 0.25
# Several, because the lips of a small mouth are few pixels, and other ones at each opening.
_ASKED = (0.15, 0.2, 0.25, 0.3, 0.35)
# Smaller mouths have no room to measure in, pixels.
_LEAST_WIDTH = 40
_FINE = 0.012
_LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
# Of rounding to 8 bits, levels.
_ROUNDING = 0.29


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    judge = Judge()
    results = {}
    for path in media.faces:
        source = still(path)
        asked = poses(_ASKED)
        frames = list(painter.posed(source, asked))
        meshes = judge.meshes(frames)
        width = float(np.linalg.norm(meshes[0][OUTER[1]] - meshes[0][OUTER[0]]))
        if width < _LEAST_WIDTH:
            continue
        rgb = to_rgb(next(iter(source.read()))).astype(np.float64)
        masks = painted(painter, rgb, painter.track(source), asked)
        each = [
            _compare(frame.yuv()[0].astype(np.float32), mask, mesh, width)
            for frame, mask, mesh in zip(frames, masks, meshes, strict=True)
        ]
        results[path.name] = {name: float(np.mean([row[name] for row in each])) for name in each[0]}
    return results


def _compare(luma: np.ndarray, mask: np.ndarray, mesh: np.ndarray, width: float) -> dict[str, float]:
    luma = luma[: mask.shape[0], : mask.shape[1]]
    margin = np.ones((2 * max(1, round(0.015 * width)) + 1,) * 2, np.uint8)
    inside = cv2.erode((mask > 0.5).astype(np.uint8), margin) > 0
    lips = np.zeros(mask.shape, np.uint8)
    cv2.fillPoly(lips, [np.round(mesh[list(OUTER_RING), :2]).astype(np.int32)], 1)
    hole = (mask > 0.2).astype(np.uint8)
    cv2.fillPoly(hole, [np.round(mesh[list(INNER_RING), :2]).astype(np.int32)], 1)
    around = (cv2.erode(lips, margin) > 0) & (cv2.dilate(hole, margin) == 0)
    here, there = _sharpness(luma, inside, width), _sharpness(luma, around, width)
    noise, lip_noise = _noise(luma, inside), _noise(luma, around)
    return {
        "sharp": here,
        "lips_sharp": there,
        "noise": noise,
        "lips_noise": lip_noise,
        "sharpness": here / there,
        "noisiness": float(np.hypot(noise, _ROUNDING) / np.hypot(lip_noise, _ROUNDING)),
    }


def _sharpness(luma: np.ndarray, where: np.ndarray, width: float) -> float:
    slopes = []
    for times in (1, 2):
        soft = cv2.GaussianBlur(luma, (0, 0), times * max(0.7, _FINE * width))
        y, x = np.gradient(soft)
        slopes.append(float(np.sqrt(np.mean(x[where] ** 2 + y[where] ** 2))))
    return slopes[0] / slopes[1]


def _noise(luma: np.ndarray, where: np.ndarray) -> float:
    y, x = np.gradient(cv2.GaussianBlur(luma, (0, 0), 1.5))
    slope = np.hypot(x, y)
    even = where & (slope <= np.median(slope[where]))
    return float(np.sqrt(np.pi / 2) / 6 * np.abs(cv2.filter2D(luma, -1, _LAPLACE))[even].mean())


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [("painted part against the lips: sharpness; noise (levels, with rounding)", "")]
    for name, each in results.items():
        sharp = f"{each['sharpness']:.2f} ({each['sharp']:.2f} to {each['lips_sharp']:.2f})"
        noise = f"{each['noisiness']:.2f} ({each['noise']:.2f} to {each['lips_noise']:.2f})"
        table.append((f"  {name}", f"{sharp}; {noise}"))
    return table


def bounds(results: dict[str, Any]) -> dict[str, bool]:
    return {
        f"{name} of the painted part within ± {WITHIN:.0%} of the lips'": all(
            abs(face[key] - 1) <= WITHIN for face in results.values()
        )
        for name, key in (("sharpness", "sharpness"), ("noise", "noisiness"))
    }
