"""The edges of parted lips in a picture whose mesh is off, and where upper teeth end."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from lipsync_studio.backends.viseme.controls import (
    CONTROLS,
    INNER_CORNERS,
    LOWER_INNER,
    LOWER_OUTER,
    MIDDLE,
    OUTER_CORNERS,
    UPPER_INNER,
    UPPER_OUTER,
)
from lipsync_studio.backends.viseme.edges import lip_edges
from lipsync_studio.backends.viseme.interior import LUMA
from lipsync_studio.backends.viseme.parted import corrected, parted, see_parted
from lipsync_studio.backends.viseme.plate import _bite
from lipsync_studio.engine.media.images import ImageSource

MOUTH, CENTRE = 100.0, np.array([120.0, 80.0])
SKIN, LIPS, TEETH, DARK = (215, 172, 150), (190, 95, 100), (222, 214, 196), (38, 18, 18)


def contour(height):
    """Nine points of a curve from corner to corner, so high in the middle, pixels [9, 2]."""
    x = np.linspace(-0.8, 0.8, 9)
    return CENTRE + np.stack([x * MOUTH / 2, height * (1 - x**2)], 1)


def controls(top, bottom):
    """Of a mouth whose inner edges are so far above and below its corners."""
    points = np.full((len(CONTROLS), 2), 210.0)
    for rows, height in (
        (UPPER_OUTER, -22), (UPPER_INNER, top), (LOWER_INNER, bottom), (LOWER_OUTER, 26),
    ):  # fmt: skip
        points[rows] = contour(height)
    points[OUTER_CORNERS] = CENTRE + np.array([[-MOUTH / 2, 0], [MOUTH / 2, 0]])
    points[INNER_CORNERS] = CENTRE + np.array([[-0.44 * MOUTH, 0], [0.44 * MOUTH, 0]])
    return points


def between(rgb, above, below, colour):
    ends = CENTRE + np.array([[-MOUTH / 2, 0], [MOUTH / 2, 0]])
    outline = np.concatenate([ends[:1], contour(above), ends[1:], contour(below)[::-1]])
    cv2.fillPoly(rgb, [np.round(outline * 16).astype(np.int32)], colour, shift=4)


def mouth(top, bottom, inside=TEETH, skin=SKIN, lips=LIPS):
    rgb = np.full((170, 240, 3), skin, np.uint8)
    between(rgb, -22, 26, lips)
    between(rgb, top, bottom, inside)
    noise = np.random.default_rng(0).normal(0, 3, rgb.shape)
    return np.clip(cv2.GaussianBlur(rgb, (0, 0), 1.0) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("colours", [{}, {"inside": DARK}, {"skin": (90, 62, 50), "lips": (84, 46, 44)}])
@pytest.mark.parametrize(("top", "bottom"), [(-8, 12), (-8, 4), (-2, 12)])
def test_edges_are_found_where_lips_end(top, bottom, colours):
    rgb = mouth(-8, 12, **colours)
    found = lip_edges(rgb, controls(top, bottom), MOUTH)
    for rows, mesh, true in ((UPPER_INNER, top, -8), (LOWER_INNER, bottom, 12)):
        middle = mesh + found[rows[MIDDLE], 1]
        # A little inside the lip, where nothing of the teeth is seen any more.
        assert -1 < (true - middle) * (1 if rows is UPPER_INNER else -1) < 3.5
        assert np.allclose(found[:, 0], 0, atol=1e-9)
    others = np.setdiff1d(np.arange(len(CONTROLS)), np.concatenate([UPPER_INNER, LOWER_INNER]))
    assert not found[others].any()


def test_nothing_is_found_where_nothing_differs_from_the_lips():
    assert np.abs(lip_edges(mouth(-8, 12, inside=LIPS), controls(-8, 12), MOUTH)).max() < 1.0
    grey = np.full((170, 240, 3), 128, np.uint8)
    assert np.abs(lip_edges(grey, controls(-8, 12), MOUTH)).max() < 1.0


def test_a_mouth_of_a_few_pixels_keeps_its_mesh():
    small = cv2.resize(mouth(-8, 12), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    assert not lip_edges(small, controls(-2, 4) / 4, MOUTH / 4).any()


def test_clenched_teeth_are_parted_at_the_line_between_them():
    clenched = mouth(-12, 16)
    between(clenched, 0.5, 3.5, DARK)
    assert bite(clenched) == (0.4, pytest.approx(14 / 28, abs=0.06))


def test_upper_teeth_that_hide_all_else_are_taken_down_to_the_lower_lip():
    assert bite(mouth(-12, 16)) == (0.75, 0.95)
    behind = mouth(-12, 16)
    between(behind, 0, 14, DARK)
    assert bite(behind)[1] <= 0.65
    assert bite(mouth(-12, 16, inside=DARK)) == (0.4, 0.65)


def bite(rgb):
    luma = rgb.astype(np.float32) @ LUMA
    return _bite(luma, controls(-12, 16), float(luma[0, 0]))


@pytest.mark.parametrize("line", [-5, 0, 6])
def test_a_mesh_that_has_parted_lips_closed_is_told_by_the_teeth_between_them(line):
    points = controls(line, line + 1)
    found = parted(mouth(-8, 10), points, np.zeros_like(points))
    upper, lower = (points[rows[MIDDLE], 1] + found[rows[MIDDLE], 1] for rows in (UPPER_INNER, LOWER_INNER))
    # A little inside the lips, where nothing of the teeth is seen any more.
    assert -12 < upper - CENTRE[1] < -7.5
    assert 9 < lower - CENTRE[1] < 13
    assert not found[np.concatenate([UPPER_OUTER, LOWER_OUTER])].any()


@pytest.mark.parametrize(
    ("inside", "lips", "mesh"),
    [
        (LIPS, LIPS, (0, 1)),  # closed
        (TEETH, (150, 140, 132), (0, 1)),  # lips as pale as teeth
        (TEETH, LIPS, (-8, 10)),  # the mesh sees it by itself
    ],
)
def test_where_no_teeth_are_told_from_lips_the_mesh_decides(inside, lips, mesh):
    points = controls(*mesh)
    assert not parted(mouth(-8, 10, inside=inside, lips=lips), points, np.zeros_like(points)).any()


def test_the_dark_line_between_closed_lips_is_no_gap():
    points = controls(0, 1)
    assert not parted(mouth(-0.7, 0.7, inside=DARK), points, np.zeros_like(points)).any()


def test_a_still_is_corrected_and_footage_is_not():
    rgb = mouth(-8, 10)
    mesh = np.full((1, 478, 3), 20.0, np.float32)
    mesh[0, CONTROLS, :2] = controls(0, 1)
    people = [SimpleNamespace(id=7, meshes=mesh)]
    still = ImageSource(rgb[None].astype(np.float32) / 255)
    (offsets,) = see_parted(still, people).values()
    gap = (mesh[0, CONTROLS, :2] + offsets)[[UPPER_INNER[MIDDLE], LOWER_INNER[MIDDLE]], 1]
    assert gap[1] - gap[0] > 16
    assert see_parted(SimpleNamespace(still=False), people) == {}


def test_only_control_points_are_corrected():
    mesh = np.random.default_rng(0).uniform(0, 100, (2, 478, 3)).astype(np.float32)
    offsets = np.full((len(CONTROLS), 2), [1.0, -2.0], np.float32)
    moved = corrected(mesh, offsets) - mesh
    assert np.allclose(moved[:, CONTROLS], [1, -2, 0], atol=1e-4)
    assert not np.delete(moved, CONTROLS, axis=1).any()
    assert corrected(mesh, None) is mesh
