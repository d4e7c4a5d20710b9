"""Whether the eyes of a picture are open and can be seen: shut ones, or ones behind glasses, stay."""

from __future__ import annotations

import cv2
import numpy as np

from ...engine.faces.geometry import head_axes

# Degrees beyond which the nose hides the further eye's corner, and beyond which a lid's columns aren't the
# picture's.
_MOST_YAW, _MOST_ROLL = 35.0, 45.0
# Pixels.
_SMALLEST_EYE = 8.0
# Opening of an eye, in widths of it: of the pictures at hand 0.29 to 0.46, of shut ones below 0.2 mostly.
_OPEN = 0.2
# Between iris and white there are so many times the cheeks' brightness: 0.24 to 0.96 and more, behind dark
# glasses 0.04 to 0.16.
_CONTRAST = 0.2
# A line across the bridge of the nose, or one below each eye, so much darker or lighter than the skin around:
# 0.09 and 0.2 at most without glasses, with them 0.5 and 0.25 at least.
_BRIDGE, _RIM = 0.2, 0.24
# From between the brows to the middle of the nose, and the inner corners of the eyes.
_BROWS, _NOSE, _INNER = 9, 197, (133, 362)
_CHEEKS = (50, 280)
_SAMPLES = 60


def can_close(rgb: np.ndarray, mesh: np.ndarray, lids: np.ndarray) -> bool:
    """rgb: uint8 [h, w, 3]. mesh: [468+, 3] in its pixels. lids: [2, 2, 9, 2] as `EyeContours` has them."""
    luma = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY).astype(np.float32)
    skin = max(float(_at(luma, mesh[list(_CHEEKS), :2][None]).mean()), 1.0)
    widths = np.linalg.norm(lids[:, 0, -1] - lids[:, 0, 0], axis=1)
    openings = np.linalg.norm(lids[:, 1] - lids[:, 0], axis=2).max(1) / np.maximum(widths, 1)
    pose = head_axes(mesh)
    return bool(
        (lids >= 0).all()
        and (lids < luma.shape[::-1]).all()
        and abs(pose.yaw) <= _MOST_YAW
        and abs(pose.roll) <= _MOST_ROLL
        and widths.min() >= _SMALLEST_EYE
        and openings.min() >= _OPEN
        and min(_contrast(luma, eye) for eye in lids) >= _CONTRAST * skin
        and _bridge(luma, mesh) <= _BRIDGE
        and min(_rim(luma, eye) for eye in lids) <= _RIM
    )


def _contrast(luma: np.ndarray, eye: np.ndarray) -> float:
    """Between the light and the dark of an eye, in levels."""
    outline = np.round(np.concatenate([eye[0], eye[1, ::-1]])).astype(np.int32)
    inside = np.zeros(luma.shape, np.uint8)
    cv2.fillPoly(inside, [outline], 1)
    seen = luma[inside > 0]
    return float(np.percentile(seen, 92) - np.percentile(seen, 8)) if len(seen) else 0.0


def _bridge(luma: np.ndarray, mesh: np.ndarray) -> float:
    """How far a line across the bridge of the nose stands out."""
    start, end = mesh[[_BROWS, _NOSE], :2].astype(np.float64)
    across = mesh[_INNER[1], :2] - mesh[_INNER[0], :2]
    along = np.linspace(0, 1, _SAMPLES)[:, None, None] * (end - start)
    lines = start + along + np.linspace(-0.12, 0.12, 9)[:, None] * across
    return _line(np.median(_at(luma, lines), axis=1), _SAMPLES // 3)


def _rim(luma: np.ndarray, eye: np.ndarray) -> float:
    """The same of a line below an eye."""
    down = (eye[1] - eye[0]).mean(0)
    down *= np.linalg.norm(eye[0, -1] - eye[0, 0]) / max(float(np.linalg.norm(down)), 1e-3)
    lines = eye[1, 2:7] + np.linspace(0.15, 1.1, _SAMPLES)[:, None, None] * down
    return _line(np.median(_at(luma, lines), axis=1), _SAMPLES // 4)


def _line(values: np.ndarray, longest: int) -> float:
    """The largest step away and back again within `longest` samples, in parts of the mean."""
    row, kernel = values.astype(np.float32)[None], np.ones((1, longest), np.uint8)
    dark = (cv2.morphologyEx(row, cv2.MORPH_CLOSE, kernel) - row).max()
    light = (row - cv2.morphologyEx(row, cv2.MORPH_OPEN, kernel)).max()
    return float(max(dark, light) / max(float(values.mean()), 20.0))


def _at(luma: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Brightness at points [h, w, 2]: float32 [h, w]."""
    x, y = np.moveaxis(points.astype(np.float32), -1, 0)
    return np.asarray(cv2.remap(luma, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
