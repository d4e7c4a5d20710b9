"""What lies before a mouth: a hand, a microphone, a caption, told by comparison with the same face uncovered.

The mesh lays a coarse grid over the lower face, which goes with the head and the lips, so that the same skin
comes to the same place in all frames. There a few frames of the footage say what the person looks like, and by
how much that varies. What differs by more, in a connected part, and takes the lips' own structure away where it
covers them, lies in front.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from .controls import CONTROLS
from .interior import LUMA
from .mouth import RestShape

# Nodes of the grid, and what it spans at rest, in widths of the mouth from its middle: from below the eyes to
# the chin.
SIDE = 32
_LEFT, _RIGHT, _TOP, _BOTTOM = -1.0, 1.0, -1.0, 0.95
_STIFFNESS = 1e-3
_X, _Y = np.meshgrid(
    _LEFT + (np.arange(SIDE) + 0.5) / SIDE * (_RIGHT - _LEFT),
    _TOP + (np.arange(SIDE) + 0.5) / SIDE * (_BOTTOM - _TOP),
)
# The lips; the lips and what is around them, whose structure is compared; where covers are looked for (beyond
# it a turning head shows what is behind); and where the light is measured, between nose and cheeks.
_LIPS = (_X / 0.55) ** 2 + (_Y / 0.28) ** 2 < 1
_AROUND = (_X / 0.62) ** 2 + (_Y / 0.34) ** 2 < 1
_LOOKED = (np.abs(_X) < 0.85) & (_Y > -0.55) & (_Y < 0.8)
_LIT = (_Y < -0.45) & (np.abs(_X) < 0.85)
# What lips look like, wherever they are: redder than the skin, darker, darkest between them.
_RED = np.exp(-((_X / 0.42) ** 4 + (_Y / 0.16) ** 2))
_DARK = _RED + np.exp(-((_X / 0.45) ** 4 + (_Y / 0.05) ** 2))
# By how many levels a node may differ from all that was seen there and beside it: luma, and two of colour.
_TOLERANCE = np.array([14.0, 8.0, 8.0], np.float32)
_PEAK = 10.0
# Light may have changed by these factors.
_LIGHT = (0.6, 1.6)
# Nodes of the smallest cover, and by what factor it must exceed what the person's own frames differ.
_SMALLEST, _BEYOND = 26, 2.0
# The correlation of the lips' structure with the nearest reference's, as parts of what it is among references:
# below the first they are covered in part, below the second altogether.
_PARTLY, _WHOLLY = 0.85, 0.60
# Lips that look that much more like lips than any reference are none that something covers.
_MORE_LIPS = 0.25
# The correlation with one of the others by which a reference shows the same lips.
_SAME_LIPS = 0.70
# References, and the fewest that say what varies.
REFERENCES, _FEWEST = 6, 3
_CROSS = np.ones((3, 3), np.uint8)
_ROUND = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
_WIDE = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (11, 11))


@dataclass(frozen=True)
class Seen:
    """The grid in one frame. colours: uint8 [SIDE, SIDE, 3]. places: the nodes in the crop's pixels, float32
    [SIDE, SIDE, 2]."""

    colours: np.ndarray
    places: np.ndarray


@dataclass(frozen=True)
class Cover:
    """What lies in front. nodes: float32 [SIDE, SIDE], 0..1. share: of the lips, 0..1."""

    nodes: np.ndarray
    share: float


class Registration:
    """Lays the grid over a person's frames, by thin-plate splines through the control points."""

    def __init__(self, rest: RestShape) -> None:
        points = (rest.points[:, :2] - rest.centre[:2]) / rest.width
        nodes = np.stack([_X.ravel(), _Y.ravel()], 1)
        n = len(points)
        system = np.zeros((n + 3, n + 3))
        system[:n, :n] = _radial(points, points) + _STIFFNESS * np.eye(n)
        system[:n, n] = system[n, :n] = 1
        system[:n, n + 1 :] = points
        system[n + 1 :, :n] = points.T
        basis = np.column_stack([_radial(nodes, points), np.ones(len(nodes)), nodes])
        # Linear in where the points go, so that it is solved once for all frames.
        self._weights = np.linalg.solve(system, basis.T).T[:, :n].astype(np.float32)

    def see(self, rgb: np.ndarray, mesh: np.ndarray) -> Seen:
        """rgb: uint8 [h, w, 3]. mesh: float [468+, 3] in its pixels."""
        places = (self._weights @ mesh[CONTROLS, :2].astype(np.float32)).reshape(SIDE, SIDE, 2)
        step = max(float(np.linalg.norm(places[0, -1] - places[0, 0])) / (SIDE - 1), 1.0)
        small, factors = rgb, (1.0, 1.0)
        if step > 2:
            size = [max(round(side * 2 / step), 2) for side in rgb.shape[1::-1]]
            small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
            factors = size[0] / rgb.shape[1], size[1] / rgb.shape[0]
        small = cv2.blur(small, (3, 3))
        x, y = ((places[..., axis] + 0.5) * factors[axis] - 0.5 for axis in (0, 1))
        colours = cv2.remap(
            small, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return Seen(colours, places)


class Likeness:
    """What a person's lower face looks like uncovered. Made of references uint8 [n, SIDE, SIDE, 3]."""

    def __init__(self, references: np.ndarray) -> None:
        pictures = references.astype(np.float32)
        self._usual = np.median(pictures, axis=0)
        features = np.stack([self._features(picture) for picture in pictures])
        self._lips = max(_lip_likeness(each) for each in features)
        rows = np.arange(len(features))
        others = [_Envelope(features[rows != row]) for row in rows]
        # How far they are from each other is how far an uncovered face is from them.
        found = [each.compare(features[row]) for row, each in enumerate(others)]
        self._smallest = max(_SMALLEST, _BEYOND * max(_largest(beyond > 0) for beyond, _ in found))
        self._alike = min(correlation for _, correlation in found)
        self._envelope = _Envelope(features)

    @classmethod
    def of(cls, references: np.ndarray) -> Likeness | None:
        """Of those references that show the same lips as the one that looks most like lips: something may lie
        before the others. None where these are too few, or the face varies too much."""
        if len(references) < _FEWEST:
            return None
        features = np.stack([_of_colours(each.astype(np.float32)) for each in references])
        structures = np.stack([_structure(each) for each in features])
        same = structures @ structures.T > _SAME_LIPS
        kept = np.arange(len(features)) == np.argmax([_lip_likeness(each) for each in features])
        while (more := same[kept].any(0) | kept).sum() > kept.sum():
            kept = more
        if kept.sum() < _FEWEST:
            return None
        likeness = cls(references[kept])
        return likeness if likeness._smallest < _LIPS.sum() else None

    def cover(self, colours: np.ndarray) -> Cover | None:
        """What lies before the face in a frame's grid uint8 [SIDE, SIDE, 3]; None if nothing does."""
        features = self._features(colours.astype(np.float32))
        beyond, correlation = self._envelope.compare(features)
        found = _parts(beyond, self._smallest)
        if found is None or _lip_likeness(features) > self._lips + _MORE_LIPS:
            return None
        alike = correlation / max(self._alike, 1e-3)
        share = float(found[_LIPS].mean())
        if share > 0 and alike > _PARTLY:
            # Lips that are all there have nothing before them: the light has changed, or the mouth's form.
            return None
        # Of what is as bright as the skin only some of it differs; the lips are gone all the same.
        found = cv2.morphologyEx(found, cv2.MORPH_CLOSE, _WIDE if alike < _WHOLLY else _ROUND)
        nodes = cv2.dilate(found, _ROUND).astype(np.float32)
        return Cover(nodes, float(found[_LIPS].mean()))

    def _features(self, picture: np.ndarray) -> np.ndarray:
        gain = np.median((picture[_LIT] + 8) / (self._usual[_LIT] + 8), axis=0)
        return _of_colours(picture / np.clip(gain, *_LIGHT))


class _Envelope:
    """What references' nodes and their neighbours are between."""

    def __init__(self, features: np.ndarray) -> None:
        self._low = cv2.erode(features.min(0), _CROSS) - _TOLERANCE
        self._high = cv2.dilate(features.max(0), _CROSS) + _TOLERANCE
        self._structures = np.stack([_structure(each) for each in features])

    def compare(self, features: np.ndarray) -> tuple[np.ndarray, float]:
        """By how many levels each node lies outside, [SIDE, SIDE], and the correlation of the lips' structure
        with the nearest reference's."""
        beyond = np.maximum(features - self._high, self._low - features).max(-1)
        return np.where(_LOOKED, beyond, 0), float((self._structures @ _structure(features)).max())


def _of_colours(picture: np.ndarray) -> np.ndarray:
    """Luma, and two measures of colour that brightness leaves alone: float32 [SIDE, SIDE, 3]."""
    total = picture.sum(-1) + 30
    red, green, blue = (picture[..., channel] for channel in range(3))
    return np.stack([picture @ LUMA, (red - green) / total * 300, (blue - green) / total * 300], -1)


def _structure(features: np.ndarray) -> np.ndarray:
    """The lips' luma and redness, each of mean 0 and length 1/√2; of a plain surface shorter."""
    values = features[_AROUND][:, :2].T
    values = values - values.mean(1, keepdims=True)
    length = np.sqrt((values**2).sum(1, keepdims=True) + 30)
    return (values / length).ravel() / np.sqrt(2)


_TEMPLATE = _structure(np.stack([-_DARK, _RED], -1) * 100) * np.sqrt(2)


def _lip_likeness(features: np.ndarray) -> float:
    """How much it looks like lips, -1..1."""
    return float(_structure(features) @ _TEMPLATE) / np.sqrt(2)


def _parts(beyond: np.ndarray, smallest: float) -> np.ndarray | None:
    """The nodes of connected parts of some size that differ clearly somewhere: uint8 [SIDE, SIDE]; None if
    there are none."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((beyond > 0).astype(np.uint8), connectivity=4)
    kept = [
        label
        for label in range(1, count)
        if stats[label, cv2.CC_STAT_AREA] >= smallest and beyond[labels == label].max() > _PEAK
    ]
    return np.isin(labels, kept).astype(np.uint8) if kept else None


def _largest(mask: np.ndarray) -> int:
    stats = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)[2]
    return int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))


def _radial(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    squared = ((first[:, None] - second) ** 2).sum(-1)
    return squared * np.log(np.maximum(squared, 1e-9))


def steady(covers: Sequence[Cover | None], fade: int, hold: int) -> None:
    raise NotImplementedError
