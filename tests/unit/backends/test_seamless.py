"""A rectangle put back into its picture so that colours meet at its edge."""

import numpy as np
import pytest

from lipsync_studio.engine.compose.seamless import SeamlessBand, cloned

RECT = (31, 20, 90, 81)


@pytest.fixture(scope="module")
def picture():
    """Smooth, so that resampling changes little."""
    y, x = np.mgrid[0:100, 0:120]
    return np.stack([60 + x, 200 - y, 80 + (x + y) / 2], axis=2).astype(np.uint8)


def inside(picture):
    x0, y0, x1, y1 = RECT
    return picture[y0:y1, x0:x1]


def shown(picture, band, face):
    patch = band.patch(face)
    x0, y0, x1, y1 = band.rect
    out = picture.astype(np.float32)
    out[y0:y1, x0:x1] += patch.alpha[..., None] * (patch.rgb - out[y0:y1, x0:x1])
    return out


def test_what_was_there_is_there_again(picture):
    band = SeamlessBand(picture, RECT)
    assert np.abs(shown(picture, band, inside(picture)) - picture).max() <= 2


def test_colours_meet_at_the_edge_and_are_the_faces_own_in_the_middle(picture):
    lighter = inside(picture) + np.uint8(30)
    out = shown(picture, SeamlessBand(picture, RECT), lighter)
    x0, y0, x1, y1 = RECT
    assert np.abs(out[y0 : y0 + 2, x0:x1] - picture[y0 : y0 + 2, x0:x1]).max() < 8
    middle = out[45:55, 55:65] - picture[45:55, 55:65]
    np.testing.assert_allclose(middle, 30, atol=1)
    # The original's way changes the middle, too.
    whole = cloned(picture, lighter, RECT).astype(int) - picture
    assert np.abs(whole[45:55, 55:65]).max() < 8
    beyond = np.ones(picture.shape[:2], bool)
    beyond[y0:y1, x0:x1] = False
    assert not (out - picture)[beyond].any()


def test_a_side_of_the_picture_has_no_seam(picture):
    band = SeamlessBand(picture, (0, 0, 120, 100))
    face = np.zeros((50, 60, 3), np.uint8)
    assert not shown(picture, band, face).any()
    assert band.rect == (0, 0, 120, 100)
