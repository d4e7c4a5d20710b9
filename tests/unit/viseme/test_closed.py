"""Open mouths are closed with the person's own closed lips, from another frame."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lipsync_studio.backends.dub.scheduler import even_rect
from lipsync_studio.backends.viseme.closed import ClosedLips, _between, find_closed, gaps_around
from lipsync_studio.backends.viseme.controls import (
    CONTROLS,
    HELD,
    LOWER_INNER,
    MIDDLE,
    OUTER_CORNERS,
    UPPER_INNER,
    control_points,
    pixel_offsets,
)
from lipsync_studio.backends.viseme.mouth import MouthPose
from lipsync_studio.backends.viseme.pipeline import rest_shape
from lipsync_studio.backends.viseme.render import _gain, moving_box, render_mouth
from lipsync_studio.backends.viseme.views import Views
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import crop_rgb, to_rgb
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.source import VideoSource

ROOT = Path(__file__).parents[3]
QUIET = MouthPose(active=0)


def uncovered(person, frame):
    return False


def tracked(source):
    with PlainHost("cpu") as host:
        return track_faces(source, host).persons[0]


@pytest.fixture(scope="module")
def speaking():
    """A speaker of the GRID corpus who ends with her lips closed, and those."""
    source = VideoSource(ROOT / "tests" / "data" / "faces" / "lrwp9a.mp4")
    person = tracked(source)
    return source, person, find_closed(source, [person], source.frames, uncovered)[person.id]


def closed_by(source, person, closed, opened):
    """Of each frame whose mouth is open by more than `opened`: the crop, the crop with it closed, and where
    its control points are then."""
    rest, gaps = rest_shape(person), Views.of(person, source.frames).gaps
    for frame, gap in zip(source.read(), gaps, strict=True):
        if gap <= opened:
            continue
        mesh = person.meshes[frame.index].copy()
        rect = even_rect(moving_box(mesh), frame)
        mesh[:, :2] -= rect[:2]
        crop = crop_rgb(frame, rect)
        head, current = control_points(mesh)
        shift = pixel_offsets(head, rest.shut - current)
        shift[HELD] = 0
        painted, alpha = render_mouth(crop, mesh, rest, QUIET, rest.shut, closed=closed)
        goal = mesh[CONTROLS, :2] + shift
        if closed is not None:
            points = mesh[CONTROLS, :2].astype(np.float64)
            goal = goal + closed.with_corners(np.zeros_like(points), points, head.yaw)
        yield crop, np.where(alpha[..., None] > 0.5, painted, crop), goal


def test_closed_lips_are_taken_from_a_frame_that_shows_them(speaking):
    source, person, closed = speaking
    assert closed.gap < 0.04
    assert closed.rgb.nbytes < 400_000
    bright, pale = _between(closed)
    assert bright < 0
    assert pale < 0.2
    assert find_closed(source, [person], 12, uncovered) == {}
    assert find_closed(source, [person], 0, uncovered) == {}
    assert find_closed(source, [person], source.frames, lambda who, frame: True) == {}


def test_nobody_closes_lips_that_always_show_teeth():
    source = VideoSource(ROOT / "demo" / "clip.mp4", 0.0, 0.48)
    assert find_closed(source, [tracked(source)], source.frames, uncovered) == {}


def test_a_still_has_no_other_lips():
    frame = next(iter(VideoSource(ROOT / "tests" / "data" / "faces" / "lrwp9a.mp4").read()))
    still = ImageSource(to_rgb(frame)[None].astype(np.float32) / 255)
    assert find_closed(still, [tracked(still)], 1, uncovered) == {}


def test_nothing_bright_is_left_between_lips_that_were_open(speaking):
    source, person, closed = speaking
    bent, laid = (
        [
            _between(ClosedLips(after, goal, 0, 0, closed.rest, closed.line, closed.inwards))[0]
            for _, after, goal in closed_by(source, person, lips, 0.12)
        ]
        for lips in (None, closed)
    )
    assert len(laid) >= 8
    assert max(bent) > 8
    assert max(laid) < 2


def test_they_have_the_light_of_the_frame(speaking):
    source, person, closed = speaking
    darker = replace(closed, rgb=(closed.rgb * 0.7).astype(np.uint8))
    own, other = (
        next(after for _, after, _ in closed_by(source, person, lips, 0.12)) for lips in (closed, darker)
    )
    assert np.abs(own.astype(float) - other).mean() < 0.3
    assert np.abs(own.astype(float) - other).max() < 12


def test_clothes_beside_the_face_do_not_colour_it():
    """The light of laid lips is that of the skin alone."""
    height, width = 60, 90
    wanted, found = np.full((height, width, 3), 150.0), np.full((height, width, 3), 120.0)
    wanted[:, 70:] = 250, 120, 30
    where = np.ones((height, width), np.float32)
    gain = _gain(wanted.astype(np.float32), found.astype(np.float32), where, 12.0)
    assert np.abs(gain[:, :75] - 1.25).max() < 0.02


def test_they_come_in_gradually_and_go_where_the_head_turns_away(speaking):
    _, _, closed = speaking
    shares = [closed.share(gap, closed.yaw) for gap in np.linspace(0, 0.15, 61)]
    assert shares[0] == 0
    assert shares[-1] == 1
    assert np.abs(np.diff(shares)).max() < 0.2
    assert closed.share(0.15, closed.yaw - 50) == 0
    assert 0 < closed.share(0.15, closed.yaw + 40) < 1


def test_lips_that_touch_for_a_frame_look_as_before_and_after(speaking):
    """Else the source's own lips would flash up between frames that show the closed ones."""
    source, person, closed = speaking
    openest = max(range(3, source.frames - 3), key=lambda at: gaps_around(person, [at]).min())
    assert gaps_around(person, [openest, 0]).shape == (2, 6)
    assert closed.share(closed.gap, closed.yaw) == 0
    assert closed.share(closed.gap, closed.yaw, np.full(6, 0.2)) == pytest.approx(0.9)
    assert closed.share(closed.gap, closed.yaw, np.array([0, 0, 0, 0, 0, 0.2])) == pytest.approx(0.25)
    frame = next(iter(source.read(openest, openest + 1)))
    mesh = person.meshes[frame.index].copy()
    rect = even_rect(moving_box(mesh), frame)
    mesh[:, :2] -= rect[:2]
    crop = crop_rgb(frame, rect)
    # A tracker that has them touch asks for no movement.
    mesh[CONTROLS[LOWER_INNER], :2] = mesh[CONTROLS[UPPER_INNER], :2]
    _, current = control_points(mesh)
    alone, among = (
        render_mouth(crop, mesh, closed.rest, QUIET, current, closed=closed, around=each)[1]
        for each in (None, np.full(6, 0.2))
    )
    assert not alone.any()
    assert among.max() > 0.85


def test_in_silence_an_open_mouth_of_the_source_may_stay_open(speaking):
    source, person, closed = speaking
    for frame in source.read(0, 3):
        mesh = person.meshes[frame.index].copy()
        rect = even_rect(moving_box(mesh), frame)
        mesh[:, :2] -= rect[:2]
        crop = crop_rgb(frame, rect)
        around = gaps_around(person, [frame.index])[0]
        assert around.max() > 0.05
        after, alpha = render_mouth(crop, mesh, closed.rest, QUIET, None, closed=closed, around=around)
        assert not alpha.any()
        assert np.array_equal(after, crop)


def test_corners_are_where_the_closed_lips_have_them(speaking):
    """An open mouth has no line to find them by; the tracker is off there by as much as on closed lips."""
    source, person, closed = speaking
    lower = replace(
        closed,
        line=np.where(np.isnan(closed.line), np.nan, np.float32(0.05)),
        inwards=np.zeros_like(closed.line),
    )
    points = person.meshes[0][CONTROLS, :2].astype(np.float64)
    width = float(np.linalg.norm(np.diff(points[OUTER_CORNERS], axis=0)))
    moved = lower.with_corners(np.zeros_like(points), points, closed.yaw)
    assert np.allclose(moved[OUTER_CORNERS, 1], 0.05 * width, atol=0.005 * width)
    assert np.abs(moved[[UPPER_INNER[MIDDLE], LOWER_INNER[MIDDLE]]]).max() == 0
    assert np.abs(moved[HELD]).max() == 0
    assert not lower.with_corners(np.zeros_like(points), points, closed.yaw + 60).any()


def test_lips_part_further_in_than_a_crease_goes(speaking):
    """This speaker's corners lie lower than the tracker has them: the ends of the line are creases."""
    source, person, closed = speaking
    left, right = closed.inwards[OUTER_CORNERS]
    assert 0 < left <= 0.08
    assert -0.08 <= right < 0
    points = person.meshes[0][CONTROLS, :2].astype(np.float64)
    width = float(np.linalg.norm(np.diff(points[OUTER_CORNERS], axis=0)))
    moved = points + closed.with_corners(np.zeros_like(points), points, closed.yaw)
    narrower = width - float(np.linalg.norm(np.diff(moved[OUTER_CORNERS], axis=0)))
    assert narrower == pytest.approx((left - right) * width, rel=0.1)


def test_lips_that_are_closed_stay_as_they_are(speaking):
    source, person, closed = speaking
    rest = rest_shape(person)
    for frame in source.read(source.frames - 3):
        mesh = person.meshes[frame.index].copy()
        rect = even_rect(moving_box(mesh), frame)
        mesh[:, :2] -= rect[:2]
        crop = crop_rgb(frame, rect)
        (one, alpha), (other, beside) = (
            render_mouth(crop, mesh, rest, QUIET, rest.points, closed=each) for each in (None, closed)
        )
        # Only the corners are held where the closed lips have them.
        assert np.abs(one.astype(float) - other).mean() < 0.1
        assert np.abs(alpha - beside).mean() < 0.01


@pytest.mark.parametrize("scale", [0.3, 3.0])
def test_they_fit_a_face_of_another_size(speaking, scale):
    _, _, closed = speaking
    goal = closed.points * scale + 40.0
    picture, matrix, points = closed.towards(goal)
    assert np.allclose(points, goal, atol=1e-3)
    there = goal @ matrix[:, :2].T + matrix[:, 2]
    assert np.allclose(
        (there + 0.5) * (np.array(closed.rgb.shape[1::-1]) / picture.shape[1::-1]) - 0.5,
        closed.points,
        atol=0.01,
    )
    assert picture.shape[1] >= 0.9 * min(scale, 1) * closed.rgb.shape[1]
