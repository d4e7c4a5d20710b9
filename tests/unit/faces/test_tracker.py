"""Where faces are, who they are and when they are gone, against clips whose motion is known."""

from __future__ import annotations

import threading
from collections.abc import Callable
from fractions import Fraction

import cv2
import numpy as np
import pytest
from PIL.Image import Image

from lipsync_studio.engine.errors import Cancelled
from lipsync_studio.engine.faces.geometry import head_axes
from lipsync_studio.engine.faces.track import FaceTrack, Person
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost

from .conftest import DrawnSource, apply, similarity

Draw = Callable[..., np.ndarray]
EYES = [33, 133, 362, 263]


def middle(person: Person, frame: int) -> np.ndarray:
    face = person.at(frame)
    assert face is not None, f"person {person.id} is missing in frame {frame}"
    return face.mesh[:, :2].mean(axis=0)


def worst(track: FaceTrack, person: Person, matrices: list[np.ndarray], truth: np.ndarray) -> float:
    """Largest mean distance over frames of the eye corners from where they were drawn, in pixels."""
    out = []
    for frame, matrix in enumerate(matrices):
        face = person.at(frame)
        assert face is not None
        out.append(np.linalg.norm(face.mesh[EYES, :2] - apply(matrix, truth[EYES]), axis=1).mean())
    return max(out)


@pytest.mark.parametrize(
    ("name", "matrix_at"),
    [
        ("translation", lambda i: similarity(180 + 9 * i, 180 + 30 * np.sin(i / 4), 1.1)),
        ("roll", lambda i: similarity(320, 180, 1.1, 40 * np.sin(i / 5))),
        ("scale", lambda i: similarity(320, 180, 0.5 * 1.04**i)),
    ],
)
def test_follows_known_motion(
    name: str, matrix_at: Callable[[int], np.ndarray], canvas: Draw, truth: np.ndarray, host: PlainHost
) -> None:
    matrices = [matrix_at(i) for i in range(30)]
    track = track_faces(DrawnSource(lambda i: canvas(matrices[i]), 30, noise=1), host)
    assert len(track.persons) == 1
    person = track.persons[0]
    assert person.first == 0
    assert person.seen.sum() == 30
    # Two hundredths of the head's width.
    assert worst(track, person, matrices, truth) < 0.02 * 180 * max(np.linalg.norm(m[:, 0]) for m in matrices)
    box, mesh = person.boxes[7], person.meshes[7]
    assert np.allclose(box, [*mesh[:, :2].min(axis=0), *mesh[:, :2].max(axis=0)])
    if name == "roll":
        poses = [head_axes(person.meshes[i]).roll - head_axes(truth).roll for i in range(30)]
        assert np.abs(np.array(poses) - 40 * np.sin(np.arange(30) / 5)).max() < 4


def test_depth_has_the_scale_of_the_picture(canvas: Draw, truth: np.ndarray, host: PlainHost) -> None:
    track = track_faces(DrawnSource(lambda _: canvas(similarity(320, 180, 1.5)), 1), host)
    depth, expected = np.ptp(track.persons[0].meshes[0, :, 2]), 1.5 * np.ptp(truth[:, 2])
    assert depth == pytest.approx(expected, rel=0.1)


def test_still_head_does_not_jitter(canvas: Draw, host: PlainHost) -> None:
    def spread(smooth: bool) -> float:
        source = DrawnSource(lambda _: canvas(similarity(320, 180, 1.2)), 25, noise=4)
        meshes = track_faces(source, host, smooth=smooth).persons[0].meshes[..., :2]
        return float(np.linalg.norm(np.diff(meshes, axis=0), axis=-1).mean())

    assert spread(True) < 0.4 * spread(False)


def test_sudden_move_is_not_smeared(canvas: Draw, truth: np.ndarray, host: PlainHost) -> None:
    matrices = [similarity(300 + (14 if i >= 12 else 0), 180, 1.2) for i in range(24)]
    track = track_faces(DrawnSource(lambda i: canvas(matrices[i]), 24, noise=2), host)
    x = np.array([middle(track.persons[0], i)[0] for i in range(24)])
    assert x[12] - x[11] == pytest.approx(14, abs=1.5)
    assert np.ptp(x[:12]) < 1
    assert np.ptp(x[12:]) < 1


def test_nothing_is_averaged_over_a_cut(canvas: Draw, painting: np.ndarray, host: PlainHost) -> None:
    """Everything but the head changes at frame 10; the head stays near."""
    wall = cv2.resize(painting[200:], (640, 360))

    def draw(i: int) -> np.ndarray:
        if i < 10:
            return canvas(similarity(300, 180, 1.2))
        picture = canvas(similarity(330, 170, 1.3), grey=60)
        picture[:, :140], picture[:, -140:] = wall[:, :140], wall[:, -140:]
        return picture

    track = track_faces(DrawnSource(draw, 20), host)
    assert track.cuts == (10,)
    (person,) = track.persons
    assert person.seen.tolist() == [True] * 20
    assert np.ptp([middle(person, i)[0] for i in range(10)]) < 1
    assert np.ptp([middle(person, i)[0] for i in range(10, 20)]) < 1


@pytest.mark.parametrize("length", [1, 3])
def test_flash_is_no_cut(length: int, canvas: Draw, host: PlainHost) -> None:
    def draw(i: int) -> np.ndarray:
        picture = canvas(similarity(320, 180, 1.2))
        return np.full_like(picture, 255) if 8 <= i < 8 + length else picture

    track = track_faces(DrawnSource(draw, 20), host)
    assert len(track.persons) == 1
    assert np.flatnonzero(~track.persons[0].seen).tolist() == list(range(8, 8 + length))
    assert not track.persons[0].interpolated.any()


def test_fast_pan_is_no_cut(canvas: Draw, host: PlainHost) -> None:
    source = DrawnSource(lambda i: np.roll(canvas(similarity(200, 180, 1.2)), 25 * min(i, 12), axis=1), 20)
    track = track_faces(source, host)
    assert [(p.first, len(p.scores)) for p in track.persons] == [(0, 20)]


def test_short_gap_is_filled_and_long_one_is_not(canvas: Draw, host: PlainHost) -> None:
    def draw(i: int) -> np.ndarray:
        hidden = 10 <= i < 15 or 22 <= i < 40
        return canvas() if hidden else canvas(similarity(200 + 4 * i, 180, 1.1))

    track = track_faces(DrawnSource(draw, 50), host, max_gap=0.3)
    assert len(track.persons) == 1
    person = track.persons[0]
    assert np.flatnonzero(person.interpolated).tolist() == list(range(10, 15))
    assert np.flatnonzero(~person.seen).tolist() == list(range(22, 40))
    assert person.at(30) is None
    assert middle(person, 12)[0] - middle(person, 9)[0] == pytest.approx(12, abs=1.5)


def test_who_leaves_and_returns_keeps_the_id(canvas: Draw, host: PlainHost) -> None:
    """The right head walks out of the picture and back; the left one stays."""

    def draw(i: int) -> np.ndarray:
        return canvas(similarity(150, 180, 1.1), similarity(480 + 22 * min(i, 50 - i, 15), 180, 1.1))

    track = track_faces(DrawnSource(draw, 50), host)
    assert len(track.persons) == 2
    left, right = sorted(track.persons, key=lambda p: p.boxes[0, 0])
    assert left.seen.sum() == 50
    assert right.at(0) is not None
    assert right.at(25) is None
    assert right.at(49) is not None
    assert abs(middle(right, 49)[0] - middle(right, 1)[0]) < 5


def test_ids_do_not_swap_when_heads_pass(canvas: Draw, host: PlainHost) -> None:
    """Two heads walk past each other, one in front of the other."""

    def places(i: int) -> tuple[np.ndarray, np.ndarray]:
        return similarity(120 + 10 * i, 150, 1.0), similarity(520 - 10 * i, 215, 1.15)

    track = track_faces(DrawnSource(lambda i: canvas(*places(i)), 41), host)
    assert len(track.persons) == 2
    behind, front = sorted(track.persons, key=lambda p: middle(p, 0)[0])
    assert front.seen.sum() == 41
    assert middle(behind, 40)[0] > 400
    assert middle(front, 40)[0] < 240


def test_newcomer_is_followed_back_to_the_first_frame(canvas: Draw, host: PlainHost) -> None:
    """The detector looks every eighth frame; a head that pops up between is found from its first frame."""
    left, right = similarity(170, 180, 1.1), similarity(470, 180, 1.1)
    source = DrawnSource(lambda i: canvas(left) if i < 11 else canvas(left, right), 24)
    track = track_faces(source, host)
    assert [p.first for p in track.persons] == [0, 11]


def test_small_faces_in_a_wide_picture(canvas: Draw, host: PlainHost) -> None:
    heads = [similarity(x, 130, 0.35) for x in (80, 640, 1180)]
    track = track_faces(DrawnSource(lambda _: canvas(*heads, size=(1280, 240)), 3), host)
    assert sorted(round(middle(p, 2)[0] / 100) for p in track.persons) == [1, 6, 12]


def test_at_most_so_many_faces(canvas: Draw, host: PlainHost) -> None:
    heads = [similarity(120, 180, 0.8), similarity(320, 180, 1.2), similarity(530, 180, 0.9)]
    track = track_faces(DrawnSource(lambda _: canvas(*heads), 4), host, max_faces=1)
    assert len(track.persons) == 1
    assert middle(track.persons[0], 0)[0] == pytest.approx(320, abs=30)


def test_still_and_empty_pictures(canvas: Draw, host: PlainHost) -> None:
    still = track_faces(DrawnSource(lambda _: canvas(similarity(320, 180, 1.2)), 1), host)
    assert [(p.first, len(p.scores)) for p in still.persons] == [(0, 1)]
    assert (still.frames, still.size, still.fps) == (1, (640, 360), Fraction(25))
    assert track_faces(DrawnSource(lambda _: canvas(), 5), host).persons == ()


def test_progress_shows_and_cancel_stops(canvas: Draw) -> None:
    class Watching(PlainHost):
        seen: list[tuple[str, int, int, tuple[int, int] | None]] = []

        def progress(self, stage: str, done: int, total: int, preview: Image | None = None) -> None:
            self.seen.append((stage, done, total, preview.size if preview else None))
            super().progress(stage, done, total, preview)

    cancel = threading.Event()
    source = DrawnSource(lambda _: canvas(similarity(320, 180, 1.2)), 20)
    with Watching("cpu", cancel=cancel) as host:
        track_faces(source, host)
        assert host.seen == [
            ("Finding faces", 0, 20, (320, 180)),
            ("Finding faces", 16, 20, (320, 180)),
            ("Finding faces", 20, 20, None),
        ]
        cancel.set()
        with pytest.raises(Cancelled):
            track_faces(source, host)


def test_same_input_same_track(canvas: Draw, host: PlainHost) -> None:
    source = DrawnSource(lambda i: canvas(similarity(300 + 3 * i, 180, 1.1)), 10, noise=2)
    first, second = track_faces(source, host), track_faces(source, host)
    assert first.key == second.key
    assert second.persons[0].meshes == pytest.approx(first.persons[0].meshes, abs=0.01)
    shorter = track_faces(source, host, stop=6)
    assert shorter.frames == 6
    assert len(shorter.persons[0].scores) == 6
    assert shorter.key != first.key
