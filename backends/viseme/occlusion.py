"""What lies before a mouth: a hand, a microphone, a caption, told by comparison with the same face uncovered.

On the grid that goes with the face (registration.py) a few frames of the footage say what a person looks
like, and by how much that varies. What differs by more, in a connected part with an edge, and takes the lips'
own structure away where it covers them, lies in front.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...engine.faces.geometry import head_yaws
from .interior import LUMA
from .registration import NODES_X as _X
from .registration import NODES_Y as _Y
from .registration import References

# The lips; the lips and what is around them, whose structure is compared; where covers are looked for, at
# most; where their size counts; and nodes by which light is measured, between nose and cheeks.
_LIPS = (_X / 0.55) ** 2 + (_Y / 0.28) ** 2 < 1
_AROUND = (_X / 0.62) ** 2 + (_Y / 0.34) ** 2 < 1
_LOOKED = (np.abs(_X) < 0.85) & (_Y > -0.55) & (_Y < 0.8)
_NEAR = (_X / 0.70) ** 2 + ((_Y - 0.05) / 0.48) ** 2 < 1
_LIT = np.flatnonzero((_Y < -0.45) & (np.abs(_X) < 0.85))[::3]
# The first row of the chin.
_CHIN = int((_Y[:, 0] < 0.6).sum())
# What lips look like, wherever they are: redder than the skin, darker, darkest between them.
_RED = np.exp(-((_X / 0.42) ** 4 + (_Y / 0.16) ** 2))
_DARK = _RED + np.exp(-((_X / 0.45) ** 4 + (_Y / 0.05) ** 2))
# By how many levels a node may differ from all that was seen there and beside it: luma, and two of colour.
_TOLERANCE = np.array([14.0, 8.0, 8.0], np.float32)
# The smallest covers, in nodes near the lips: beside frames with larger ones; of what differs by as much as
# no lips, teeth, folds and shadows do; and of what differs less. And those peaks, in levels.
_TRACE, _SMALL, _LARGE = 16, 26, 72
_CLEAR, _SLIGHT = 75.0, 15.0
# How much of a part may lie in lips that are all there.
_ON_LIPS = 0.3
# How steep the rim of a cover is: levels over four nodes, a level of colour counting as much as two of luma.
_STEEP = 26.0
_WEIGHTS = np.array([1.0, 2.0, 2.0], np.float32)
# Light may have changed by these factors.
_LIGHT = (0.6, 1.6)
# By what factor a cover must be larger than what the person's own frames differ in.
_BEYOND = 2.0
# The correlation of the lips' structure with the nearest reference's, as a part of what it is among
# references, above which they are all there.
_PARTLY = 0.85
# Lips as much as this less alike than the most alike, and by this factor less than references are, are gone;
# and the nodes near them that must differ, all together.
_GONE, _UNLIKE, _PATCHES = 0.55, 4.0, 24
# Heads turned by more than any reference's by so many degrees show other sides.
_TURNED = 15.0
# Lips that look that much more like lips than any reference are none that something covers.
_MORE_LIPS = 0.25
# The correlations with one of the others by which a reference shows the same lips, and lips of another form;
# what it is worth that all do, against looking like lips altogether; and by how much one set of them must be
# worth more than others.
_SAME_LIPS, _SIMILAR_LIPS = 0.70, 0.50
_SIZE, _CLEARLY = 1.5, 0.25
# The fewest references that say what varies.
_FEWEST = 3
_CROSS = np.ones((3, 3), np.uint8)
_ROUND = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
_WIDE = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (11, 11))


@dataclass(frozen=True)
class Cover:
    """What lies in front. nodes: float32 [SIDE, SIDE], 0..1. share: of the lips, 0..1. sure: whether it is
    clear by itself, and not only beside frames where it is."""

    nodes: np.ndarray
    share: float
    sure: bool


class Likeness:
    """What a person's lower face looks like uncovered. face: bool [SIDE, SIDE], as the registration's."""

    def __init__(self, references: References, face: np.ndarray) -> None:
        self._looked = _LOOKED & face
        self._yaws = references.yaws
        pictures = references.colours.astype(np.float32)
        self._light = np.median(pictures, axis=0).reshape(-1, 3)[_LIT] + 8
        features = np.stack([self._features(picture) for picture in pictures])
        self._middle = np.median(features, axis=0)
        self._lips = max(_lip_likeness(each) for each in features)
        rows = np.arange(len(features))
        others = [_Envelope(features[rows != row]) for row in rows]
        # How far they are from each other is how far an uncovered face is from them.
        found = [each.compare(features[row]) for row, each in enumerate(others)]
        self._smallest = _BEYOND * max(_largest((beyond > 0) & self._looked) for beyond, _ in found)
        self._alike = min(correlation for _, correlation in found)
        self._envelope = _Envelope(features)

    @classmethod
    def of(cls, references: References, face: np.ndarray) -> Likeness | None:
        """Of those references that show the same lips, of several sets the one that is larger and looks more
        like lips: something may lie before the others. None where it is too small, where another set that
        shows other things is as good, or where the face varies too much."""
        if len(references.yaws) < _FEWEST:
            return None
        features = np.stack([_of_colours(each.astype(np.float32)) for each in references.colours])
        lips = np.array([_lip_likeness(each) for each in features])
        structures = np.stack([_structure(each) for each in features])
        sets = _linked(structures)
        worth = [_SIZE * len(rows) / len(features) + float(lips[rows].max()) for rows in sets]
        best = sets[int(np.argmax(worth))]
        good = [rows for rows, value in zip(sets, worth, strict=True) if value > max(worth) - _CLEARLY]
        if any((structures[rows] @ structures[best].T).max() < _SIMILAR_LIPS for rows in good):
            return None
        kept = np.sort(np.concatenate(good))
        if len(kept) < _FEWEST:
            return None
        likeness = cls(References(references.colours[kept], references.yaws[kept]), face)
        return likeness if likeness._smallest < _LIPS.sum() else None

    def cover(self, colours: np.ndarray, mesh: np.ndarray) -> Cover | None:
        """What lies before the face in a frame; None if nothing does. colours: of the grid, uint8 [SIDE,
        SIDE, 3]. mesh: float [468+, 3], of the face in it."""
        features = self._features(colours.astype(np.float32))
        beyond, correlation = self._envelope.compare(features)
        alike = correlation / max(self._alike, 1e-3)
        found, sure = self._parts(beyond, features, alike)
        differs = (beyond > 0) & self._looked
        gone = 1 - correlation > max(_GONE, _UNLIKE * (1 - self._alike))
        if gone and differs[_NEAR].sum() >= _PATCHES:
            # However little of it differs: a hand may have the face's own colours.
            found, sure = (differs | _LIPS).astype(np.uint8), True
        elif found is None:
            found = _around_lips(beyond)
        if found is None or _lip_likeness(features) > self._lips + _MORE_LIPS:
            return None
        if np.abs(self._yaws - head_yaws(mesh[None])[0]).min() > _TURNED:
            return None
        # It goes on where the face isn't looked at by itself.
        _, labels = cv2.connectedComponents((beyond > 0).astype(np.uint8), connectivity=4)
        found |= np.isin(labels, np.unique(labels[(found > 0) & (labels > 0)])).astype(np.uint8)
        # Of what is as bright as the skin only some differs; it lies in front all the same.
        found = cv2.morphologyEx(found, cv2.MORPH_CLOSE, _WIDE)
        # And it goes on below the chin, whatever was there in other frames.
        found[_CHIN:] = np.maximum.accumulate(found[_CHIN:], axis=0)
        return Cover(cv2.dilate(found, _ROUND).astype(np.float32), float(found[_LIPS].mean()), sure)

    def _parts(
        self, beyond: np.ndarray, features: np.ndarray, alike: float
    ) -> tuple[np.ndarray | None, bool]:
        """The nodes of connected parts of some size that differ clearly and have an edge, uint8 [SIDE, SIDE],
        None if there are none; and whether one of them is clear by itself."""
        differs = ((beyond > 0) & self._looked).astype(np.uint8)
        if not differs.any():
            return None, False
        # Letters of a caption are one thing.
        bridges = cv2.dilate(((beyond > _CLEAR / 2) & self._looked).astype(np.uint8), _ROUND)
        count, labels = cv2.connectedComponents(differs | bridges, connectivity=4)
        steep: np.ndarray | None = None
        found, sure = np.zeros_like(differs), False
        for label in range(1, count):
            part = (labels == label) & (differs > 0)
            area = int((part & _NEAR).sum())
            if part.sum() < max(_TRACE, self._smallest):
                continue
            peak = float(beyond[part].max())
            # Lips that are all there have nothing before them: the mouth's form has changed, or the light.
            lips = int((part & _LIPS).sum()) if alike > _PARTLY else 0
            if peak < _SLIGHT or lips > _ON_LIPS * part.sum():
                continue
            # Other light comes gradually.
            steep = self._steepness(features) if steep is None else steep
            rim = cv2.morphologyEx(part.astype(np.uint8), cv2.MORPH_GRADIENT, _CROSS) > 0
            if steep[rim].mean() > _STEEP:
                found |= part
                sure |= lips == 0 and area >= max(_SMALL if peak > _CLEAR else _LARGE, self._smallest)
        return (found if found.any() else None), sure

    def _steepness(self, features: np.ndarray) -> np.ndarray:
        """By how much what differs from the usual does so more on one side of a node than on the other."""
        change = (features - self._middle) * _WEIGHTS
        padded = cv2.copyMakeBorder(change, 2, 2, 2, 2, cv2.BORDER_REPLICATE)
        across = padded[2:-2, 4:] - padded[2:-2, :-4]
        down = padded[4:, 2:-2] - padded[:-4, 2:-2]
        return np.maximum(np.abs(across).max(-1), np.abs(down).max(-1))

    def _features(self, picture: np.ndarray) -> np.ndarray:
        gain = np.median((picture.reshape(-1, 3)[_LIT] + 8) / self._light, axis=0)
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
        return beyond, float((self._structures @ _structure(features)).max())


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


def _around_lips(beyond: np.ndarray) -> np.ndarray | None:
    """The nodes of connected parts that differ clearly around the lips, uint8 [SIDE, SIDE], None if there are
    none: what comes before them, or only a background."""
    count, labels = cv2.connectedComponents((beyond > 0).astype(np.uint8), connectivity=4)
    sizes, lips = (np.bincount(each, minlength=count) for each in (labels.ravel(), labels[_LIPS]))
    kept = (sizes >= _TRACE) & (lips <= _ON_LIPS * sizes)
    kept[0] = False
    found = (kept[labels] & (beyond > 0)).astype(np.uint8)
    return found if beyond[found > 0].max(initial=0) > 2 * _SLIGHT else None


def _linked(structures: np.ndarray) -> list[np.ndarray]:
    """Rows that are alike, or alike to others that are."""
    same = structures @ structures.T > _SAME_LIPS
    left, sets = np.ones(len(same), bool), []
    while left.any():
        rows = np.arange(len(same)) == left.argmax()
        while (more := same[rows].any(0) | rows).sum() > rows.sum():
            rows = more
        left &= ~rows
        sets.append(np.flatnonzero(rows))
    return sets


def _largest(mask: np.ndarray) -> int:
    stats = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)[2]
    return int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))
