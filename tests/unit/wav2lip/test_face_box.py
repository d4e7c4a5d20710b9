"""Which part of a face is seen: by the rule, and as the original does it."""

import numpy as np
import pytest

from lipsync_studio.backends.wav2lip.face_box import Pads, parity_box, parity_smoothed, track_box

# Brows at 100, chin at 300, the jaw from 60 to 220; everything else inside.
POINTS = np.full((68, 2), (140.0, 200.0))
POINTS[0], POINTS[8], POINTS[16], POINTS[19] = (60, 170), (141, 300), (220, 171), (110, 100)


def turned(points, angle, about=(140.0, 200.0)):
    c, s = np.cos(angle), np.sin(angle)
    return (points - about) @ np.array([[c, s], [-s, c]]) + about


def test_the_rule_is_from_the_brows_to_the_chin_and_across_the_jaw():
    box = track_box(POINTS, Pads(bottom=0))
    assert box.bounds == pytest.approx((60, 100, 220, 300))


@pytest.mark.parametrize("factor", [0.25, 1.0, 4.0])
def test_relative_pads_grow_with_the_face(factor):
    box = track_box(POINTS * factor, Pads(top=25.6, bottom=51.2, left=12.8, right=-12.8))
    assert box.bounds == pytest.approx(np.array([50, 80, 210, 340]) * factor)


def test_pads_in_pixels_do_not():
    box = track_box(POINTS * 4, Pads(1, 10, 2, 3, relative=False))
    assert box.bounds == pytest.approx((238, 399, 883, 1210))


@pytest.mark.parametrize("angle", [-0.4, 0.0, 0.7])
def test_the_box_tilts_with_the_head(angle):
    upright = track_box(POINTS, Pads(bottom=30, left=20))
    box = track_box(turned(POINTS, angle), Pads(bottom=30, left=20), angle)
    assert (box.width, box.height, box.angle) == pytest.approx((upright.width, upright.height, angle))
    middle = turned(np.array([[upright.x, upright.y]]), angle)[0]
    assert (box.x, box.y) == pytest.approx(tuple(middle))


@pytest.mark.parametrize(
    ("points", "pads"),
    [
        (np.full((68, 2), np.nan), Pads()),
        (np.full((68, 2), 7.0), Pads()),
        (POINTS * [1, 0], Pads()),
        (POINTS, Pads(left=-120, right=-120, relative=False)),
    ],
)
def test_what_spans_no_face_has_no_box(points, pads):
    assert track_box(points, pads) is None


@pytest.mark.parametrize(
    ("found", "box"),
    [
        ((100.9, 50.9, 200.9, 150.9), (100, 50, 200, 160)),  # cut to whole pixels, ten below
        ((-3.5, -0.2, 80.2, 90.7), (0, 0, 80, 100)),
        ((100, 50, 340.6, 239.5), (100, 50, 320, 240)),  # as far as the picture goes
        ((100, 50, 100.5, 150), None),
    ],
)
def test_the_originals_box(found, box):
    assert parity_box(found, Pads(relative=False), (320, 240)) == box


def test_the_originals_pads():
    pads = Pads(5, 20, 10, 30, relative=False)
    assert parity_box((100, 50, 200, 150), pads, (320, 240)) == (90, 45, 230, 170)


def test_boxes_are_smoothed_as_the_golden_ones(goldens):
    given = goldens["boxes"].copy()
    assert np.array_equal(parity_smoothed(given), goldens["boxes_smooth"])
    assert np.array_equal(given, goldens["boxes"]), "what is given stays"


def test_the_last_boxes_are_means_of_means():
    """Worked out by hand: of ten steps of 10, in whole pixels."""
    boxes = np.repeat(np.arange(0, 100, 10)[:, None], 4, axis=1)
    # The last four take 70, 60 … in the place of 50, 60 … as they come.
    assert parity_smoothed(boxes)[:, 0].tolist() == [20, 30, 40, 50, 60, 70, 74, 76, 78, 77]


@pytest.mark.parametrize(
    ("given", "smooth"), [([7], [7]), ([0, 10], [5, 7]), ([0, 10, 20, 30], [30, 30, 30, 30])]
)
def test_fewer_boxes_than_five(given, smooth):
    """The original's window then starts before the first box, which counts from the end."""
    assert parity_smoothed(np.array(given)[:, None])[:, 0].tolist() == smooth
