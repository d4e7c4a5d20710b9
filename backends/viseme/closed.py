"""A person's closed lips, from the frame of the footage that shows them best.

An open mouth that is closed by bending alone keeps a line of teeth between its lips, and the skin below it is
crumpled. Where the footage shows the same lips closed, these are laid over the bent ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...engine.faces.track import Person
from ...engine.media.frames import Frame
from ...engine.media.source import Source
from .contour import MouthAxes
from .controls import (
    CONTROLS,
    INNER_CORNERS,
    LIPS,
    LOWER_INNER,
    LOWER_OUTER,
    OUTER_CORNERS,
    UPPER_INNER,
    UPPER_OUTER,
    head_points,
)
from .cutout import SMALLEST, cut_out
from .interior import LUMA
from .mouth import RestShape
from .seam import lip_line
from .views import SKULL, Views, open_by

# Openings in widths of the mouth, as the tracker sees them: up to which lips may be closed, and by how much
# further open than the closed ones a mouth is bent whole, and is replaced whole.
_SHUT = 0.075
_OPENER = (0.01, 0.03)
# Turns of the head, in degrees, between which these lips are no longer shown on a head turned otherwise.
_TURNED = (30.0, 45.0)
# The points on the line between the lips; from where to where, in halves of the mouth from its middle, it
# counts as that of its corners.
_ON_LINE = np.concatenate([UPPER_INNER, LOWER_INNER, INNER_CORNERS, OUTER_CORNERS])
_CORNER = (0.6, 0.9)
# From this fall of a corner on, in widths of the mouth, lips part by so many times the rest, and at most this
# much, further in.
_FALL, _CREASED, _MOST_CREASED = 0.03, 2.0, 0.08
# Frames before and after one that count in it, and how much.
_NEIGHBOURS = np.array([-3, -2, -1, 1, 2, 3])
_AROUND_THEM = np.array([0.25, 0.6, 0.9, 0.9, 0.6, 0.25])
_PEOPLE = 12
# Frames that are tried, and how far apart they are.
_TRIES, _ELSEWHERE = 3, 4
# What the worse of two views counts, in widths of the mouth that it is open, and what each frame does that
# has to be decoded before it.
_UNLIKE, _DECODED = 0.1, 0.0008
# What the tracker's noise makes of lips that touch, in widths of the mouth.
_NOISE = 0.02
# Factor below which a picture is made smaller before it is looked up.
_SHRUNK = 0.7
# What is kept beside and above the lips, and below them, in widths of the mouth.
_AROUND, _BELOW = 0.3, 0.45
# Between lips that are closed nothing is brighter than the lips by so many levels, or less red than they are
# by this part of their redness, where they have any (levels): it is looked for this near to the line between
# them, in parts of a lip's thickness, and so far out, in parts of the mouth's half. The lips themselves lie
# between these parts of their thickness.
_BRIGHT, _PALE, _REDNESS = 20.0, 0.3, 8.0
_NEAR, _OUT = 0.35, 0.75
_LIP = (0.4, 0.8)
# So many levels are as bad as a mouth that is open by a width.
_LEVELS = 200.0


@dataclass(frozen=True)
class ClosedLips:
    """rgb: uint8 [h, w, 3], around the mouth. points: its control points in its pixels, with the line between
    the lips where it is in the picture, float32 [n, 2]. yaw: of the head, degrees. gap: between its lips as
    the tracker sees it, in widths of the mouth. rest: the lower face with lips as close as these. line: how
    far below the tracker's points the line between the lips is, in widths of the mouth, float32 [n]; NaN of
    points that don't lie on it. inwards: by how much nearer to the middle lips part, in widths of the mouth,
    float32 [n]."""

    rgb: np.ndarray
    points: np.ndarray
    yaw: float
    gap: float
    rest: RestShape
    line: np.ndarray
    inwards: np.ndarray

    def share(self, gap: float, yaw: float, around: np.ndarray | None = None) -> float:
        """0..1: how far to show them in the place of a mouth that is open by `gap`, in widths of it. around:
        the same gaps of the frames around, `len(_AROUND_THEM)` of them: lips that touch for a frame or two
        look no other than before and after."""
        less, more = _OPENER
        gaps = np.append(gap, () if around is None else around)
        weights = np.append(1.0, () if around is None else _AROUND_THEM)
        shares = weights * np.clip((gaps - self.gap - less) / (more - less), 0, 1)
        return self._belief(yaw) * float(shares.max())

    def with_corners(self, line: np.ndarray, points: np.ndarray, yaw: float) -> np.ndarray:
        """How far the line between the lips lies from the tracker's points [n, 2] in a frame, pixels [n, 2],
        with its corners where the closed lips have them: `line` knows none of an open mouth, and wavers."""
        axes = MouthAxes.between(*points[OUTER_CORNERS])
        half = float(np.linalg.norm(np.diff(points[OUTER_CORNERS], axis=0))) / 2
        outwards = np.abs(axes.points(points)[:, 0]) / half
        near, far = _CORNER
        share = np.clip((outwards - near) / (far - near), 0, 1) * self._belief(yaw)
        share[np.isnan(self.line)] = 0
        theirs = 2 * half * _offsets(axes, np.nan_to_num(self.line), self.inwards)
        return np.asarray(line + share[:, None] * (theirs - line))

    def _belief(self, yaw: float) -> float:
        near, far = _TURNED
        return float(np.clip((far - abs(yaw - self.yaw)) / (far - near), 0, 1))

    def towards(self, goal: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For a crop whose control points are to go to `goal` [n, 2]: the picture, the matrix [2, 3] that
        leads from the crop's pixels to its, and where its points are in the crop [n, 2]."""
        rows = np.concatenate([LIPS, SKULL])
        there = _affine(self.points[rows].astype(np.float64), goal[rows])
        points = self.points @ there[:, :2].T + there[:, 2]
        back, picture = cv2.invertAffineTransform(there), self.rgb
        shrink = float(np.sqrt(abs(np.linalg.det(there[:, :2]))))
        if 0 < shrink < _SHRUNK:
            # Of a face that is smaller here every pixel would be one of several.
            height, width = picture.shape[:2]
            size = max(1, round(width * shrink)), max(1, round(height * shrink))
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
            scale = np.array(size) / (width, height)
            back = back * scale[:, None]
            back[:, 2] += (scale - 1) / 2
        return picture, back, points


def _affine(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Least squares, float64 [2, 3]."""
    system = np.column_stack([one, np.ones(len(one))])
    return np.linalg.lstsq(system, other, rcond=None)[0].T


def gaps_around(person: Person, frames: Sequence[int]) -> np.ndarray:
    """How far the mouth is open in the frames around some of the source's, in widths of it: [frames,
    neighbours], as `share` wants them."""
    rows = np.array(frames)[:, None] - person.first + _NEIGHBOURS
    rows, places = np.unique(np.clip(rows, 0, len(person.meshes) - 1), return_inverse=True)
    return open_by(head_points(person.meshes[rows]))[places].reshape(len(frames), len(_NEIGHBOURS))


def find_closed(
    source: Source, people: Sequence[Person], stop: int, covered: Callable[[Person, Frame], bool]
) -> dict[int, ClosedLips]:
    """Of each person, by id, of whom one of the frames before `stop` shows closed lips; of many people, of
    those that are seen longest. covered: whether something lies before the mouth in a source frame, which is
    passed over. Of a still there are none: its lips are all there is."""
    if source.still:
        return {}
    longest = sorted(people, key=lambda person: -int(person.seen.sum()))[:_PEOPLE]
    found = {person.id: _find(source, person, stop, covered) for person in longest}
    return {number: lips for number, lips in found.items() if lips is not None}


def _find(
    source: Source, person: Person, stop: int, covered: Callable[[Person, Frame], bool]
) -> ClosedLips | None:
    views = Views.of(person, stop)
    # Where no frame shows an open mouth none has to be replaced.
    if views is None or np.ptp(views.gaps) < _OPENER[0]:
        return None
    keys = np.array([source.key_before(person.first + row) for row in views.rows.tolist()])
    score = -views.gaps - _UNLIKE * views.unlike - _DECODED * (person.first + views.rows - keys)
    score[(views.gaps > _SHUT) | (views.widths < SMALLEST)] = -np.inf
    found: list[tuple[float, ClosedLips]] = []
    shapes = head_points(person.meshes[views.rows])
    for _ in range(_TRIES):
        best = int(score.argmax())
        if not np.isfinite(score[best]):
            break
        row = int(views.rows[best])
        frame = next(iter(source.read(person.first + row, person.first + row + 1)))
        rest = RestShape.mean(shapes[views.gaps <= views.gaps[best] + _NOISE])
        lips = _lips(frame, person.meshes[row], float(views.yaws[best]), float(views.gaps[best]), rest)
        if lips is not None and not covered(person, frame):
            bright, pale = _between(lips)
            if bright < _BRIGHT and pale < _PALE:
                found.append((bright / _LEVELS - float(score[best]), lips))
            if found and bright <= 0:
                break
        score[np.abs(views.rows - row) < _ELSEWHERE] = -np.inf
    return min(found, key=lambda each: each[0])[1] if found else None


def _lips(frame: Frame, mesh: np.ndarray, yaw: float, gap: float, rest: RestShape) -> ClosedLips | None:
    points = mesh[CONTROLS, :2].astype(np.float64)
    width = float(np.linalg.norm(points[OUTER_CORNERS[1]] - points[OUTER_CORNERS[0]]))
    low, high = (
        points[LIPS].min(0) - _AROUND * width,
        points[LIPS].max(0) + np.array([_AROUND, _BELOW]) * width,
    )
    part = cut_out(frame, points, low, high, width)
    if part is None:
        return None
    rgb, points, _, scale = part
    line = lip_line(rgb, points, width * scale, corners=True)
    axes = MouthAxes.between(*points[OUTER_CORNERS])
    below = np.full(len(points), np.nan, np.float32)
    below[_ON_LINE] = (line @ (-axes.along[1], axes.along[0]) / (width * scale))[_ON_LINE]
    inwards = np.zeros(len(points), np.float32)
    for rows in (INNER_CORNERS, OUTER_CORNERS):
        # The end of a line that falls much is a crease, along which lips don't part.
        inwards[rows] = np.clip(_CREASED * (below[rows] - _FALL), 0, _MOST_CREASED) * (1, -1)
    points += line + _offsets(axes, np.zeros_like(below), width * scale * inwards)
    return ClosedLips(rgb, points.astype(np.float32), yaw, gap, rest, below, inwards)


def _offsets(axes: MouthAxes, below: np.ndarray, along: np.ndarray) -> np.ndarray:
    """[n, 2] of so much across and along the mouth."""
    return np.asarray(below[:, None] * (-axes.along[1], axes.along[0]) + along[:, None] * axes.along)


def _between(lips: ClosedLips) -> tuple[float, float]:
    """How much brighter than the lips something between them is, in levels, and how much less red, in parts
    of their redness."""
    points = lips.points.astype(np.float64)
    axes = MouthAxes.between(*points[OUTER_CORNERS])
    half = float(axes.points(points[OUTER_CORNERS])[1, 0])
    x = np.linspace(-_OUT, _OUT, 24) * half
    top, upper, lower, bottom = (
        np.interp(x, *axes.points(points[rows]).T)
        for rows in (UPPER_OUTER, UPPER_INNER, LOWER_INNER, LOWER_OUTER)
    )
    meet, places = (upper + lower) / 2, np.linspace(-1, 1, 41)[:, None]
    y = meet + places * np.where(places < 0, meet - top, bottom - meet)
    across = np.array([-axes.along[1], axes.along[0]])
    where = (axes.centre + x[:, None] * axes.along + y[..., None] * across).astype(np.float32)
    soft = cv2.GaussianBlur(lips.rgb.astype(np.float32), (0, 0), max(0.7, 0.01 * half))
    x_map, y_map = cv2.split(where)
    seen = cv2.remap(soft, x_map, y_map, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    luma, red = seen @ LUMA, (seen[..., 0] - seen[..., 1]) / (seen.sum(-1) + 30) * 300
    away = np.abs(places[:, 0])
    near, lip = away < _NEAR, (away > _LIP[0]) & (away < _LIP[1])
    lower_lip = lip & (places[:, 0] > 0)
    bright = float(np.percentile(luma[near].max(0) - np.median(luma[lower_lip], axis=0), 85))
    own = float(np.median(red[lip]))
    if own < _REDNESS:
        return bright, 0.0
    return bright, float(np.percentile(own - red[near].min(0), 85)) / own
