"""Seam, sharpness and flicker of faces that were repainted on purpose."""

import cv2
import numpy as np
import pytest

from lipsync_studio.engine.faces.geometry import LIPS
from lipsync_studio.engine.faces.mesh import box_of_mesh
from lipsync_studio.engine.score.comparison import Comparison


@pytest.fixture(scope="module")
def lower(mesh):
    """The rectangle around mouth and chin: rows, columns."""
    x0, y0, x1, y1 = (int(v) for v in box_of_mesh(mesh))
    top = int(mesh[list(LIPS), 1].min()) - 12
    return slice(top, y1 - 4), slice(x0 + 15, x1 - 15)


@pytest.fixture
def compare(face, mesh, frame_of):
    def compared(*made):
        comparison = Comparison()
        for index, picture in enumerate(made):
            comparison.add(frame_of(picture, index), frame_of(face, index), mesh)
        return comparison.result()

    return compared


def painted(face, lower, soft, change):
    """The face with a changed rectangle, blended in over `soft` pixels."""
    alpha = np.zeros(face.shape[:2], np.float32)
    rows, columns = lower
    alpha[rows, columns] = 1
    if soft:
        inner = np.zeros_like(alpha)
        inner[rows.start + soft : rows.stop - soft, columns.start + soft : columns.stop - soft] = 1
        alpha = cv2.GaussianBlur(inner, (0, 0), soft / 2)
    mixed = face + alpha[..., None] * (change(face.astype(np.float32)) - face)
    return np.clip(np.round(mixed), 0, 255).astype(np.uint8)


def brighter(rgb):
    return rgb + 25


def test_the_same_picture_has_nothing_to_see(compare, face):
    same = compare(face, face, face)
    assert same.seam is None
    assert (same.sharpness, same.flicker, same.frames) == (1, 0, 3)


def test_a_hard_edge_is_a_stronger_seam_than_a_soft_one(compare, face, lower):
    hard, soft = (compare(painted(face, lower, width, brighter)).seam for width in (0, 12))
    assert hard > 1 > 2 * soft > 0


def test_a_blurred_mouth_is_less_sharp(compare, face, lower):
    blurred = compare(painted(face, lower, 8, lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 2.5)))
    assert blurred.sharpness < 0.5


def test_what_the_mouths_inside_shows_does_not_count_as_sharp(compare, face, mesh):
    made = face.copy()
    x, y = (int(v) for v in mesh[[13, 14], :2].mean(axis=0))
    made[y - 1 : y + 2, x - 6 : x + 7 : 2] = 255
    assert compare(made).sharpness == pytest.approx(1, abs=0.02)


def test_skin_that_changes_from_frame_to_frame_flickers(compare, face, lower):
    pictures = [painted(face, lower, 0, lambda rgb, k=k: rgb + 8 * (k % 2)) for k in range(4)]
    # Chin and cheeks are most of the ring, the rest is above the rectangle; luma has 219 steps of 255.
    assert 0.4 * 8 * 219 / 255 < compare(*pictures).flicker <= 8 * 219 / 255
    steady = [painted(face, lower, 0, brighter)] * 4
    assert compare(*steady).flicker == pytest.approx(0, abs=0.05)
    assert compare(pictures[0]).flicker is None


def test_a_face_too_small_to_compare_is_left_out(face, mesh, frame_of):
    comparison = Comparison()
    comparison.add(frame_of(face), frame_of(face), mesh * np.float32(0.05))
    assert comparison.result().frames == 0
