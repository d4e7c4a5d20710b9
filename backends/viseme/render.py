"""One frame of the viseme engine: the lower face bent to a mouth pose, with what is seen between the lips."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from .closed import ClosedLips
from .contour import MouthAxes, height_at, lip_curve, polygon_cover
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
from .interior import Opening, Tones, paint
from .mouth import UPPER_SHARE, MouthPose, RestShape
from .plate import Plate
from .seam import lip_line
from .warp import Grid, sample

_ALL = np.arange(len(CONTROLS))
# The lips part up to their outer corners, so that the inner ones go with both.
_UPPER_FIELD = np.setdiff1d(_ALL, np.concatenate([LOWER_INNER, LOWER_OUTER, INNER_CORNERS]))
_LOWER_FIELD = np.setdiff1d(_ALL, np.concatenate([UPPER_INNER, UPPER_OUTER, INNER_CORNERS]))
_INNER = np.concatenate([UPPER_INNER, LOWER_INNER])
_SKIN = tuple(np.flatnonzero(np.isin(CONTROLS, side)) for side in ((204, 211, 194, 32), (424, 431, 418, 262)))
# How much of the lips' noise is in the dark behind them.
_GRAIN = 0.7
# The middle of the lower lip.
_LOWER_LIP = np.concatenate([LOWER_INNER[3:6], LOWER_OUTER[3:6]])
# By how much a mesh's lips waver, in widths of the mouth.
_NOISE = 0.04
# Movements below this many pixels can't be seen.
_STILL = 0.03
# How far closed lips reach over each other, in widths of the mouth.
_OVERLAP = 0.02
# The dark line between closed lips: its half width, in widths of the mouth, and its depth.
_CREASE, _CREASE_DEPTH = 0.009, 0.25
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
    reach = closing * _OVERLAP * rest.width * rest.profile
    target[UPPER_INNER, 1] += reach[UPPER_INNER]
    target[LOWER_INNER, 1] -= reach[LOWER_INNER]
    shift = pixel_offsets(head, target - current)
    shift[HELD] = 0
    if np.abs(shift).max() < _STILL:
        return rgb, np.zeros(rgb.shape[:2], np.float32)
    source = mesh[CONTROLS, :2].astype(np.float64)
    source += lip_line(rgb, source, rest.width * head.scale)
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
        self.top, self.bottom = lip_curve(goal, UPPER_INNER), lip_curve(goal, LOWER_INNER)
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
        return self._grid.spline(
            np.concatenate([goal, corners]), -np.concatenate([shift, corners - before[INNER_CORNERS]])
        )

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
        own, share = plate.shown(source, bend.yaw, (hole.x0, hole.y0), size)
        share *= min(1.0, 0.3 + 1.5 * showing)
        inside += share[..., None] * (own * (tones.level / plate.level) - inside)
    inside += _grain(rgb, source, hole)
    part = lips[hole.within(box)]
    part += cover[..., None] * (inside - part)
    alpha[hole.slices] = np.maximum(alpha[hole.slices], cover)


def _tones(rgb: np.ndarray, source: np.ndarray, mouth: float) -> Tones:
    reach = max(1, round(0.03 * mouth))
    lower = (source[LOWER_INNER] + source[LOWER_OUTER])[2:-2] / 2
    upper = (source[UPPER_INNER] + source[UPPER_OUTER])[2:-2] / 2
    left, right = (_means(rgb, source[side], reach) for side in _SKIN)
    return Tones.of(left, right, _means(rgb, np.concatenate([lower, upper]), 0))


def _means(rgb: np.ndarray, points: np.ndarray, reach: int) -> np.ndarray:
    """Mean colours [n, 3] around points [n, 2]; where these lie outside the picture, around the nearest."""
    height, width = rgb.shape[:2]
    colours = []
    for x, y in np.round(points).astype(int).tolist():
        x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
        part = rgb[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1]
        colours.append(part.reshape(-1, 3).mean(0))
    return np.array(colours)


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


def _grain(rgb: np.ndarray, source: np.ndarray, hole: _Box) -> np.ndarray:
    """The picture's noise, as the lower lip has it, for the hole's pixels: float32 [h, w, 3]."""
    height, width = hole.y1 - hole.y0, hole.x1 - hole.x0
    box = _Box.around(source[_LOWER_LIP], 0, _Box(0, 0, rgb.shape[1], rgb.shape[0]))
    if min(box.x1 - box.x0, box.y1 - box.y0) < 4:
        return np.zeros((height, width, 3), np.float32)
    lip = rgb[box.slices].astype(np.float32)
    noise = np.clip(lip - cv2.GaussianBlur(lip, (0, 0), 1.5), -12, 12) * _GRAIN
    rows, columns = (
        np.pad(np.arange(have), (0, want), mode="symmetric")[:want]
        for have, want in zip(noise.shape[:2], (height, width), strict=True)
    )
    return noise[rows][:, columns]
