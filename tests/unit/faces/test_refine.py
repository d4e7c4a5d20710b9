"""Landmarks of their own for a track's faces."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest

from lipsync_studio.engine.faces.choose import choose, choose_people
from lipsync_studio.engine.faces.draw import draw_track
from lipsync_studio.engine.faces.ibug import landmarks68
from lipsync_studio.engine.faces.refine import with_landmarks
from lipsync_studio.engine.faces.track import FaceTrack, Person
from lipsync_studio.engine.host.plain import PlainHost

from .conftest import DrawnSource

FRAMES = 24


def place(frame: int, which: int) -> tuple[float, float]:
    """Where the dot of a person is, in the wire's pixels."""
    return (120.0 + 4 * frame, 100.0) if which == 0 else (500.0 - 3 * frame, 250.0)


def draw(frame: int) -> np.ndarray:
    out = np.full((360, 640, 3), 40, np.uint8)
    for which in (0, 1):
        # The wire counts from the corner of pixel 0, OpenCV from its middle.
        x, y = (round((v - 0.5) * 16) for v in place(frame, which))
        cv2.circle(out, (x, y), 5 * 16, (255, 255, 255), -1, cv2.LINE_AA, 4)
    return out


class DotFinder:
    """All 68 points on the middle of what is bright in the box."""

    resident = staticmethod(nullcontext)

    def __init__(self, key: str = "dots") -> None:
        self.key, self.batches = key, 0

    def landmarks(
        self, frames: Sequence[np.ndarray], boxes: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        assert boxes is not None
        self.batches += 1
        points = np.empty((len(frames), 68, 2), np.float32)
        for i, (frame, box) in enumerate(zip(frames, boxes, strict=True)):
            x0, y0, x1, y1 = np.rint(box).astype(int)
            ys, xs = np.nonzero(frame[max(y0, 0) : y1, max(x0, 0) : x1, 0] > 128)
            points[i] = xs.mean() + max(x0, 0), ys.mean() + max(y0, 0)
            # Eyes apart, so that a face has a size.
            points[i, 36, 0] -= 30
            points[i, 45, 0] += 30
        return points, np.ones(points.shape[:2], np.float32)


@pytest.fixture
def track() -> FaceTrack:
    """The first person in all frames but 10 and 11, the second in 6..17."""
    persons = []
    for which, rows in ((0, range(FRAMES)), (1, range(6, 18))):
        middles = np.array([place(k, which) for k in rows], np.float32)
        scores = np.ones(len(rows), np.float32)
        if which == 0:
            scores[10:12] = 0
        boxes = np.concatenate([middles - 40, middles + 40], axis=1)
        meshes = np.zeros((len(rows), 468, 3), np.float32)
        meshes[..., :2] = middles[:, None] + np.random.default_rng(0).normal(0, 9, (468, 2))
        persons.append(Person(which + 1, rows[0], boxes, meshes, scores, np.zeros(len(rows), bool)))
    return FaceTrack(tuple(persons), FRAMES, (640, 360), Fraction(25), "key")


def test_every_face_is_measured_where_it_is(track: FaceTrack, host: PlainHost) -> None:
    finder = DotFinder()
    found = with_landmarks(track, DrawnSource(draw, FRAMES), finder, host)
    assert finder.batches == -(-(FRAMES - 2 + 12) // 8)
    for which, person in enumerate(found.persons):
        assert person.landmarks68 is not None
        assert (person.landmarks68.shape, person.landmarks68.dtype) == (
            (len(person.scores), 68, 2),
            np.float32,
        )
        for row, frame in enumerate(range(person.first, person.first + len(person.scores))):
            face = person.at(frame)
            if face is None:
                assert (person.landmarks68[row] == 0).all()
            else:
                assert face.landmarks68[0] == pytest.approx(place(frame, which), abs=0.3)
                assert np.array_equal(face.landmarks68, person.landmarks(slice(row, row + 1))[0])
    # Everything else is as it was, and still bounded.
    for before, after in zip(track.persons, found.persons, strict=True):
        assert replace(after, landmarks68=None) == before
        arrays = (after.boxes, after.meshes, after.scores, after.interpolated, after.landmarks68)
        assert sum(array.nbytes for array in arrays if array is not None) / len(after.scores) <= 8192


def test_only_frames_with_somebody_are_read(track: FaceTrack, host: PlainHost) -> None:
    drawn: list[int] = []

    def noted(frame: int) -> np.ndarray:
        drawn.append(frame)
        return draw(frame)

    source = DrawnSource(noted, FRAMES)
    drawn.clear()
    second = replace(track, persons=track.persons[1:])
    with_landmarks(second, source, DotFinder(), host)
    assert drawn == list(range(6, 18))
    drawn.clear()
    assert with_landmarks(replace(track, persons=()), source, DotFinder(), host).persons == ()
    assert drawn == []


def test_the_key_tells_what_measured(track: FaceTrack, host: PlainHost) -> None:
    source = DrawnSource(draw, FRAMES)
    keys = {
        track.key,
        with_landmarks(track, source, DotFinder(), host).key,
        with_landmarks(track, source, DotFinder(), host, smooth=False).key,
        with_landmarks(track, source, DotFinder("other weights"), host).key,
        with_landmarks(replace(track, key="other"), source, DotFinder(), host).key,
    }
    assert len(keys) == 5
    again = with_landmarks(track, source, DotFinder(), host)
    assert again.key in keys


def test_choosing_keeps_the_landmarks(track: FaceTrack, host: PlainHost) -> None:
    found = with_landmarks(track, DrawnSource(draw, FRAMES), DotFinder(), host)
    assert choose(found, "2").landmarks68 is found.persons[1].landmarks68
    assert choose_people(found, "left")[0].landmarks68 is found.persons[0].landmarks68


def test_the_mesh_stands_in_where_nothing_was_measured(track: FaceTrack) -> None:
    person = track.persons[0]
    face = person.at(3)
    assert face is not None
    assert np.array_equal(face.landmarks68, landmarks68(person.meshes[3]))
    assert np.array_equal(person.landmarks(slice(2, 5)), landmarks68(person.meshes[2:5]))


class Jittering(DotFinder):
    """Noise of a third of a pixel, as bins make it."""

    def landmarks(
        self, frames: Sequence[np.ndarray], boxes: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        points, scores = super().landmarks(frames, boxes)
        noise = np.random.default_rng(self.batches).normal(0, 0.33, points.shape)
        return points + noise.astype(np.float32), scores


def test_jitter_is_removed_unless_asked_not_to(track: FaceTrack, host: PlainHost) -> None:
    one = replace(track, persons=track.persons[1:])
    raw, smooth = (
        with_landmarks(one, DrawnSource(draw, FRAMES), Jittering(), host, smooth=wanted).persons[0]
        for wanted in (False, True)
    )
    truth = np.array([place(k, 1) for k in range(6, 18)])[:, None]
    jaw, inner = slice(0, 17), slice(3, -3)
    noises = [np.std((person.landmarks(slice(None)) - truth)[inner, jaw]) for person in (raw, smooth)]
    assert noises[0] == pytest.approx(0.33, abs=0.05)
    assert noises[1] < 0.65 * noises[0]


def test_measured_landmarks_are_what_is_drawn(track: FaceTrack, host: PlainHost) -> None:
    found = with_landmarks(track, DrawnSource(draw, FRAMES), DotFinder(), host)
    black = np.zeros((360, 640, 3), np.uint8)
    mesh, dots = draw_track(black, track, 3), draw_track(black, found, 3)
    x, y = (round(v) for v in place(3, 0))
    inside = np.s_[y - 38 : y + 38, x - 38 : x + 38]
    assert (mesh[inside].any(axis=2)).mean() > 3 * (dots[inside].any(axis=2)).mean() > 0
