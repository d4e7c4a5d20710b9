"""One frame of the viseme engine: the lower face bent to a mouth pose, with what is seen between the lips."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from .closed import ClosedLips
from .contour import MouthAxes, height_at, lip_curve, lip_ends, polygon_cover
from .controls import (
    CONTROLS,
    HELD,
    INNER_CORNERS,
    LIPS,
    LOWER_INNER,
    LOWER_OUTER,
    MIDDLE,
    OUTER_CORNERS,
    UPPER_INNER,
    UPPER_OUTER,
    control_points,
    pixel_offsets,
)
from .interior import LUMA, Opening, Tones, paint
from .mouth import UPPER_SHARE, MouthPose, RestShape
from .plate import Plate
from .seam import lip_line
from .warp import Grid, sample

_ALL = np.arange(len(CONTROLS))
# The lips part up to their outer corners, so that the inner ones go with both.
_UPPER_FIELD = np.setdiff1d(_ALL, np.concatenate([LOWER_INNER, LOWER_OUTER, INNER_CORNERS]))
_LOWER_FIELD = np.setdiff1d(_ALL, np.concatenate([UPPER_INNER, UPPER_OUTER, INNER_CORNERS]))
_INNER = np.concatenate([UPPER_INNER, LOWER_INNER])
_SKIN = tuple(
    np.flatnonzero(np.isin(CONTROLS, side))
    for side in ((204, 211, 194, 32, 210, 208, 201, 187), (424, 431, 418, 262, 430, 428, 421, 411))
)
# Width of a mouth, in pixels, in the picture from which colours are taken.
_COARSE = 24
# Edges of lips, in which no noise is looked for, widths of the mouth.
_MARGIN = 0.015
# How much of the lips' noise is in the dark behind them, and what finds it.
_GRAIN = 0.9
_LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
# The middle of the lower lip.
_LOWER_LIP = np.concatenate([LOWER_INNER[3:6], LOWER_OUTER[3:6]])
# By how much a mesh's lips waver, in widths of the mouth.
_NOISE = 0.04
# Movements below this many pixels can't be seen.
_STILL = 0.03
# How far closed lips reach over each other, in widths of the mouth.
_OVERLAP = 0.02
# Of lips that are parted by the first, the mesh's edges lie inside the mouth, from the second on by the
# third, in widths of the mouth.
_APART, _FURTHER, _INSIDE = 0.02, 0.05, 0.03
# An opening ends by so much of the way from the outer corners to the inner ones; by less, the wider it is, up
# to this many widths of the mouth.
_INWARDS, _OUTWARDS, _WHOLE = 0.4, 0.3, 0.5
# The dark line between closed lips: its half width, in widths of the mouth, and its depth.
_CREASE, _CREASE_DEPTH = 0.009, 0.25
# Skin beside the corners goes with them: at these distances, in widths of the mouth, by these shares.
_BESIDE, _TAKEN = (0.07, 0.18), (1.0, 0.75)
# How far beyond the lips' edge closed ones are laid over, how much further below at most and in parts of the
# opening, how softly, and how far their light is compared, in widths of the mouth; on how many pixels, and
# within which factors.
_LAID, _LAID_BELOW, _STRETCHED, _LAID_SOFT, _MATCHED = 0.08, 0.2, 0.7, 0.04, 0.2
_MATCHED_SIDE, _GAINS = 48, (0.5, 2.0)
# Distance between the nodes of the warp's grid, in widths of the mouth.
_STEP = 1 / 12


def moving_box(mesh: np.ndarray) -> tuple[float, float, float, float]:
    """The part of the picture that may change (x0, y0, x1, y1): from the nose to the neck."""
    pose, local = control_points(mesh)
    width = np.linalg.norm(local[OUTER_CORNERS[1]] - local[OUTER_CORNERS[0]])
    reach = max(float(width), 0.45) * pose.scale
    points = mesh[CONTROLS, :2]
    low, high = points.min(0), points.max(0)
    down = pose.axes[1, :2] * reach * 0.95
    low, high = np.minimum(low, low + down) - 0.1 * reach, np.maximum(high, high + down) + 0.1 * reach
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def render_mouth(
    rgb: np.ndarray,
    mesh: np.ndarray,
    rest: RestShape,
    pose: MouthPose,
    silent: np.ndarray | None = None,
    plate: Plate | None = None,
    cover: np.ndarray | None = None,
    closed: ClosedLips | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Repaint the mouth in a crop.

    rgb: uint8 [h, w, 3]. mesh: float [468+, 3] in the crop's pixels. silent: the shape [len(CONTROLS), 3]
    that the mouth has where the pose is not active; None: the one it has in this frame. plate: the person's
    own teeth, where they have been seen. cover: float32 [h, w], 1 where something lies before the face.
    closed: the person's lips as another frame shows them, for frames in which they are apart.
    Returns the new crop, uint8 [h, w, 3], and its alpha, float32 [h, w], 0 where nothing moved or is
    covered."""
    head, current = control_points(mesh)
    quiet = current if silent is None else _eased(current, silent, rest.width)
    target = pose.active * rest.spoken(pose) + (1 - pose.active) * quiet
    own = float(np.linalg.norm(current[OUTER_CORNERS[1]] - current[OUTER_CORNERS[0]]))
    gap = float((current[LOWER_INNER] - current[UPPER_INNER])[:, 1].max()) / own
    laid = closed.share(gap, head.yaw) if closed is not None else 0.0
    shape = target.copy()
    closing = (1 - laid) * _closing(current, target, rest.width)
    reach = closing * _OVERLAP * rest.width * rest.arch
    target[UPPER_INNER, 1] += reach[UPPER_INNER]
    target[LOWER_INNER, 1] -= reach[LOWER_INNER]
    shift = pixel_offsets(head, target - current)
    shift[HELD] = 0
    if np.abs(shift).max() < _STILL:
        return rgb, np.zeros(rgb.shape[:2], np.float32)
    source = mesh[CONTROLS, :2].astype(np.float64)
    source += lip_line(rgb, source, rest.width * head.scale)
    edge = pixel_offsets(head, (1 - max(closing, laid)) * _own_edges(current, rest))
    source[UPPER_INNER] -= edge[UPPER_INNER]
    source[LOWER_INNER] += edge[LOWER_INNER]
    bend = _Bend(rgb, source + shift, shift, rest.width * head.scale, head.yaw)
    result, alpha = bend.face()
    box = bend.mouth_box(laid > 0)
    if box.area > 0:
        # Of lips that are replaced altogether only what is around them is seen.
        lips = bend.lips(box, closing) if laid < 1 else result[box.slices].astype(np.float32)
        if closed is not None and laid > 0:
            shift = pixel_offsets(head, shape - current)
            shift[HELD] = 0
            _lay_closed(lips, alpha, box, bend, closed, source + shift, laid, gap - closed.gap)
        _open(rgb, lips, alpha, box, bend, source, pose, plate)
        result[box.slices] = np.clip(lips + 0.5, 0, 255).astype(np.uint8)
    if cover is not None:
        # Nor is what lies in front seen a second time, where its place is taken for the face's.
        alpha *= 1 - np.maximum(cover, bend.bent(cover))
    return result, alpha


def _eased(current: np.ndarray, silent: np.ndarray, width: float) -> np.ndarray:
    """The silent shape, or the current one where they differ by no more than the tracker's noise: a mouth
    that rests already is left alone."""
    away = float(np.abs((silent - current)[LIPS, :2]).max()) / width
    parted = abs(_gap(silent) - _gap(current)) / width
    share = np.clip(max((away - _NOISE) / _NOISE, 2 * parted / _NOISE - 1), 0, 1)
    return current + share * (silent - current)


def _gap(shape: np.ndarray) -> float:
    return float((shape[LOWER_INNER[MIDDLE]] - shape[UPPER_INNER[MIDDLE]])[1])


def _closing(current: np.ndarray, target: np.ndarray, width: float) -> float:
    """0..1: how far this is an open mouth being closed. Its lips then reach over each other, because the
    mesh's edge of a lip lies a little inside the mouth and what it takes along would be seen as a line of
    teeth; and between them the dark line is drawn that lips have where they meet."""
    now, then = _gap(current) / width, _gap(target) / width
    return float(np.clip((now - then) / 0.06, 0, 1) * np.clip(1 - then / 0.08, 0, 1))


def _own_edges(current: np.ndarray, rest: RestShape) -> np.ndarray:
    """How far the edges of lips that are parted in the source lie beyond the mesh's [n, 3], in head
    coordinates: else each lip would take a line of the source's own teeth along, beside the painted ones."""
    parted = float(np.clip((_gap(current) / rest.width - _APART) / (_FURTHER - _APART), 0, 1))
    return np.outer(_INSIDE * parted * rest.width * rest.arch, (0.0, 1.0, 0.0))


@dataclass(frozen=True, slots=True)
class _Box:
    """A rectangle of pixels inside the crop."""

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def around(cls, points: np.ndarray, margin: float, limit: _Box) -> _Box:
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

    def within(self, outer: _Box) -> tuple[slice, slice]:
        return slice(self.y0 - outer.y0, self.y1 - outer.y0), slice(self.x0 - outer.x0, self.x1 - outer.x0)

    def pixels(self) -> tuple[np.ndarray, np.ndarray]:
        """x [1, w] and y [h, 1] of its pixels."""
        x, y = np.arange(self.x0, self.x1, dtype=np.float32), np.arange(self.y0, self.y1, dtype=np.float32)
        return x[None], y[:, None]


class _Bend:
    """The two fields of a frame and the line between the lips.

    goal: where the control points go, pixels [n, 2]; shift: how far that is from where they are. mouth: width
    of the mouth at rest in pixels. yaw: of the head, in degrees. other: a picture uint8 [h, w, 3] whose
    colours are taken, and the matrix [2, 3] that leads from the crop's pixels to its."""

    def __init__(
        self,
        rgb: np.ndarray,
        goal: np.ndarray,
        shift: np.ndarray,
        mouth: float,
        yaw: float,
        other: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> None:
        self.rgb, self.goal, self.shift, self.mouth, self.yaw = rgb, goal, shift, mouth, yaw
        self._picture: np.ndarray = rgb
        self._matrix: np.ndarray | None = None
        if other is not None:
            self._picture, self._matrix = other
        height, width = rgb.shape[:2]
        self.crop = _Box(0, 0, width, height)
        self._step = max(2.0, mouth * _STEP)
        self._grid = Grid(width, height, self._step)
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
        return self._grid.spline(
            np.concatenate([goal, corners, tips, beside]),
            -np.concatenate(
                [shift, corners - before[INNER_CORNERS], tips - lip_ends(before, self._inwards), taken]
            ),
        )

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

    def mouth_box(self, laid: bool) -> _Box:
        """laid: closed lips are to be laid over it."""
        reach = max(_MATCHED, _LAID + _LAID_BELOW) if laid else 0.15
        return _Box.around(self.goal[LIPS], reach * self.mouth + 2, self.crop)

    def lips(self, box: _Box, closing: float) -> np.ndarray:
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

    def ring(self, box: _Box) -> np.ndarray:
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


def _lay_closed(
    lips: np.ndarray,
    alpha: np.ndarray,
    box: _Box,
    bend: _Bend,
    closed: ClosedLips,
    goal: np.ndarray,
    amount: float,
    opener: float,
) -> None:
    """Lay lips that were closed over those that were apart, in place: into `lips` (the box's) and `alpha`
    (the crop's). goal: where the control points go, pixels [n, 2]. opener: how much further open the mouth
    is in the frame, in widths of it."""
    picture, matrix, points = closed.towards(goal)
    theirs = _Bend(bend.rgb, goal, goal - points, bend.mouth, bend.yaw, (picture, matrix)).lips(box, 0.0)
    rows = np.concatenate([OUTER_CORNERS[:1], UPPER_OUTER, OUTER_CORNERS[1:], LOWER_OUTER[::-1]])
    outline = goal[rows]
    # The skin below was stretched by the open mouth, and a fast lip may be further down than the mesh says.
    across = np.array([-bend.axes.along[1], bend.axes.along[0]])
    below = min(_STRETCHED * max(opener, 0.0), _LAID_BELOW)
    outline[-len(LOWER_OUTER) :] += below * bend.mouth * across
    size = box.y1 - box.y0, box.x1 - box.x0
    inside, around = (
        _grown_polygon(outline - (box.x0, box.y0), grow * bend.mouth, size) for grow in (_LAID, _MATCHED)
    )
    cover = amount * cv2.GaussianBlur(inside, (0, 0), _LAID_SOFT * bend.mouth)
    # Their light is the frame's: by the skin beside them.
    theirs *= _gain(lips, theirs, around * (1 - inside), _MATCHED * bend.mouth)
    lips += cover[..., None] * (theirs - lips)
    alpha[box.slices] = np.maximum(alpha[box.slices], cover)


def _grown_polygon(points: np.ndarray, by: float, shape: tuple[int, int]) -> np.ndarray:
    """float32 [h, w]: 1 in a polygon [n, 2], or less than so many pixels beside it."""
    mask = np.zeros(shape, np.uint8)
    corners = [np.round(points * 16).astype(np.int32)]
    cv2.fillPoly(mask, corners, 1, shift=4)
    cv2.polylines(mask, corners, True, 1, max(1, round(2 * by)), shift=4)
    return mask.astype(np.float32)


def _gain(wanted: np.ndarray, found: np.ndarray, where: np.ndarray, reach: float) -> np.ndarray:
    """The factor [h, w, 3] that makes colours like others where these are to be compared [h, w], smooth."""
    small = tuple(max(1, round(side * _MATCHED_SIDE / max(where.shape))) for side in where.shape[::-1])
    scale = small[0] / where.shape[1]
    sums = [
        cv2.GaussianBlur(
            cv2.resize(each * where[..., None], small, interpolation=cv2.INTER_AREA),
            (0, 0),
            2 * reach * scale,
        )
        for each in (wanted, found)
    ]
    gain = np.clip((sums[0] + 1e-3) / (sums[1] + 1e-3), *_GAINS)
    return cv2.resize(gain, where.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _open(
    rgb: np.ndarray,
    lips: np.ndarray,
    alpha: np.ndarray,
    box: _Box,
    bend: _Bend,
    source: np.ndarray,
    pose: MouthPose,
    plate: Plate | None,
) -> None:
    """Paint what is seen between the lips, in place: into `lips` (the box's) and `alpha` (the crop's)."""
    top, bottom, mouth, axes = bend.top, bend.bottom, bend.mouth, bend.axes
    # Lips that touch, or that stay where the source has them, show nothing but the source.
    moved = float(np.abs(bend.shift[_INNER]).max())
    upper, lower = axes.points(top), axes.points(bottom)
    gap = max(0.0, float((lower - upper)[:, 1].max()))
    strength = min(1.0, moved / (0.03 * mouth)) * min(1.0, gap / 1.5)
    # A silent mouth shows what the source shows, unless it has to be opened further than that.
    seen = float(np.linalg.norm(source[LOWER_INNER[MIDDLE]] - source[UPPER_INNER[MIDDLE]]))
    strength *= max(pose.active, min(1.0, max(0.0, (gap - seen) / (0.05 * mouth))))
    outline = np.concatenate([top, bottom[::-1]])
    hole = _Box.around(outline, 3, box)
    if strength == 0 or hole.area == 0:
        return
    blur = _blur(rgb, source, mouth)
    cover = polygon_cover(outline - (hole.x0, hole.y0), hole.x1 - hole.x0, hole.y1 - hole.y0)
    cover = strength * cv2.GaussianBlur(cover, (0, 0), max(0.45, 0.8 * blur))
    px, py = axes.turn(*hole.pixels())
    middle = len(top) // 2
    meet = upper[middle, 1] + UPPER_SHARE * (lower[middle, 1] - upper[middle, 1])
    opening = Opening(
        x=px / mouth,
        y=(py - meet) / mouth,
        upper=(height_at(px, upper) - meet) / mouth,
        lower=(height_at(px, lower) - meet) / mouth,
        pixel=1 / mouth,
        blur=blur / mouth,
    )
    # A silent mouth shows whatever it shows in the source.
    showing = pose.teeth + 1 - pose.active
    tones = _tones(rgb, source, mouth)
    if plate is not None:
        tones = replace(tones, enamel=plate.tooth * (tones.level / plate.level))
    inside = paint(opening, tones, min(1.0, showing), pose.tongue)
    if plate is not None:
        size = hole.x1 - hole.x0, hole.y1 - hole.y0
        own, share = plate.shown(source, bend.yaw, top[middle], (hole.x0, hole.y0), size)
        share *= min(1.0, 0.3 + 1.5 * showing)
        inside += share[..., None] * (own * (tones.level / plate.level) - inside)
    inside += _grain(rgb, source, hole, _noise(lips, bend.ring(box)))
    part = lips[hole.within(box)]
    part += cover[..., None] * (inside - part)
    alpha[hole.slices] = np.maximum(alpha[hole.slices], cover)


def _tones(rgb: np.ndarray, source: np.ndarray, mouth: float) -> Tones:
    """From many places of a small picture, so that they waver little from frame to frame."""
    scale = min(1.0, _COARSE / mouth)
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points = (source + 0.5) * scale - 0.5
    lips = np.concatenate([
        points[inner] + share * (points[outer] - points[inner])
        for inner, outer in ((UPPER_INNER[2:-2], UPPER_OUTER[2:-2]), (LOWER_INNER[2:-2], LOWER_OUTER[2:-2]))
        for share in (0.35, 0.5, 0.65)
    ])  # fmt: skip
    left, right = (_colours(small, _between(points[side])) for side in _SKIN)
    return Tones.of(left, right, _colours(small, lips))


def _between(points: np.ndarray) -> np.ndarray:
    """Half-way from each of points [n, 2] to each, itself too."""
    first, second = np.triu_indices(len(points))
    return np.asarray((points[first] + points[second]) / 2)


def _colours(rgb: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Colours [n, 3] at points [n, 2]; where these lie outside the picture, of the nearest pixels."""
    x, y = points.astype(np.float32).T
    seen = cv2.remap(rgb, x[None], y[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return seen[0].astype(np.float32)


def _blur(rgb: np.ndarray, source: np.ndarray, mouth: float) -> float:
    """How blurred the picture is around the mouth: the standard deviation, in pixels, of the Gaussian that
    makes its sharpest edges of sharp ones."""
    box = _Box.around(source[LIPS], 0.08 * mouth, _Box(0, 0, rgb.shape[1], rgb.shape[0]))
    if min(box.x1 - box.x0, box.y1 - box.y0) < 8:
        return 0.6
    luma = cv2.cvtColor(rgb[box.slices], cv2.COLOR_RGB2GRAY)
    reach = max(2, round(mouth / 24))
    window = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    range_ = cv2.dilate(luma, window).astype(np.float32) - cv2.erode(luma, window)
    gx, gy = cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(luma, cv2.CV_32F, 0, 1, scale=1 / 8)
    steep = np.sqrt(gx * gx + gy * gy)
    edges = range_ > max(20.0, float(np.percentile(range_, 80)))
    if not edges.any():
        return 0.6
    share = steep[edges] / range_[edges]
    # A step blurred by a Gaussian is steepest in the middle: height / (sqrt(2 pi) sigma).
    sigma = 0.4 / max(float(np.percentile(share, 85)), 1e-3)
    return float(np.clip(sigma, 0.4, 0.05 * mouth))


def _grain(rgb: np.ndarray, source: np.ndarray, hole: _Box, level: float) -> np.ndarray:
    """The picture's noise, as the lower lip has it and as strong as `level`, for the hole's pixels: float32
    [h, w, 3]."""
    height, width = hole.y1 - hole.y0, hole.x1 - hole.x0
    box = _Box.around(source[_LOWER_LIP], 0, _Box(0, 0, rgb.shape[1], rgb.shape[0]))
    if min(box.x1 - box.x0, box.y1 - box.y0) < 4:
        return np.zeros((height, width, 3), np.float32)
    lip = rgb[box.slices].astype(np.float32)
    noise = np.clip(lip - cv2.GaussianBlur(lip, (0, 0), 0.9), -12, 12)
    # Evenly strong, without the edges and the smooth places of the lip.
    noise /= np.sqrt(cv2.GaussianBlur((noise @ LUMA) ** 2, (0, 0), 2.0) + 0.1)[..., None]
    noise *= _GRAIN * level / max(_noise(noise), 0.1)
    rows, columns = (
        np.pad(np.arange(have), (0, want), mode="symmetric")[:want]
        for have, want in zip(noise.shape[:2], (height, width), strict=True)
    )
    return noise[rows][:, columns]


def _noise(rgb: np.ndarray, where: np.ndarray | None = None) -> float:
    """Standard deviation of the brightness's noise, levels, of float32 [h, w, 3], in the even half of some
    pixels [h, w] (J. Immerkær, "Fast noise variance estimation", 1996)."""
    luma = rgb @ LUMA
    rough = np.abs(cv2.filter2D(luma, -1, _LAPLACE))
    if where is not None:
        if not where.any():
            return 0.0
        soft = cv2.GaussianBlur(luma, (0, 0), 1.5)
        slope = np.hypot(cv2.Sobel(soft, -1, 1, 0), cv2.Sobel(soft, -1, 0, 1))
        rough = rough[where & (slope <= np.median(slope[where]))]
    return float(np.sqrt(np.pi / 2) / 6 * rough.mean())
