from __future__ import annotations

import math

import numpy as np
import pytest

from lipsync_studio.engine.compose.transform import FaceBox
from lipsync_studio.engine.errors import InputError
from lipsync_studio.engine.faces.placing import eye_angle
from lipsync_studio.musetalk_core.face_box import BoxSettings, face_box, parity_box, parity_margin

NO_MARGIN = BoxSettings(margin=0)


def face(scale: float = 1.0, angle: float = 0.0, x: float = 300, y: float = 200) -> np.ndarray:
    """A schematic face [68, 2] whose box is 256 pixels high and 200 wide, around landmark 29 at (x, y)."""
    points = np.zeros((68, 2))
    turn = np.linspace(np.pi, 0, 17)
    points[:17] = np.column_stack([100 * np.cos(turn), 128 * np.sin(turn)])
    points[17:27] = np.column_stack([np.linspace(-70, 70, 10), np.full(10, -80)])
    points[27:31] = [(0, -40), (0, -20), (0, 0), (0, 22)]
    points[31:36] = np.column_stack([np.linspace(-20, 20, 5), np.full(5, 35)])
    points[36:42], points[42:48] = (-45, -50), (45, -50)
    points[48:68] = (0, 70)
    c, s = scale * math.cos(angle), scale * math.sin(angle)
    return points @ np.array([[c, s], [-s, c]]) + (x, y)


def bounds(box: FaceBox | None) -> np.ndarray:
    assert box is not None
    return np.array(box.bounds)


def test_without_shift_and_margin_it_is_the_originals_box(painting):
    whole = painting.landmarks.astype(int).astype(float)
    box = parity_box(whole, (0, 0, 1, 1))
    assert bounds(face_box(whole, NO_MARGIN)) == pytest.approx(box)


@pytest.mark.parametrize("shift", [-7, -3, 0, 5, 7, 20])
def test_pixels_shift_as_in_the_original(shift: int):
    points = np.rint(face())
    box = face_box(points, BoxSettings(shift=shift, margin=10, shift_unit="pixels", margin_unit="pixels"))
    wanted = parity_margin(parity_box(points, (0, 0, 1, 1), shift) or (0, 0, 0, 0), 10, 1000)
    assert bounds(box) == pytest.approx(wanted)


@pytest.mark.parametrize("shift", [-7, 7])
def test_face_units_are_pixels_of_a_face_256_high_and_scale_with_it(shift: float):
    at_256 = face_box(face(), BoxSettings(shift=shift))
    pixels = face_box(face(), BoxSettings(shift=shift, shift_unit="pixels", margin_unit="pixels"))
    assert bounds(at_256) == pytest.approx(bounds(pixels))
    small = face_box(face(scale=0.25, x=0, y=0), BoxSettings(shift=shift))
    large = face_box(face(scale=4, x=0, y=0), BoxSettings(shift=shift))
    assert bounds(large) == pytest.approx(16 * bounds(small))


def test_a_shift_moves_the_middle_by_itself_and_the_top_by_twice_that():
    boxes = [bounds(face_box(face(), BoxSettings(shift=shift))) for shift in range(-60, 61)]
    steps = np.diff(boxes, axis=0)
    assert steps == pytest.approx(np.tile([0.0, 2.0, 0.0, 0.0], (120, 1)))


def test_a_shift_ends_at_a_quarter_of_the_face():
    limit, beyond = (face_box(face(), BoxSettings(shift=shift)) for shift in (64, 1000))
    assert bounds(beyond) == pytest.approx(bounds(limit))
    tiny = face_box(face(scale=20 / 256), BoxSettings(shift=7, shift_unit="pixels", margin=0))
    assert tiny is not None
    assert tiny.height == pytest.approx(10)


def test_a_tilted_head_has_the_upright_ones_box_turned():
    straight = face_box(face(), BoxSettings(shift=3))
    for angle in (-0.5, 0.2, 2.5):
        points = face(angle=angle)
        assert eye_angle(points) == pytest.approx(angle)
        turned = face_box(points, BoxSettings(shift=3), angle=angle)
        assert turned is not None
        assert straight is not None
        assert (turned.width, turned.height) == pytest.approx((straight.width, straight.height))
        offset = np.array([turned.x - 300, turned.y - 200])
        away = np.array([straight.x - 300, straight.y - 200])
        c, s = math.cos(angle), math.sin(angle)
        assert offset == pytest.approx(np.array([[c, -s], [s, c]]) @ away, abs=1e-9)


def test_bounds_of_a_turned_box_hold_its_corners():
    x0, y0, x1, y1 = FaceBox(10, 20, 6, 4, math.pi / 2).bounds
    assert (x0, y0, x1, y1) == pytest.approx((8, 17, 12, 23))


def test_what_is_no_face_has_no_box():
    broken = face()
    broken[40, 1] = np.nan
    assert face_box(broken) is None
    assert face_box(np.zeros((68, 2))) is None
    assert face_box(face(angle=math.pi)) is None
    assert face_box(face(angle=math.pi), angle=math.pi) is not None
    assert face_box(face(), angle=math.nan) is None


@pytest.mark.parametrize("shape", [(0, 2), (5, 2), (468, 3)])
def test_other_landmarks_are_refused(shape: tuple[int, int]):
    with pytest.raises(InputError, match="68 landmarks"):
        face_box(np.zeros(shape))
    with pytest.raises(InputError, match="68 landmarks"):
        parity_box(np.zeros(shape), (0, 0, 1, 1))


def test_the_original_falls_back_to_the_detector():
    detector = (10, 20, 30, 40)
    assert parity_box(face(), None) is None
    assert parity_box(face(x=50), detector) == detector
    assert parity_box(np.zeros((68, 2)), detector) == detector
    broken = face()
    broken[3] = np.nan
    assert parity_box(broken, detector) == detector


def test_the_originals_margin_ends_with_the_picture():
    assert parity_margin((1, 2, 3, 95), 10, 100) == (1, 2, 3, 100)
