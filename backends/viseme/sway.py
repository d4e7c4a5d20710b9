"""A still that moves a little: the head as on a neck, the shoulders as in breathing.

A smooth field of displacements, a weighted sum of a few fixed ones; each is zero at the picture's borders and
far from the person, so that neither shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...engine.faces.geometry import CHIN, FACE_OVAL, head_axes
from ...engine.media.colour import Rect
from .warp import Grid, sample

# Lengths are in widths of the face.
# The head: half its width and its height above the eyes, and how far its motion reaches beyond.
_HEAD_SIDE, _HEAD_UP, _HEAD_FADE = 0.62, 1.0, 0.85
# The chest, measured from the chin: where it begins and is reached, half its width and how far that reaches.
_CHEST_FROM, _CHEST_AT, _CHEST_SIDE, _CHEST_FADE = 0.1, 0.75, 0.8, 0.9
# Of the head's motion, what is left of it in the chest.
_CHEST_SHARE = 0.25
# The picture's border holds what is this near to it, or a part of the picture's smaller side.
_BORDER, _BORDER_SHARE = 0.6, 0.3
# From chin to the neck's joint.
_NECK = 0.15
# Distance between the nodes of the grid, and the width over which the mesh's depth is smoothed.
_STEP, _DEPTH_BLUR = 1 / 12, 0.07
# Displacements below this many pixels, at full movement, can't be seen.
_STILL = 0.02
_EARS = (234, 454)

HEAD = ("across", "down", "roll", "yaw", "pitch")
"""What a head can do: shifts in widths of the face, turns in radians."""
PARTS = (*HEAD, "breath")
"""What a field is made of; breath: how far the chest is lifted, in widths of the face."""
LIMITS = np.array([0.016, 0.010, 0.032, 0.075, 0.045, 0.012], np.float32)
"""How far each goes at most, with the setting at 1."""


@dataclass(frozen=True, eq=False)
class Sway:
    """rect: the part of the picture that moves (x0, y0, x1, y1), even numbers. alpha: float32 [h, w], where
    it does. basis: float32 [lines, columns, 2, parts], the field of each part, pixels."""

    rect: tuple[int, int, int, int]
    alpha: np.ndarray
    basis: np.ndarray

    @classmethod
    def of(cls, mesh: np.ndarray, size: tuple[int, int], inside: Sequence[Rect]) -> Sway:
        """mesh: [468+, 3] in pixels of a picture of `size` (width, height). inside: what `rect` holds."""
        width = float(np.linalg.norm(mesh[_EARS[1]] - mesh[_EARS[0]]))
        whole = Grid(*size, width * _STEP)
        reach = _reach(_fields(mesh, width, size, whole.x, whole.y))
        rows, columns = (np.flatnonzero((reach > _STILL).any(axis)) for axis in (1, 0))
        spans = (_span(whole.x, columns, size[0]), _span(whole.y, rows, size[1]))
        rects = np.array([(*np.transpose(spans).ravel(),)] * bool(len(rows)) + list(inside))
        (x0, y0), (x1, y1) = rects[:, :2].min(0).tolist(), rects[:, 2:].max(0).tolist()
        grid = Grid(x1 - x0, y1 - y0, width * _STEP)
        basis = _fields(mesh, width, size, grid.x + x0, grid.y + y0)
        reach = grid.enlarge(_reach(basis), cv2.INTER_LINEAR)
        return cls((x0, y0, x1, y1), np.clip((reach - _STILL) / _STILL, 0, 1), basis)

    def moved(self, rgb: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The part of the picture, uint8 [h, w, 3], displaced. weights: float32 [parts]."""
        height, width = rgb.shape[:2]
        field = cv2.resize(-self.basis @ weights, (width, height), interpolation=cv2.INTER_CUBIC)
        return sample(rgb, field)


def _reach(basis: np.ndarray) -> np.ndarray:
    """How far each node moves at most, in pixels."""
    return np.asarray((np.abs(basis) * LIMITS).sum(-1).max(-1))


def _fields(
    mesh: np.ndarray, width: float, size: tuple[int, int], x: np.ndarray, y: np.ndarray
) -> np.ndarray:
    """The parts' displacements at the nodes x, y of a grid: float32 [lines, columns, 2, parts]."""
    pose = head_axes(mesh)
    across = pose.axes[0, :2] / np.linalg.norm(pose.axes[0, :2])
    down = np.array([-across[1], across[0]])
    eyes, chin = mesh[list(_EARS), :2].mean(0), mesh[CHIN, :2].astype(np.float64)
    eyes = eyes + (pose.origin[:2] - eyes) @ down * down
    points = np.stack(np.meshgrid(x, y), -1).astype(np.float64)
    u, v = (points - eyes) @ across / width, (points - eyes) @ down / width
    tall = float((chin - eyes) @ down) / width
    below = np.where(
        v < 0, np.maximum(-v - (_HEAD_UP - _HEAD_SIDE), 0), np.maximum(v - (tall - _HEAD_SIDE), 0)
    )
    head = 1 - _smooth((np.hypot(u, below) - _HEAD_SIDE) / _HEAD_FADE)
    chest = _smooth((v - tall - _CHEST_FROM) / (_CHEST_AT - _CHEST_FROM))
    chest = chest * (1 - _smooth((np.abs(u) - _CHEST_SIDE) / _CHEST_FADE))
    head = np.maximum(head, _CHEST_SHARE * chest)
    border = _held(x, size[0], width)[None] * _held(y, size[1], width)[:, None]
    neck = chin + _NECK * width * down
    depth = _depth(mesh, width, points) / width
    side, fall = (points - neck) @ across / width, (points - neck) @ down / width
    parts = {
        "across": head[..., None] * across,
        "down": head[..., None] * down,
        "roll": head[..., None] * (-fall[..., None] * across + side[..., None] * down),
        "yaw": (head * depth)[..., None] * across,
        "pitch": (head * depth)[..., None] * down,
        "breath": chest[..., None] * (0.5 * u[..., None] * across - down),
    }
    fields = np.stack([parts[name] for name in PARTS], -1) * width
    return (fields * border[..., None, None]).astype(np.float32)


def _depth(mesh: np.ndarray, width: float, points: np.ndarray) -> np.ndarray:
    """How far the face lies before its outline, in pixels, at points [..., 2]; 0 beside it."""
    near = np.maximum(mesh[list(FACE_OVAL), 2].mean() - mesh[:, 2], 0)
    flat = points.reshape(-1, 2)
    squares = ((flat[:, None] - mesh[None, :, :2]) ** 2).sum(-1) / (_DEPTH_BLUR * width) ** 2
    weight = np.exp(-squares / 2)
    return (weight @ near / (weight.sum(1) + 0.5)).reshape(points.shape[:-1])


def _held(at: np.ndarray, length: int, width: float) -> np.ndarray:
    """0 at both ends of a line of pixels, 1 inside."""
    ramp = min(_BORDER * width, _BORDER_SHARE * length)
    return _smooth((np.minimum(at, length - 1 - at) - 1) / ramp)


def _span(nodes: np.ndarray, moving: np.ndarray, length: int) -> tuple[int, int]:
    """From the node before the first that moves to the one after the last: even numbers of pixels."""
    first, last = int(moving.min(initial=0)) - 1, int(moving.max(initial=0)) + 1
    start = 0 if first < 0 else int(nodes[first])
    stop = length if last >= len(nodes) else int(np.ceil(nodes[last])) + 1
    return start // 2 * 2, min(-(-stop // 2) * 2, length)


def _smooth(ramp: np.ndarray) -> np.ndarray:
    ramp = np.clip(ramp, 0, 1)
    return ramp * ramp * (3 - 2 * ramp)
