"""A coarse grid over a person's lower face, which goes with the head and the lips: the same skin comes to the
same place in all frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...engine.faces.geometry import head_yaws
from ...engine.faces.track import Person
from ...engine.media.colour import crop_rgb
from ...engine.media.source import Source
from ..dub.scheduler import even_rect
from .controls import CONTROLS
from .mouth import RestShape
from .render import moving_box

# Nodes of the grid, and what it spans at rest, in widths of the mouth from its middle: from below the eyes to
# the neck.
SIDE = 32
_LEFT, _RIGHT, _TOP, _BOTTOM = -1.0, 1.0, -0.85, 1.25
NODES_X, NODES_Y = np.meshgrid(
    _LEFT + (np.arange(SIDE) + 0.5) / SIDE * (_RIGHT - _LEFT),
    _TOP + (np.arange(SIDE) + 0.5) / SIDE * (_BOTTOM - _TOP),
)
_STIFFNESS = 1e-3
# Nearer to the face's outline than this part of it a turning head shows what is behind.
_INWARDS = 0.88
# Nodes by which what is drawn goes on beside the grid, and below it: as far as anything moves.
_BESIDE, _BELOW = 8, 20
# Frames that show what a person looks like; and how many more of a group of pictures are decoded for each of
# those in it, times the number of the others: in a single group they lie far apart.
REFERENCES, _DEEPER = 6, 2
# Each takes some tens of milliseconds.
_PEOPLE = 12


@dataclass(frozen=True)
class Seen:
    """The grid in one frame. colours: uint8 [SIDE, SIDE, 3]. places: the nodes in the crop's pixels, float32
    [SIDE, SIDE, 2]."""

    colours: np.ndarray
    places: np.ndarray


@dataclass(frozen=True)
class References:
    """What a person looks like in a few frames. colours: uint8 [n, SIDE, SIDE, 3]. yaws: of the head, degrees
    [n]."""

    colours: np.ndarray
    yaws: np.ndarray


class Registration:
    """Lays the grid over a person's frames, by thin-plate splines through the control points. face: bool
    [SIDE, SIDE], which nodes stay on it however the head turns."""

    def __init__(self, rest: RestShape) -> None:
        points = (rest.points[:, :2] - rest.centre[:2]) / rest.width
        nodes = np.stack([NODES_X.ravel(), NODES_Y.ravel()], 1)
        n = len(points)
        system = np.zeros((n + 3, n + 3))
        system[:n, :n] = _radial(points, points) + _STIFFNESS * np.eye(n)
        system[:n, n] = system[n, :n] = 1
        system[:n, n + 1 :] = points
        system[n + 1 :, :n] = points.T
        basis = np.column_stack([_radial(nodes, points), np.ones(len(nodes)), nodes])
        outline = cv2.convexHull(_INWARDS * points.astype(np.float32))
        inside = [cv2.pointPolygonTest(outline, node.tolist(), False) >= 0 for node in nodes]
        self.face = np.reshape(inside, (SIDE, SIDE))
        # Linear in where the points go, so that it is solved once for all frames.
        self._weights = np.linalg.solve(system, basis.T).T[:, :n].astype(np.float32)

    def see(self, rgb: np.ndarray, mesh: np.ndarray) -> Seen:
        """rgb: uint8 [h, w, 3]. mesh: float [468+, 3] in its pixels."""
        places = (self._weights @ mesh[CONTROLS, :2].astype(np.float32)).reshape(SIDE, SIDE, 2)
        step = max(float(np.linalg.norm(places[0, -1] - places[0, 0])) / (SIDE - 1), 1.0)
        # Whole pixels to one are quickest.
        by = max(min(round(step / 2), *(side // 2 for side in rgb.shape[:2])), 1)
        height, width = (side // by for side in rgb.shape[:2])
        small = rgb[: height * by, : width * by]
        if by > 1:
            small = cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA)
        x, y = cv2.split((places + 0.5) / by - 0.5)
        small = cv2.blur(small, (3, 3))
        colours = cv2.remap(small, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return Seen(colours, places)


def find_references(
    source: Source, people: Sequence[Person], rests: Mapping[int, RestShape], stop: int
) -> dict[int, References]:
    """Of people in a few of the frames before `stop`, spread over their time, by id; of many people, of those
    that are seen longest. Of a still there are none."""
    if source.still:
        return {}
    longest = sorted(people, key=lambda person: -int(person.seen.sum()))[:_PEOPLE]
    found = {}
    for person in longest:
        registration = Registration(rests[person.id])
        seen = dict(_pictures(source, person, registration, stop))
        if seen:
            yaws = head_yaws(person.meshes[[frame - person.first for frame in seen]])
            found[person.id] = References(np.stack(list(seen.values())), yaws.astype(np.float32))
    return found


def _pictures(
    source: Source, person: Person, registration: Registration, stop: int
) -> Iterator[tuple[int, np.ndarray]]:
    for group in _groups(source, person, stop):
        wanted = set(group)
        for frame in source.read(min(group), max(group) + 1):
            if frame.index not in wanted:
                continue
            mesh = person.meshes[frame.index - person.first].copy()
            rect = even_rect(moving_box(mesh), frame)
            if rect is not None:
                mesh[:, :2] -= rect[:2]
                yield frame.index, registration.see(crop_rgb(frame, rect), mesh).colours


def _groups(source: Source, person: Person, stop: int) -> list[list[int]]:
    """Frames that are quick to read, by the groups of pictures they are in: a key frame, and a few after it
    where more are wanted of the group."""
    seen = person.first + np.flatnonzero(person.seen[: max(stop - person.first, 0)])
    if not len(seen):
        return []
    spread = (np.arange(REFERENCES) + 0.5) / REFERENCES * (len(seen) - 1)
    by_key: dict[int, list[int]] = {}
    for frame in seen[np.round(spread).astype(int)].tolist():
        by_key.setdefault(source.key_before(frame), []).append(frame)
    groups = []
    for key, frames in by_key.items():
        last = min(frames[-1], key + _DEEPER * len(frames) * (len(frames) - 1))
        near = np.searchsorted(seen, np.linspace(key, max(last, key), len(frames)))
        groups.append(sorted(set(seen[np.minimum(near, len(seen) - 1)].tolist())))
    return groups


def draw(nodes: np.ndarray, places: np.ndarray, width: int, height: int) -> np.ndarray:
    """Values 0..1 of the grid's nodes [SIDE, SIDE], which lie at `places` [SIDE, SIDE, 2], as pixels float32
    [height, width], with soft edges; beyond the grid those of its border go on."""
    pads = (0, _BELOW), (_BESIDE, _BESIDE)
    nodes = np.pad(nodes, pads, mode="edge")
    places = np.pad(places, (*pads, (0, 0)), mode="reflect", reflect_type="odd")
    corners = np.stack([nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]]).max(0)
    quads = np.stack([places[:-1, :-1], places[:-1, 1:], places[1:, 1:], places[1:, :-1]], 2)
    canvas = np.zeros((height, width), np.float32)
    for row, column in np.argwhere(corners > 0).tolist():
        value = float(corners[row, column])
        quad = np.round(quads[row, column] * 16).astype(np.int32)
        cv2.fillConvexPoly(canvas, quad, value, shift=4)
    step = float(np.linalg.norm(places[0, -1] - places[0, 0])) / (places.shape[1] - 1)
    return cv2.GaussianBlur(canvas, (0, 0), max(0.6, 0.3 * step))


def _radial(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    squared = ((first[:, None] - second) ** 2).sum(-1)
    return squared * np.log(np.maximum(squared, 1e-9))
