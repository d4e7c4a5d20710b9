"""Where the lips go: the outline of an opening, and how far it is."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from lipsync_studio.backends.viseme.bend import Box
from lipsync_studio.backends.viseme.contour import lip_curve, lip_ends
from lipsync_studio.backends.viseme.controls import (
    CHIN,
    INNER_CORNERS,
    LOWER_INNER,
    MIDDLE,
    OUTER_CORNERS,
    UPPER_INNER,
    UPPER_OUTER,
    control_points,
)
from lipsync_studio.backends.viseme.mouth import MouthPose, RestShape
from lipsync_studio.backends.viseme.texture import grain, noise_level, softness
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.images import ImageSource

FACE = Path(__file__).parents[2] / "data" / "monalisa.jpg"


@pytest.fixture(scope="module")
def rest():
    rgb = cv2.imread(str(FACE))[..., ::-1]
    with PlainHost("cpu", progress=False) as host:
        mesh = track_faces(ImageSource(rgb[None].astype(np.float32) / 255), host).persons[0].meshes[0]
    return RestShape.of(control_points(mesh)[1])


def gaps(rest, opening):
    shape = rest.spoken(MouthPose(open=opening))
    return (shape[LOWER_INNER] - shape[UPPER_INNER])[:, 1] / rest.width


def test_an_opening_is_pointed_while_small_and_round_when_wide(rest):
    small, wide = (gaps(rest, opening) / gaps(rest, opening).max() for opening in (0.08, 0.42))
    beside = [0, -1]
    assert np.all(small[beside] < wide[beside] - 0.04)
    # As the meshes of real speakers have it: about half as far open where the lips' outermost points are.
    assert np.all((small[beside] > 0.3) & (small[beside] < 0.65))


def test_lips_part_further_the_more_is_asked_and_at_once_for_little(rest):
    parted = [gaps(rest, opening)[MIDDLE] for opening in np.linspace(0, 0.5, 26)]
    assert np.all(np.diff(parted) > 0)
    assert parted[1] / 0.02 > parted[10] / 0.2


def test_the_upper_lip_takes_part_and_more_where_no_smile_has_raised_it(rest):
    def rise(shape):
        upper = UPPER_INNER[MIDDLE]
        return (shape.met[upper] - shape.spoken(MouthPose(open=0.3))[upper])[1] / gaps(shape, 0.3)[MIDDLE]

    smiling = rest.points.copy()
    smiling[LOWER_INNER, 1] += 0.12 * rest.width * rest.arch[LOWER_INNER]
    assert 0.1 < rise(rest) < 0.25
    assert rise(RestShape.of(smiling)) < 0.75 * rise(rest)


def test_a_wide_mouth_is_narrower(rest):
    def width(opening):
        corners = rest.spoken(MouthPose(open=opening))[OUTER_CORNERS, 0]
        return abs(corners[1] - corners[0])

    assert width(0.1) == pytest.approx(width(0.12))
    assert width(0.42) < 0.97 * width(0.12)


def test_a_smile_opens_no_further_than_a_mouth_that_is_as_wide_as_any(rest):
    broad = rest.points.copy()
    middle = rest.centre[0]
    lips = slice(0, INNER_CORNERS[0])
    for rows in (lips, INNER_CORNERS, OUTER_CORNERS):
        broad[rows, 0] = middle + 1.4 * (broad[rows, 0] - middle)
    smile = RestShape.of(broad)
    pose = MouthPose(open=0.25, jaw=0.2)
    opened, usual = ((shape.spoken(pose) - shape.met) for shape in (smile, rest))
    lower = LOWER_INNER[MIDDLE]
    assert opened[lower, 1] < 1.2 * usual[lower, 1]
    assert opened[CHIN, 1].max() < 1.2 * usual[CHIN, 1].max()
    corners = smile.spoken(pose)[OUTER_CORNERS, 0]
    assert abs(corners[1] - corners[0]) < 0.95 * smile.width


def test_both_lips_end_between_the_inner_and_the_outer_corners(rest):
    points = rest.spoken(MouthPose(open=0.2))[:, :2] * 100
    for inwards in (0.0, 0.4):
        ends = lip_ends(points, inwards)
        assert np.allclose(
            ends - points[OUTER_CORNERS], inwards * (points[INNER_CORNERS] - points[OUTER_CORNERS])
        )
        for lip in (UPPER_INNER, LOWER_INNER):
            assert np.allclose(lip_curve(points, lip, inwards)[[0, -1]], ends)


def test_the_lips_outer_edge_comes_down_with_the_corners(rest):
    """Else what lies beside a corner is drawn out into a dark lobe above it."""
    shape = rest.spoken(MouthPose(open=0.45, jaw=0.34))
    ends = UPPER_OUTER[[0, -1]]
    down = (shape - rest.points)[OUTER_CORNERS, 1]
    assert np.all(down > 0.05 * rest.width)
    apart = [(each[OUTER_CORNERS] - each[ends])[:, 1] for each in (rest.points, shape)]
    assert np.all(apart[1] - apart[0] < 0.9 * down)


@pytest.mark.parametrize("strength", [1.0, 4.0])
def test_grain_is_as_strong_as_the_lips_noise_wherever_it_is(strength):
    """Half of the lip is smooth, and an edge crosses it."""
    random = np.random.default_rng(0)
    rgb = np.full((120, 200, 3), 120.0)
    rgb[:, 90:] += strength * random.standard_normal((120, 110, 1))
    rgb[60:] += 60
    source = np.tile([100.0, 60.0], (200, 1))
    source[LOWER_INNER] += np.linspace((-50, -12), (50, -12), len(LOWER_INNER))
    hole = Box(0, 0, 90, 50)
    made = grain(np.clip(rgb, 0, 255).astype(np.uint8), source, hole, strength)
    assert made.shape == (50, 90, 3)
    assert noise_level(made) == pytest.approx(strength, rel=0.02)
    assert np.ptp(made, axis=2).max() < 0.35 * strength + 0.5


@pytest.mark.parametrize(("blur", "least", "most"), [(0.0, 0.0, 0.0), (1.2, 0.0, 0.0), (16.0, 2.0, 8.0)])
def test_what_is_behind_smooth_lips_is_soft(blur, least, most):
    """Lips with detail of about a pixel, and the same painted with so broad a brush."""
    detail = np.random.default_rng(0).standard_normal((80, 200)).astype(np.float32)
    if blur:
        detail = cv2.GaussianBlur(detail, (0, 0), blur)
    lips = np.repeat(120 + 20 * (detail / detail.std())[..., None], 3, 2)
    where = np.zeros((80, 200), bool)
    where[10:70, 10:190] = True
    assert least <= softness(lips, where, 200.0) <= most
    assert softness(lips, np.zeros_like(where), 200.0) == 0
