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
from .warp import Grid, sample, smoothstep

# Lengths are in widths of the face.
# The head: half its width and its height above the eyes, and how far its motion reaches beyond.
_HEAD_SIDE, _HEAD_UP, _HEAD_FADE = 0.62, 1.0, 0.85
# The chest, below the chin: where it begins, is reached, begins to end and ends; half its width, and how far
# its motion reaches beyond.
_CHEST, _CHEST_SIDE, _CHEST_FADE = (0.1, 0.75, 1.3, 2.6), 0.8, 0.9
# Of the head's motion, what is left of it in the chest.
_CHEST_SHARE = 0.25
# The picture's border holds what is this near to it, or a part of the picture's side.
_BORDER, _BORDER_SHARE = 0.6, 0.3
# From the chin to the neck's joint.
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

    rect: Rect
    alpha: np.ndarray
    basis: np.ndarray

    @classmethod
    def of(cls, mesh: np.ndarray, size: tuple[int, int], inside: Sequence[Rect] = ()) -> Sway:
        """mesh: [468+, 3] in pixels of a picture of `size` (width, height), even numbers. inside: what `rect`
        is to hold beside."""
        person = _Person.of(mesh)
        rects = np.array([person.box(size), *inside])
        x0, y0 = (rects[:, :2].min(0) // 2 * 2).tolist()
        x1, y1 = (-(-rects[:, 2:].max(0) // 2) * 2).tolist()
        grid = Grid(x1 - x0, y1 - y0, person.width * _STEP)
        basis = person.fields(grid.x + np.float32(x0), grid.y + np.float32(y0), size)
        reach = grid.enlarge((np.abs(basis) * LIMITS).sum(-1).max(-1), cv2.INTER_LINEAR)
        return cls((x0, y0, x1, y1), np.clip((reach - _STILL) / _STILL, 0, 1), basis)

    def moved(self, rgb: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The part of the picture, uint8 [h, w, 3], displaced. weights: float32 [parts]."""
        height, width = rgb.shape[:2]
        field = cv2.resize(-self.basis @ weights, (width, height), interpolation=cv2.INTER_CUBIC)
        return sample(rgb, field)


@dataclass(frozen=True, eq=False)
class _Person:
    """Where somebody is in a picture, in pixels. width: of the face. across, down: unit vectors [2]. tall:
    from the eyes to the chin, in widths."""

    mesh: np.ndarray
    width: float
    eyes: np.ndarray
    chin: np.ndarray
    across: np.ndarray
    down: np.ndarray
    tall: float

    @classmethod
    def of(cls, mesh: np.ndarray) -> _Person:
        pose, mesh = head_axes(mesh), mesh.astype(np.float64)
        width = float(np.linalg.norm(mesh[_EARS[1]] - mesh[_EARS[0]]))
        across = pose.axes[0, :2] / np.linalg.norm(pose.axes[0, :2])
        down = np.array([-across[1], across[0]])
        # Half-way between the ears, at the height of the eyes.
        ears = mesh[list(_EARS), :2].mean(0)
        eyes = ears + ((pose.origin[:2] - ears) @ down) * down
        chin = mesh[CHIN, :2]
        return cls(mesh, width, eyes, chin, across, down, float((chin - eyes) @ down) / width)

    def box(self, size: tuple[int, int]) -> Rect:
        """What moves lies in it."""
        side, up, down = _CHEST_SIDE + _CHEST_FADE, _HEAD_UP + _HEAD_FADE, self.tall + _CHEST[-1]
        corners = np.array([(x, y) for x in (-side, side) for y in (-up, down)]) * self.width
        corners = self.eyes + corners @ np.stack([self.across, self.down])
        x0, y0 = np.clip(np.floor(corners.min(0)), 0, np.array(size) - 8).astype(int).tolist()
        x1, y1 = np.clip(np.ceil(corners.max(0)), (x0 + 8, y0 + 8), size).astype(int).tolist()
        return x0, y0, x1, y1

    def fields(self, x: np.ndarray, y: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """The parts' displacements at the nodes x, y of a grid: float32 [lines, columns, 2, parts]."""
        points = np.stack(np.meshgrid(x, y), -1).astype(np.float64)
        u, v = self._places(points, self.eyes)
        side, fall = self._places(points, self.chin + _NECK * self.width * self.down)
        # A circle, drawn out to the top of the head and to the chin.
        beyond = np.where(v < 0, -v - (_HEAD_UP - _HEAD_SIDE), v - (self.tall - _HEAD_SIDE))
        head = 1 - smoothstep((np.hypot(u, np.maximum(beyond, 0)) - _HEAD_SIDE) / _HEAD_FADE)
        begins, there, until, ends = _CHEST
        chest = smoothstep((v - self.tall - begins) / (there - begins))
        chest *= 1 - smoothstep((v - self.tall - until) / (ends - until))
        chest *= 1 - smoothstep((np.abs(u) - _CHEST_SIDE) / _CHEST_FADE)
        head = np.maximum(head, _CHEST_SHARE * chest)
        turning = head * self._depth(points)
        # Shifts along `across` and along `down`, in widths of the face.
        none = np.zeros_like(head)
        shifts = {
            "across": (head, none),
            "down": (none, head),
            "roll": (-head * fall, head * side),
            "yaw": (turning, none),
            "pitch": (none, turning),
            "breath": (0.5 * u * chest, -chest),
        }
        both = np.stack([np.stack(shifts[part], -1) for part in PARTS], -1)
        fields = np.einsum("yxkp,kc->yxcp", both, self.width * np.stack([self.across, self.down]))
        border = self._held(y, size[1])[:, None] * self._held(x, size[0])
        return (fields * border[..., None, None]).astype(np.float32)

    def _places(self, points: np.ndarray, origin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Widths of the face across and down from a point."""
        away = (points - origin) / self.width
        return away @ self.across, away @ self.down

    def _depth(self, points: np.ndarray) -> np.ndarray:
        """How far the face lies before its outline, in widths of it, at points [..., 2]; 0 beside it."""
        near = np.maximum(self.mesh[list(FACE_OVAL), 2].mean() - self.mesh[:, 2], 0) / self.width
        low, high = self.mesh[:, :2].min(0), self.mesh[:, :2].max(0)
        around = ((points > low - 0.3 * self.width) & (points < high + 0.3 * self.width)).all(-1)
        squares = ((points[around][:, None] - self.mesh[:, :2]) ** 2).sum(-1)
        weight = np.exp(-squares / (2 * (_DEPTH_BLUR * self.width) ** 2))
        depth = np.zeros(points.shape[:-1])
        depth[around] = weight @ near / (weight.sum(1) + 0.5)
        return depth

    def _held(self, at: np.ndarray, length: int) -> np.ndarray:
        """0 at both ends of a line of pixels, 1 inside."""
        ramp = min(_BORDER * self.width, _BORDER_SHARE * length)
        return smoothstep((np.minimum(at, length - 1 - at) - 1) / ramp)
