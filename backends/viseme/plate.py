"""The inside of a person's own mouth, from the frame of the footage that shows it best.

Upper teeth are fixed to the skull, so that one picture of them serves all frames: put where the head's pose
has it, it lies behind the lips wherever these part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from ...engine.faces.track import Person
from ...engine.media.frames import Frame
from ...engine.media.source import Source
from .contour import lip_curve, polygon_cover
from .controls import (
    CONTROLS,
    HELD,
    LIPS,
    LOWER_INNER,
    MIDDLE,
    OUTER_CORNERS,
    UPPER_INNER,
    HeadPose,
    control_points,
)
from .cutout import SMALLEST, cut_out
from .edges import lip_edges, redness
from .interior import LUMA
from .views import SKULL, Views

# Openings in widths of the mouth: from which teeth are seen, and from which they aren't seen any better.
_SHOWS, _ENOUGH = 0.09, 0.22
# Each takes some hundred kilobytes, and a seek in the footage.
_PEOPLE = 12
# Frames that are tried, and how far from one without teeth, or covered, the next one is looked for.
_TRIES, _ELSEWHERE = 4, 8
# Turns of the head, in degrees, between which the picture is no longer shown in frames of a head that is
# turned otherwise.
_TURNED = (20.0, 40.0)
# Teeth are less red than the face, or as red at most; a tongue is redder than it by more than this.
_REDDER = 3.0
# How much of the plate's opening, from above, is upper teeth and what lies behind them.
_UPPER_PART = (0.40, 0.65)
# The same where upper teeth hide all else: between these parts it is nowhere darker than so much of what is
# brightest there, and of the skin.
_ALL_TEETH, _BETWEEN, _AS_BRIGHT, _ENAMEL = (0.75, 0.95), (0.4, 0.85), 0.85, 0.7
# Where, in parts of the opening from above, upper teeth meet lower ones if both are seen, and how dark the
# line between them is against theirs.
_BITE, _LINE = (0.3, 0.75), 0.85
# By how much of their length teeth are stretched at most.
_LONGER = 0.8
# Teeth brighter than this, and than the skin by this factor, are overexposed: behind other lips they would
# glare. They are dimmed to it, and so much is seen of them. Not so those of a mouth that opens no less than
# this in any frame: it shows them in pauses.
_GLARING, _WHITER, _WHITE = 212.0, 1.12, 0.45
_SMILES = 0.08
# How bright teeth are in the lips' shade where these only just part, and the opening, in widths of the mouth,
# from which on they are in the light.
_SHADED, _LIT = 0.82, 0.18
# The edge of the plate's lip, which is kept behind the picture's, in widths of the mouth.
_EDGE = 0.03


@dataclass(frozen=True)
class Plate:
    """rgb: uint8 [h, w, 3], around a mouth. points: its control points, in its pixels, float32 [n, 2].
    plane: where its pixels lie in the plane of the teeth, which is `depth` deep in head coordinates: [2, 3].
    yaw: of the head, degrees. level: brightness of the skin, 0..255. tooth: float32 [3], a tooth's colour.
    bite: how much of the opening, from above, is surely upper teeth, and with what lies behind them at most,
    0..1. smiles: its teeth are seen in pauses as well. detail: how much of its own structure is to be seen in
    it, 0..1."""

    rgb: np.ndarray
    points: np.ndarray
    plane: np.ndarray
    depth: float
    yaw: float
    level: float
    tooth: np.ndarray
    bite: tuple[float, float]
    smiles: bool = False
    detail: float = 1.0

    def shown(
        self, head: HeadPose, lip: np.ndarray, corner: tuple[int, int], size: tuple[int, int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """What lies where in a picture with such a head, in the rectangle of `size` (width, height) from
        `corner` on: colours float32 [h, w, 3], and how far to take them [h, w]. lip: the middle [2] of the
        upper lip's edge; where it is higher than in the plate, more is seen of the teeth."""
        turned = abs(head.yaw - self.yaw)
        belief = float(np.clip((_TURNED[1] - turned) / (_TURNED[1] - _TURNED[0]), 0, 1))
        there = _plane(head, self.depth)
        matrix = np.column_stack([there[:, :2] @ self.plane[:, :2], there @ (*self.plane[:, 2], 1.0)])
        matrix = self._raised(matrix, lip)
        matrix[:, 2] -= corner
        mask = belief * self.detail * self._mask
        colours = cv2.warpAffine(
            self.rgb, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        return colours.astype(np.float32), cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR)

    def shade(self, gap: float) -> float:
        """How bright its teeth are behind lips that are open by `gap`, in widths of the mouth: a factor."""
        if self.smiles:
            return 1.0
        left, right = (self.points[row] for row in OUTER_CORNERS)
        own = float(np.linalg.norm(self.points[LOWER_INNER[MIDDLE]] - self.points[UPPER_INNER[MIDDLE]]))
        here, there = (
            _SHADED + (1 - _SHADED) * min(each / _LIT, 1.0)
            for each in (gap, own / max(float(np.linalg.norm(right - left)), 1.0))
        )
        return min(here / there, 1.0)

    @cached_property
    def _mask(self) -> np.ndarray:
        return _upper_part(self.points, self.bite, self.rgb.shape[1], self.rgb.shape[0])

    def _raised(self, matrix: np.ndarray, lip: np.ndarray) -> np.ndarray:
        """The way [2, 3] from the plate to the picture, stretched from the teeth's ends up to the lip; where
        that is not enough, moved up for the rest, lest other teeth be seen above them."""
        upper, lower = (self.points[rows[MIDDLE]].astype(np.float64) for rows in (UPPER_INNER, LOWER_INNER))
        ends = upper + self.bite[0] * (lower - upper)
        top, end = (matrix @ (*point, 1.0) for point in (upper, ends))
        left, right = (matrix[:, :2] @ self.points[row] for row in OUTER_CORNERS)
        high = float(np.linalg.norm(top - end))
        up = (top - end) / max(high, 1.0)
        missing = max(float((lip - top) @ up) + _EDGE * float(np.linalg.norm(right - left)), 0.0)
        longer = min(missing, _LONGER * high)
        stretch = np.eye(2) + longer / max(high, 1.0) * np.outer(up, up)
        moved = end + (missing - longer) * up
        return np.column_stack([stretch @ matrix[:, :2], moved + stretch @ (matrix[:, 2] - end)])


def _plane(head: HeadPose, depth: float) -> np.ndarray:
    """The way [2, 3] from a plane across a head, so deep in head coordinates, to the picture."""
    right, down, away = head.scale * head.axes[:, :2]
    return np.column_stack([right, down, head.origin[:2] + depth * away])


def _uncovered(person: Person, frame: Frame) -> bool:
    return False


def find_plates(
    source: Source,
    people: Sequence[Person],
    stop: int,
    covered: Callable[[Person, Frame], bool] = _uncovered,
) -> dict[int, Plate]:
    """Each person's best, by id, in the frames before `stop`, where one shows teeth; of many people, of those
    that are seen longest. covered: whether something lies before the mouth in a source frame, which is passed
    over."""
    longest = sorted(people, key=lambda person: -int(person.seen.sum()))[:_PEOPLE]
    plates = {person.id: _find(source, person, stop, covered) for person in longest}
    return {number: plate for number, plate in plates.items() if plate is not None}


def _find(
    source: Source, person: Person, stop: int, covered: Callable[[Person, Frame], bool]
) -> Plate | None:
    views = Views.of(person, stop)
    if views is None:
        return None
    smiles = float(views.gaps.min()) > _SMILES
    score = np.minimum(views.gaps, _ENOUGH) / _ENOUGH - views.unlike
    score[(views.gaps < _SHOWS) | (views.widths < SMALLEST)] = -np.inf
    for _ in range(_TRIES):
        best = int(score.argmax())
        if not np.isfinite(score[best]):
            return None
        row = int(views.rows[best])
        frame = next(iter(source.read(person.first + row, person.first + row + 1)))
        plate = None if covered(person, frame) else _plate(frame, person.meshes[row], smiles)
        if plate is not None:
            return plate
        score[np.abs(views.rows - row) < _ELSEWHERE] = -np.inf
    return None


def _plate(frame: Frame, mesh: np.ndarray, smiles: bool) -> Plate | None:
    points = mesh[CONTROLS, :2].astype(np.float64)
    width = float(np.linalg.norm(points[OUTER_CORNERS[1]] - points[OUTER_CORNERS[0]]))
    low, high = points[LIPS].min(0) - 0.4 * width, points[LIPS].max(0) + 0.4 * width
    part = cut_out(frame, points, low, high, width)
    if part is None:
        return None
    rgb, points, corner, scale = part
    points += lip_edges(rgb, points, width * scale)
    luma = rgb.astype(np.float32) @ LUMA
    face = np.median(rgb[_skin(points, luma.shape)].astype(np.float32), axis=0)
    skin = max(float(face @ LUMA), 1.0)
    bite = _bite(luma, points, skin)
    inside = _upper_part(points, bite, rgb.shape[1], rgb.shape[0]) > 0.5
    if inside.sum() < 12:
        return None
    bright = inside & (luma >= np.percentile(luma[inside], 75))
    tooth = np.median(rgb[bright].astype(np.float32), axis=0)
    if redness(tooth) > redness(face) + _REDDER:
        return None
    most = max(_GLARING, _WHITER * skin) / max(float(tooth @ LUMA), 1.0)
    detail = 1.0
    if most < 1 and not smiles:
        # Where teeth are white all over, those that are painted lend them their gaps.
        rgb, tooth, detail = np.round(rgb * most).astype(np.uint8), tooth * np.float32(most), _WHITE
    head, local = control_points(mesh)
    depth = float(local[UPPER_INNER[MIDDLE], 2])
    # From the frame's pixels to the plate's.
    away = _plane(head, depth)
    away = scale * away
    away[:, 2] += (0.5 - np.array(corner)) * scale - 0.5
    plane = cv2.invertAffineTransform(away)
    return Plate(rgb, points.astype(np.float32), plane, depth, head.yaw, skin, tooth, bite, smiles, detail)


def _bite(luma: np.ndarray, points: np.ndarray, skin: float) -> tuple[float, float]:
    """Up to where it is surely upper teeth, and up to where at most, in parts of the opening from above: to
    the dark line over the lower ones, where those are seen as well, or to the lower lip. skin: its luma."""
    top, bottom = lip_curve(points, UPPER_INNER), lip_curve(points, LOWER_INNER)
    middle = slice(len(top) // 3, -(len(top) // 3))
    # Without the lips' edges.
    shares = np.linspace(0.1, 0.9, 33)
    where = top[middle] + shares[:, None, None] * (bottom - top)[middle]
    soft = cv2.GaussianBlur(luma, (0, 0), 0.7)
    x, y = cv2.split(where.astype(np.float32))
    levels = np.median(cv2.remap(soft, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), axis=1)
    row, last = np.argmax(shares >= _BITE[0]), np.argmax(shares > _BITE[1])
    row += int(levels[row:last].argmin())
    deep = min(float(levels[:row].max()), float(levels[row:].max())) * _LINE
    if levels[row] < deep:
        return min(_UPPER_PART[0], float(shares[row])), float(shares[row])
    least = max(_AS_BRIGHT * float(levels.max()), _ENAMEL * skin)
    within = (shares >= _BETWEEN[0]) & (shares <= _BETWEEN[1])
    return _ALL_TEETH if levels[within].min() > least else _UPPER_PART


def _skin(points: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Pixels between the upper lip and the nose, and beside the mouth."""
    above = (points[SKULL[:3]] + points[OUTER_CORNERS].mean(0)) / 2
    x, y = np.round(np.concatenate([above, points[HELD[5:9]]])).astype(int).T
    return np.clip(y, 0, shape[0] - 1), np.clip(x, 0, shape[1] - 1)


def _upper_part(points: np.ndarray, bite: tuple[float, float], width: int, height: int) -> np.ndarray:
    """float32 [height, width]: 1 in the upper part of the opening between the lips."""
    top, bottom = lip_curve(points, UPPER_INNER), lip_curve(points, LOWER_INNER)
    layers = [
        polygon_cover(np.concatenate([top, (top + share * (bottom - top))[::-1]]), width, height)
        for share in bite
    ]
    soft = max(1.0, 0.01 * float(np.linalg.norm(top[-1] - top[0])))
    # Not up to the lip, whose shade and whose edge belong to that frame.
    inner = cv2.GaussianBlur((layers[0] + layers[1]) / 2, (0, 0), soft)
    return np.clip(inner * 1.6 - 0.4, 0, 1).astype(np.float32)
