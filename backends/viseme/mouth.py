"""Mouth shapes: a person's rest shape and the parameters of a moment say where the lips and the chin go."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .controls import (
    CHIN,
    INNER_CORNERS,
    LIPS,
    LOWER_INNER,
    LOWER_OUTER,
    MIDDLE,
    OUTER_CORNERS,
    UPPER_INNER,
    UPPER_OUTER,
)

# Where the lips meet, measured from the upper one: a closing mouth brings the lower lip up more than the
# upper down.
_MEET = 0.35
# How much of an opening the upper lip takes, and one that a smile has raised already; the rest is the lower
# lip's.
UPPER_SHARE, _RAISED_SHARE = 0.20, 0.10
# Gaps between the lips at rest, in widths of the mouth, from which and at which a smile has raised it.
_RAISING, _RAISED = 0.03, 0.08
# Opening lets a smile go: from this opening on, its corners have come down by so much of their height over
# the middle and by so much of the mouth's width more, and lips that it has thinned are at least this thick.
_RELAXED_AT = 0.20
_RELAX, _BELOW = 0.9, 0.05
_UPPER_LIP, _LOWER_LIP = 0.17, 0.23
_STRETCH = 0.45
# How far the lips part for an opening, which is what a face mesh reads of it: further for small ones, which
# it sees badly.
_PARTING, _EARLY, _EARLY_AT = 1.75, 0.01, 0.05
# How far the corners go down with an opening, and the lips beside them.
_CORNERS = 0.15
# From this opening on a mouth narrows.
_NARROWS_AT, _NARROWER = 0.12, 0.4
# The outline of an opening is a lens with pointed corners (a mesh has a power of 0.63 to 0.91 on six speakers
# of the GRID corpus), which turns into an ellipse as it widens; it ends a little inside the corners.
_LENS, _ROUNDER, _ELLIPSE, _ENDS = 0.8, 0.7, 0.5, 0.96
# At this opening nothing is left of what closing does to the lips beside bringing them together.
_PARTED = 0.10
# Mouths are 0.53 to 0.67 head units wide (13 faces); a wider one smiles. Its jaw drops and its lips part as
# far as those of one of this width, and when it opens it narrows by so much of what is more.
_WIDEST, _UNSMILED = 0.68, 0.5
# From the first of these widths on, in head units, closing narrows a mouth that is open at rest, because it
# smiles; from the second on wholly.
_SMILING = (0.54, 0.60)
# What is left of a lip's thickness at least, however it is pressed or rolled in: of open and of closed ones.
_LEAST_LIP, _LEAST_CLOSED = 0.5, 0.65


@dataclass(frozen=True, slots=True)
class MouthPose:
    """One moment of a MouthMotion (see motion.py for the units); `active` 0 is the silence shape."""

    open: float = 0.0
    jaw: float = 0.0
    wide: float = 0.0
    round: float = 0.0
    tuck: float = 0.0
    press: float = 0.0
    teeth: float = 0.5
    tongue: float = 0.0
    active: float = 1.0


@dataclass(frozen=True)
class RestShape:
    """A person's lower face when silent, in head coordinates; arrays have a row per control point.

    points: [n, 3]. closed: [n, 3], the same with the lips closed. met: [n, 3], with the lips just touching,
    which openings are measured from. width: between the mouth's corners. centre: [3], half-way between them.
    outwards: [n], distances from the middle, 1 at the corners. jaw: [n], how much of the jaw's drop a point
    takes part in.
    """

    points: np.ndarray
    closed: np.ndarray
    met: np.ndarray
    width: float
    centre: np.ndarray
    outwards: np.ndarray
    jaw: np.ndarray
    skin: np.ndarray

    @classmethod
    def of(cls, points: np.ndarray) -> RestShape:
        centre = points[OUTER_CORNERS].mean(0)
        width = float(np.linalg.norm(points[OUTER_CORNERS[1]] - points[OUTER_CORNERS[0]]))
        distance = np.abs(points[:, 0] - centre[0])
        outwards = distance / (width / 2)
        # The chin follows the jaw whole, the jaw's angles not at all: the hinge is there.
        jaw = np.zeros(len(points))
        jaw[CHIN] = 0.5 + 0.5 * np.cos(np.pi * distance[CHIN] / distance[CHIN].max())
        closed = points.copy()
        meet = points[UPPER_INNER] + _MEET * (points[LOWER_INNER] - points[UPPER_INNER])
        closed[UPPER_INNER] = closed[LOWER_INNER] = meet
        closed[UPPER_OUTER] += meet - points[UPPER_INNER]
        closed[LOWER_OUTER] += meet - points[LOWER_INNER]
        closed[:, 1] += jaw * 0.5 * (meet - points[LOWER_INNER])[MIDDLE, 1]
        met = closed.copy()
        _relax(closed, points, centre, width, _lens(outwards, _ELLIPSE))
        return cls(points, closed, met, width, centre, outwards, jaw, _below_lip(points, centre, width))

    @classmethod
    def mean(cls, shapes: np.ndarray) -> RestShape:
        """Of several [k, n, 3]."""
        # Half the numbers' digits, for the survey's sake.
        return cls.of(shapes.mean(0).astype(np.float32).astype(np.float64))

    def __reduce__(self) -> tuple[Callable[[np.ndarray], RestShape], tuple[np.ndarray]]:
        """Travels as its points: all else follows from them, to the last bit."""
        return _rest_shape, (self.points.astype(np.float32),)

    @property
    def unit(self) -> float:
        """What openings are widths of: the mouth's own, or that of a mouth that doesn't smile."""
        return min(self.width, _WIDEST)

    @property
    def gap(self) -> float:
        """How far the lips are apart at rest, in widths of the mouth."""
        return (
            float(np.linalg.norm((self.points[LOWER_INNER] - self.points[UPPER_INNER])[MIDDLE])) / self.width
        )

    def profile(self, opening: float) -> np.ndarray:
        """How much of an opening each point takes part in: [n], 0 at the corners, 1 in the middle."""
        return _lens(self.outwards, max(_ELLIPSE, _LENS - _ROUNDER * opening))

    @property
    def arch(self) -> np.ndarray:
        """The same where lips meet or are apart in the source: [n]."""
        return _lens(self.outwards, _ELLIPSE)

    @property
    def shut(self) -> np.ndarray:
        """The shape [n, 3] of a silent mouth with its lips closed."""
        return self._settled(self.closed.copy())

    def _settled(self, shape: np.ndarray, least: float = _LEAST_CLOSED) -> np.ndarray:
        """Lips keep part of their thickness, and the skin below them is stretched evenly down to the chin."""
        for inner, outer, side in ((UPPER_INNER, UPPER_OUTER, -1), (LOWER_INNER, LOWER_OUTER, 1)):
            thick, left = (
                side * (each[outer, 1] - _edge_at(each, inner, each[outer, 0]))
                for each in (self.points, shape)
            )
            shape[outer, 1] += side * np.maximum(least * thick - left, 0)
        lip = LOWER_OUTER[MIDDLE]
        moved = shape[lip, 1] - self.points[lip, 1]
        shape[:, 1] += self.skin * (self.points[:, 1] + moved - shape[:, 1])
        return shape

    def spoken(self, pose: MouthPose) -> np.ndarray:
        """The shape [n, 3] of a pose, whatever its `active` is."""
        width = self.width
        shut = max(0.0, 1 - pose.open / _PARTED)
        shape = self.met + shut * (self.closed - self.met)
        relaxed = min(1.0, pose.open / _RELAXED_AT)
        rise = self.met[UPPER_INNER[MIDDLE], 1] - shape[OUTER_CORNERS, 1].mean()
        outwards = np.clip((np.abs(shape[LIPS, 0] - self.centre[0]) / (width / 2)) ** 2, 0, 1)
        lower = _RELAX * relaxed * max(0.0, rise + _BELOW * width) + _CORNERS * pose.open * width
        shape[LIPS, 1] += lower * outwards
        shape[LIPS, 0] = self.centre[0] + (shape[LIPS, 0] - self.centre[0]) * (
            1
            + pose.wide
            - _NARROWER * max(0.0, pose.open - _NARROWS_AT)
            - _UNSMILED * relaxed * (1 - self.unit / width)
        )
        parted = _parted(pose.open) * self.unit
        profile = self.profile(pose.open)
        gap = float((self.points[LOWER_INNER] - self.points[UPPER_INNER])[MIDDLE, 1]) / width
        raised = min(max((gap - _RAISING) / (_RAISED - _RAISING), 0.0), 1.0)
        share = UPPER_SHARE + raised * (_RAISED_SHARE - UPPER_SHARE)
        up, down = share * parted, (1 - share) * parted
        shape[UPPER_INNER, 1] -= up * profile[UPPER_INNER]
        shape[LOWER_INNER, 1] += down * profile[LOWER_INNER]
        # Pursed lips thicken (their volume stays), pressed and tucked ones thin; closing a smile has done
        # so already.
        pressed = 0.018 * pose.press * max(0.0, 1 - self.gap / 0.08)
        thicker = (0.055 * pose.round - pressed) * width
        above, below = (relaxed * thinned * width for thinned in self._thinned())
        shape[UPPER_OUTER, 1] -= (0.95 * up + above + thicker) * profile[UPPER_OUTER]
        shape[LOWER_OUTER, 1] += (0.97 * down + below + thicker - 0.045 * pose.tuck * width) * profile[
            LOWER_OUTER
        ]
        shape[LOWER_INNER, 1] -= 0.015 * pose.tuck * width * profile[LOWER_INNER]
        shape[:, 1] += self.jaw * pose.jaw * self.unit
        return self._settled(shape, _LEAST_LIP + shut * (_LEAST_CLOSED - _LEAST_LIP))

    def _thinned(self) -> tuple[float, float]:
        """How much thinner the lips are than those of a mouth that talks, in widths of the mouth; of very
        thin ones, as much as they can be stretched."""
        upper = (self.met[UPPER_INNER] - self.met[UPPER_OUTER])[MIDDLE, 1] / self.width
        lower = (self.met[LOWER_OUTER] - self.met[LOWER_INNER])[MIDDLE, 1] / self.width
        return _missing(float(upper), _UPPER_LIP), _missing(float(lower), _LOWER_LIP)


def _lens(outwards: np.ndarray, power: float) -> np.ndarray:
    inside = np.clip(1 - (outwards / _ENDS) ** 2, 0, 1)
    return np.asarray(inside**power)


def _parted(opening: float) -> float:
    """How far the lips part in the middle for an opening, both in widths of the mouth at rest."""
    early = _EARLY * (1 - math.exp(-opening / _EARLY_AT))
    return _PARTING * opening + early


def _missing(own: float, usual: float) -> float:
    return min(max(0.0, usual - own), _STRETCH * max(0.0, own))


def _edge_at(shape: np.ndarray, inner: np.ndarray, x: np.ndarray) -> np.ndarray:
    """y of a lip's inner edge, which ends in the mouth's corners, at every x."""
    edge = shape[[OUTER_CORNERS[0], *inner, OUTER_CORNERS[1]]]
    return np.interp(x, edge[:, 0], edge[:, 1])


def _rest_shape(points: np.ndarray) -> RestShape:
    return RestShape.of(points.astype(np.float64))


def _relax(
    closed: np.ndarray, points: np.ndarray, centre: np.ndarray, width: float, profile: np.ndarray
) -> None:
    """What else closing does to lips that are apart at rest, in place: a broad smile narrows, its corners
    come down half-way to the middle, and the lips, above all the lower, are pressed thinner. Nothing
    happens to lips that touch at rest."""
    gap = max(0.0, float((points[LOWER_INNER] - points[UPPER_INNER])[MIDDLE, 1])) / width
    share = np.clip((np.abs(closed[LIPS, 0] - centre[0]) / (width / 2)) ** 2, 0, 1)
    rise = closed[UPPER_INNER[MIDDLE], 1] - closed[INNER_CORNERS, 1].mean()
    closed[LIPS, 1] += min(0.5, 4 * gap) * rise * share
    smile = min(max((width - _SMILING[0]) / (_SMILING[1] - _SMILING[0]), 0.0), 1.0)
    closed[LIPS, 0] = centre[0] + (closed[LIPS, 0] - centre[0]) * (1 - smile * min(0.28, 1.9 * gap))
    closed[UPPER_OUTER, 1] += min(0.02, 0.14 * gap) * width * profile[UPPER_OUTER]
    closed[LOWER_OUTER, 1] -= min(0.065, 0.43 * gap) * width * profile[LOWER_OUTER]


def _below_lip(points: np.ndarray, centre: np.ndarray, width: float) -> np.ndarray:
    """How much of the lower lip's movement the points of the chin share: [n], 1 at the lip, 0 far below."""
    lip, chin = points[LOWER_OUTER[MIDDLE], 1], points[CHIN, 1].max()
    down = (points[CHIN, 1] - lip) / (0.8 * (chin - lip))
    across = (points[CHIN, 0] - centre[0]) / (0.5 * width)
    skin = np.zeros(len(points))
    skin[CHIN] = np.clip(1 - down, 0, 1) * np.clip(1 - across**2, 0, 1)
    return skin
