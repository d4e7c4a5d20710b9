"""How a lower face is bent: each lip through a field of its own, parted along the line between them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .contour import MouthAxes, height_at, lip_curve, lip_ends
from .controls import (
    CONTROLS,
    INNER_CORNERS,
    LIPS,
    LOWER_INNER,
    LOWER_OUTER,
    MIDDLE,
    OUTER_CORNERS,
    UPPER_INNER,
    UPPER_OUTER,
)
from .warp import Grid, sample

_ALL = np.arange(len(CONTROLS))
# The lips part up to their outer corners, so that the inner ones go with both.
_UPPER_FIELD = np.setdiff1d(_ALL, np.concatenate([LOWER_INNER, LOWER_OUTER, INNER_CORNERS]))
_LOWER_FIELD = np.setdiff1d(_ALL, np.concatenate([UPPER_INNER, UPPER_OUTER, INNER_CORNERS]))
# Edges of lips, in which no noise is looked for, widths of the mouth.
_MARGIN = 0.015
# An opening ends by so much of the way from the outer corners to the inner ones; by less, the wider it is, up
# to this many widths of the mouth.
_INWARDS, _OUTWARDS, _WHOLE = 0.4, 0.3, 0.5
# The dark line between closed lips: its half width, in widths of the mouth, and its depth.
_CREASE, _CREASE_DEPTH = 0.009, 0.25
# Skin beside the corners goes with them: at these distances, in widths of the mouth, by these shares.
_BESIDE, _TAKEN = (0.07, 0.22), (1.0, 0.35)
# The jaw moves over the neck and what is before it, clothes or a caption, without taking it along: nothing
# moves this far below the jaw's outline, in widths of the mouth, or this much below where it goes to, nor a
# little further down. Of the outline, these points.
_NECK, _NECK_BELOW = 0.28, 0.15
_OUTLINE = np.array([int(np.flatnonzero(point == CONTROLS)[0]) for point in (149, 152, 378)])
# Distance between the nodes of the warp's grid, in widths of the mouth.
_STEP = 1 / 12


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of pixels inside the crop."""

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def around(cls, points: np.ndarray, margin: float, limit: Box) -> Box:
        low = np.floor(points.min(0) - margin).astype(int)
        high = np.ceil(points.max(0) + margin).astype(int) + 1
        return cls(
            max(limit.x0, int(low[0])), max(limit.y0, int(low[1])),
            min(limit.x1, int(high[0])), min(limit.y1, int(high[1])),
        )  # fmt: skip

    @property
    def area(self) -> int:
        return max(0, self.x1 - self.x0) * max(0, self.y1 - self.y0)

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    def within(self, outer: Box) -> tuple[slice, slice]:
        return slice(self.y0 - outer.y0, self.y1 - outer.y0), slice(self.x0 - outer.x0, self.x1 - outer.x0)

    def pixels(self) -> tuple[np.ndarray, np.ndarray]:
        """x [1, w] and y [h, 1] of its pixels."""
        x, y = np.arange(self.x0, self.x1, dtype=np.float32), np.arange(self.y0, self.y1, dtype=np.float32)
        return x[None], y[:, None]


class Bend:
    """The two fields of a frame and the line between the lips.

    goal: where the control points go, pixels [n, 2]; shift: how far that is from where they are. mouth: width
    of the mouth at rest in pixels. yaw: of the head, in degrees. other: a picture uint8 [h, w, 3] whose
    colours are taken, and the matrix [2, 3] that leads from the crop's pixels to its. within: the only
    rectangle of which `lips` is asked for then."""

    def __init__(
        self,
        rgb: np.ndarray,
        goal: np.ndarray,
        shift: np.ndarray,
        mouth: float,
        yaw: float,
        other: tuple[np.ndarray, np.ndarray] | None = None,
        within: Box | None = None,
    ) -> None:
        self.rgb, self.goal, self.shift, self.mouth, self.yaw = rgb, goal, shift, mouth, yaw
        self._picture: np.ndarray = rgb
        self._matrix: np.ndarray | None = None
        if other is not None:
            self._picture, self._matrix = other
        height, width = rgb.shape[:2]
        self.crop = Box(0, 0, width, height)
        self._step = max(2.0, mouth * _STEP)
        self._grid = Grid(width, height, self._step)
        self._nodes = None if within is None else self._grid.nodes(within.x0, within.y0, within.x1, within.y1)
        self.axes = MouthAxes.between(*goal[OUTER_CORNERS])
        middles = goal[[UPPER_INNER[MIDDLE], LOWER_INNER[MIDDLE]]]
        gap = float(np.linalg.norm(middles[1] - middles[0])) / mouth
        self._inwards = _INWARDS - _OUTWARDS * min(gap / _WHOLE, 1.0)
        self.top, self.bottom = (lip_curve(goal, lip, self._inwards) for lip in (UPPER_INNER, LOWER_INNER))
        self._upper = self._field(_UPPER_FIELD, self.top)
        self._lower = self._field(_LOWER_FIELD, self.bottom)
        corners = self.axes.points(goal[OUTER_CORNERS])
        self._seam = np.concatenate(
            [corners[:1], self.axes.points((self.top + self.bottom) / 2), corners[1:]]
        )
        self._half = np.float32(np.abs(corners[:, 0]).mean())

    def _field(self, controls: np.ndarray, lip: np.ndarray) -> np.ndarray:
        """Of some control points, and of the inner corners, which go with that lip."""
        goal, shift = self.goal[controls], self.shift[controls]
        before = self.goal - self.shift
        inner, half = (
            MouthAxes.between(*before[OUTER_CORNERS]).points(before[row])[:, 0]
            for row in (INNER_CORNERS, OUTER_CORNERS)
        )
        x = inner / half * self.axes.points(self.goal[OUTER_CORNERS])[:, 0]
        corners = self.axes.pixels(x, height_at(x, self.axes.points(lip)))
        beside, taken = self._beside()
        tips = lip[[0, -1]]
        neck = self._neck(before)
        values = [
            shift,
            corners - before[INNER_CORNERS],
            tips - lip_ends(before, self._inwards),
            taken,
            np.zeros_like(neck),
        ]
        return self._grid.spline(
            np.concatenate([goal, corners, tips, beside, neck]), -np.concatenate(values), self._nodes
        )

    def _neck(self, before: np.ndarray) -> np.ndarray:
        """Points [n, 2] that stay where they are, below a jaw that was where the control points `before`
        are."""
        across = np.array([-self.axes.along[1], self.axes.along[0]])
        down = np.maximum(self.shift[_OUTLINE] @ across, 0)
        below = np.maximum(_NECK * self.mouth, down + _NECK_BELOW * self.mouth)[:, None] * across
        return np.concatenate([before[_OUTLINE] + times * below for times in (1, 1.7)])

    def _beside(self) -> tuple[np.ndarray, np.ndarray]:
        """Skin that the corners of the mouth take along, and how far: points [n, 2] of the goal."""
        corners, shift = self.goal[OUTER_CORNERS], self.shift[OUTER_CORNERS]
        outwards = np.array([-1, 1])[:, None] * self.axes.along * self.mouth
        before = [corners - shift + away * outwards for away in _BESIDE]
        taken = [share * shift for share in _TAKEN]
        return np.concatenate(before) + np.concatenate(taken), np.concatenate(taken)

    def face(self) -> tuple[np.ndarray, np.ndarray]:
        """The whole crop through one field, mixed of the two, and how far it is to be shown."""
        mixed = self._mixed()
        moved = self._grid.enlarge(np.sqrt((mixed**2).sum(-1)), cv2.INTER_LINEAR)
        return sample(self.rgb, self._grid.enlarge(mixed)), np.clip((moved - 0.04) / 0.3, 0, 1)

    def bent(self, cover: np.ndarray) -> np.ndarray:
        """The most of a cover [h, w] that is taken along by any of the fields."""
        fields = (self._upper, self._lower, self._mixed())
        return np.max([sample(cover, self._grid.enlarge(field)) for field in fields], axis=0).clip(0, 1)

    def _mixed(self) -> np.ndarray:
        side = self._lowerness(self._grid.x[None], self._grid.y[:, None], self._step)[..., None]
        return np.asarray(self._upper + side * (self._lower - self._upper))

    def mouth_box(self, reach: float, below: float = 0.0) -> Box:
        """The mouth and what is around it, so many widths of it far, and so many more below."""
        lower = self.goal[LOWER_OUTER] + below * self.mouth * np.array(
            [-self.axes.along[1], self.axes.along[0]]
        )
        return Box.around(np.concatenate([self.goal[LIPS], lower]), reach * self.mouth + 2, self.crop)

    def lips(self, box: Box, closing: float) -> np.ndarray:
        """The mouth itself, each lip through its own field: float32 [h, w, 3]."""
        corners = box.x0, box.y0, box.x1, box.y1
        above, below = (
            sample(self._picture, self._grid.part(field, *corners), box.x0, box.y0, self._matrix).astype(
                np.float32
            )
            for field in (self._upper, self._lower)
        )
        lips = above + self._lowerness(*box.pixels(), 0.6)[..., None] * (below - above)
        if closing > 0:
            px, py = self.axes.turn(*box.pixels())
            away = (py - height_at(px, self._seam)) / (_CREASE * self.mouth)
            ends = np.clip((self._half - np.abs(px)) / (0.15 * self._half), 0, 1)
            lips *= (1 - _CREASE_DEPTH * closing * ends * np.exp(-(away**2)))[..., None]
        return lips

    def ring(self, box: Box) -> np.ndarray:
        """The box's pixels [h, w] that are lips, without their edges."""
        left, right = self.goal[OUTER_CORNERS]
        outer = np.concatenate([[left], self.goal[UPPER_OUTER], [right], self.goal[LOWER_OUTER][::-1]])
        inner = np.concatenate([self.top, self.bottom[::-1]])
        ring = np.zeros((box.y1 - box.y0, box.x1 - box.x0), np.uint8)
        margin = 2 * max(1, round(_MARGIN * self.mouth))
        for points, value in ((outer, 1), (inner, 0)):
            shape = [np.round(points - (box.x0, box.y0)).astype(np.int32)]
            cv2.fillPoly(ring, shape, value)
            cv2.polylines(ring, shape, True, 0, margin)
        return ring > 0

    def _lowerness(self, x: np.ndarray, y: np.ndarray, band: float) -> np.ndarray:
        """0 above the line between the lips, 1 below; sharp in the mouth (`band` pixels), soft beside it."""
        px, py = self.axes.turn(x, y)
        reach = band + 0.5 * np.maximum(0, np.abs(px) - self._half)
        return np.clip((py - height_at(px, self._seam)) / (2 * reach) + 0.5, 0, 1)
