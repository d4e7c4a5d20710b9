"""What a person looks like: the head's proportions and colours, whatever the pose, the expression and the
light.

Colours are logarithms less their mean over the face, and spread as far as faces' are, so that neither
exposure nor white balance nor contrast shows in them. Those of the face are taken at the mesh's points, those
around it in the head's own frame.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ..media.frames import Frame
from .geometry import LIPS, fit_heads
from .mesh import POINTS, roi_of_mesh
from .sampling import sample

# Hair above the forehead, hair and ears beside the face, clothes below the chin: in the head's frame.
_HAIR = [(x, y) for y in (-0.72, -0.9) for x in (-0.5, -0.25, 0.0, 0.25, 0.5)]
_SIDES = [(side * x, y) for side in (-1, 1) for x in (0.98, 1.1) for y in (-0.25, 0.1, 0.45)]
_CLOTHES = [(x, y) for y in (1.55, 1.75) for x in (-0.9, -0.6, -0.3, 0.0, 0.3, 0.6, 0.9)]
_AROUND = [_HAIR, _SIDES, _CLOTHES]
_DEPTH = 0.4
# The picture that colours are taken from: its side in pixels and in mesh squares, and its blur.
_SIDE, _WIDE, _BLUR = 96, 2.0, 1.0
# What a face's colours of 0..1 are brought to on average, what is added before the logarithm, and the
# contrast (root mean square in stops) that they are brought to, unless they have next to none.
_GREY, _DARKEST, _CONTRAST, _FLAT = 0.45, 0.04, 0.6, 0.05
# Beyond this turn of the head (sine) half of the face is guessed.
_TURNED = 0.5
# Two looks are of one person where every measure stays below its limit: the mesh's points above the mouth
# (root mean square, in eye distances), the face's colours (root mean square in stops, and one less their
# correlation), hair, sides and clothes (median in stops). `dev.py bench identities` measures the margins,
# docs/faces.md has them.
_SHAPE, _COLOURS, _PATTERN = 0.031, 0.255, 0.132
_PARTS = (0.46, 0.61, 0.7)
# Points of a part that must be in both pictures.
_ENOUGH = 3
# Below this in the head's frame speech moves the face.
_UPPER = 0.45
_STILL = np.array([i for i in range(POINTS) if i not in LIPS])


class Look:
    """The mean of what was seen of one person in one shot. Memory: 12 KB."""

    def __init__(self) -> None:
        self.seen = 0
        self._shape = np.zeros((POINTS, 3), np.float32)
        self._colours = np.zeros((POINTS + sum(map(len, _AROUND)), 3), np.float32)
        self._counts = np.zeros(len(self._colours), np.int32)

    def add(self, frame: Frame, mesh: np.ndarray) -> None:
        """mesh: [468 or 478, 3] of the person in the frame. A face that is turned away adds nothing."""
        mesh = np.asarray(mesh[:POINTS], np.float64)
        (scale,), (rotation,), (origin,) = fit_heads(mesh[None])
        if abs(rotation[2, 0]) > _TURNED:
            return
        around = np.array([(x, y, _DEPTH) for part in _AROUND for x, y in part])
        points = np.concatenate([mesh, scale * (around @ rotation.T) + origin])[:, :2]
        taken, inside = _colours(frame, mesh, points)
        face = inside[:POINTS]
        if not face.any():
            return
        taken *= _GREY / max(float(taken[:POINTS][face].mean()), 1e-3)
        colours = np.log2(taken + _DARKEST)
        self._shape += ((mesh - origin) @ rotation / scale).astype(np.float32)
        self._colours[inside] += (colours - colours[:POINTS][face].mean(axis=0))[inside]
        self._counts += inside
        self.seen += 1

    def merge(self, other: Look) -> None:
        """Take the other's views for views of this one."""
        self.seen += other.seen
        self._shape += other._shape
        self._colours += other._colours
        self._counts += other._counts

    def unlikeness(self, other: Look) -> float:
        """How far two looks are apart: up to 1 they are one person's. Infinity where too little was seen."""
        if not (self.seen and other.seen):
            return float("inf")
        shape, shape2 = self._shape / self.seen, other._shape / other.seen
        upper = shape[:, 1] < _UPPER
        worst = _rms((shape - shape2)[upper]) / _SHAPE
        known = (self._counts > 0) & (other._counts > 0)
        still = _STILL[known[_STILL]]
        a, b = (each._relief(still) for each in (self, other))
        x, y = a[still], b[still]
        norm = float(np.sqrt((x * x).sum() * (y * y).sum()))
        pattern = 1 - float((x * y).sum()) / norm if norm else 1.0
        worst = max(worst, _rms(x - y) / _COLOURS, pattern / _PATTERN)
        start, compared = POINTS, 0
        for points, limit in zip(_AROUND, _PARTS, strict=True):
            part = slice(start, start + len(points))
            start = part.stop
            off = np.linalg.norm((a[part] - b[part])[known[part]], axis=1)
            if len(off) >= _ENOUGH:
                worst = max(worst, float(np.median(off)) / limit)
                compared += 1
        # Two faces alone are too much alike.
        return worst if compared else float("inf")

    def _relief(self, still: np.ndarray) -> np.ndarray:
        """The mean colours, with the contrast that faces have at some points."""
        colours = self._colours / np.maximum(self._counts, 1)[:, None]
        return colours * (_CONTRAST / max(_rms(colours[still]), _FLAT))


def _colours(frame: Frame, mesh: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Colours [n, 3] of points [n, 2], 0..1, and which of them lie in the picture, bool [n]."""
    roi = roi_of_mesh(mesh)
    roi = replace(roi, size=roi.size * _WIDE)
    crop = sample(frame, roi, _SIDE)
    if crop is None:
        return np.zeros((len(points), 3), np.float32), np.zeros(len(points), bool)
    crop = cv2.GaussianBlur(crop, (0, 0), _BLUR)
    matrix = roi.matrix()
    at = (points - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T * _SIDE - 0.5
    inside = (at >= 0).all(axis=1) & (at <= _SIDE - 1).all(axis=1)
    inside &= (points >= 0).all(axis=1) & (points <= (frame.width, frame.height)).all(axis=1)
    x, y = at[None].astype(np.float32).transpose(2, 0, 1)
    taken = cv2.remap(crop, x, y, cv2.INTER_LINEAR)[0]
    return taken, inside


def _rms(vectors: np.ndarray) -> float:
    return float(np.sqrt((vectors * vectors).sum(axis=-1).mean())) if len(vectors) else float("inf")
