"""From a picture and a box to the network's picture, and from its logits back."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_studio.engine.faces import topdown


def test_windows_keep_the_networks_aspect_around_the_boxes_middle() -> None:
    boxes = np.array([[100, 150, 600, 900], [0, 0, 1920, 1080], [10, 10, 110, 110]], np.float32)
    middle, size = topdown.windows(boxes)
    assert middle.tolist() == [[350, 525], [960, 540], [60, 60]]
    # 1.25 times the height or the width, whichever the aspect of 3:4 asks for.
    assert size == pytest.approx(np.array([[703.125, 937.5], [2400, 3200], [125, 500 / 3]]))


def test_crops_map_back() -> None:
    """A dot goes into the crop and comes back to its pixel; what lies outside the picture is black."""
    picture = np.full((400, 600, 3), 60, np.uint8)
    picture[97:104, 57:64] = 255
    box = np.array([[0, 40, 160, 200]], np.float32)
    (crop,) = topdown.crops([picture], box)
    assert crop.shape == (384, 288, 3)
    ys, xs = np.nonzero(crop[..., 0] > 200)
    point = np.array([[[xs.mean(), ys.mean()]]])
    assert topdown.to_picture(point, box)[0, 0] == pytest.approx([60, 100], abs=0.3)
    assert (crop[:, :20] == 0).all()


def test_normalised_pictures_are_rgb_planes() -> None:
    picture = np.zeros((2, 384, 288, 3), np.uint8)
    picture[..., 0] = 255
    planes = topdown.normalised(picture)
    assert planes.dtype == np.float32
    assert planes[1, :, 7, 9] == pytest.approx([2.2489, -2.0357, -1.8044], abs=1e-4)


def test_mirrored_points_are_the_opposite_ones() -> None:
    mirrored = topdown.MIRRORED
    assert (mirrored[mirrored] == np.arange(topdown.POINTS)).all()
    first = topdown.FACE.start
    face = mirrored[topdown.FACE] - first
    # Jaw ends, chin, brow ends, nose bridge and wings, eye corners, mouth corners, lips' middles.
    pairs = {0: 16, 8: 8, 17: 26, 21: 22, 27: 27, 30: 30, 31: 35, 33: 33, 36: 45, 39: 42, 37: 44, 41: 46,
             48: 54, 51: 51, 50: 52, 57: 57, 59: 55, 60: 64, 61: 63, 62: 62, 66: 66, 67: 65}  # fmt: skip
    assert {point: int(face[point]) for point in pairs} == pairs
    # Shoulders, heels, first points of the hands; the nose is its own.
    assert mirrored[[0, 5, 19, 91]].tolist() == [0, 6, 22, 112]


def test_decoding_takes_the_likeliest_bin_and_the_surer_axis_does_not_hide_the_other() -> None:
    x = np.full((1, topdown.POINTS, topdown.BINS[0]), -0.5, np.float32)
    y = np.full((1, topdown.POINTS, topdown.BINS[1]), -0.5, np.float32)
    x[0, 40, 101], y[0, 40, 700] = 0.9, 0.4
    x[0, 41, 5] = 0.9
    points, scores = topdown.decode(x, y)
    assert points[0, 40].tolist() == [50.5, 350]
    assert scores[0, 40] == pytest.approx(0.4)
    assert points[0, 41].tolist() == [-0.5, -0.5]
    assert scores[0, 41] == pytest.approx(-0.5)
