"""RGB and back, against swscale and against itself."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Interpolation

from lipsync_studio.engine.media.colour import crop_rgb, paste_rgb, rgb_to_planes, small_rgb, to_rgb
from lipsync_studio.engine.media.frames import Colour, Frame

COLOURS = [Colour(), Colour(6, 6, 6), Colour(9, 9, 14), Colour(1, 1, 1, True), Colour(5, 2, 2, True)]
SWSCALE = {1: "ITU709", 5: "ITU601", 6: "ITU601", 9: "BT2020"}


def smooth(width: int = 128, height: int = 96) -> np.ndarray:
    """Soft colours from dark to light, uint8 [height, width, 3]."""
    noise = np.random.default_rng(3).integers(0, 256, (6, 8, 3)).astype(np.float32)
    return np.clip(cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)


def frame_of(rgb: np.ndarray, colour: Colour) -> Frame:
    return Frame(rgb_to_planes(rgb, colour), colour, Fraction(0), 0)


@pytest.mark.parametrize("colour", COLOURS)
def test_agrees_with_swscale_both_ways(colour):
    rgb = smooth()
    scale = {
        "dst_colorspace": SWSCALE[colour.matrix],
        "interpolation": Interpolation.BILINEAR
        | Interpolation.ACCURATE_RND
        | Interpolation.FULL_CHR_H_INP
        | Interpolation.FULL_CHR_H_INT,
    }
    value_range = ColorRange.JPEG if colour.full_range else ColorRange.MPEG
    theirs = (
        av.VideoFrame.from_ndarray(rgb, format="rgb24")
        .reformat(format="yuv420p", dst_color_range=value_range, **scale)
        .to_ndarray()
    )
    ours = frame_of(rgb, colour)
    assert np.abs(ours.planes.astype(int) - theirs).max() <= 3
    assert np.abs(ours.planes.astype(int) - theirs).mean() < 0.6

    back = (
        av.VideoFrame.from_ndarray(ours.planes, format="yuv420p")
        .reformat(
            format="rgb24",
            src_colorspace=SWSCALE[colour.matrix],
            src_color_range=value_range,
            interpolation=scale["interpolation"],
        )
        .to_ndarray()
    )
    assert np.abs(to_rgb(ours).astype(int) - back).mean() < 1.0


@pytest.mark.parametrize("colour", COLOURS)
def test_round_trip(colour):
    rgb = smooth()
    frame = frame_of(rgb, colour)
    difference = np.abs(to_rgb(frame).astype(int) - rgb)
    assert np.percentile(difference, 99) <= 3
    before = frame.planes.copy()
    paste_rgb(frame, (0, 0, 128, 96), to_rgb(frame), np.ones((96, 128), np.float32))
    assert np.abs(frame.planes.astype(int) - before).max() <= 2


def test_primary_colours_of_bt709():
    for rgb, yuv in (
        ((255, 255, 255), (235, 128, 128)),
        ((0, 0, 0), (16, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 0, 255), (32, 240, 118)),
    ):
        planes = frame_of(np.full((16, 16, 3), rgb, np.uint8), Colour()).yuv()
        assert [int(plane[4, 4]) for plane in planes] == pytest.approx(yuv, abs=1)


def test_crop_is_the_same_as_cropping_the_whole():
    frame = frame_of(smooth(), Colour())
    whole, part = to_rgb(frame), crop_rgb(frame, (20, 10, 84, 70))
    assert part.shape == (60, 64, 3)
    np.testing.assert_array_equal(part[2:-2, 2:-2], whole[12:68, 22:82])


@pytest.mark.parametrize("kind", [np.float32, np.uint8])
def test_paste_leaves_what_alpha_excludes(kind):
    frame = frame_of(smooth(), Colour())
    before = frame.copy()
    alpha = np.zeros((40, 60), kind)
    alpha[11:30, 13:50] = 1 if kind is np.float32 else 255
    paste_rgb(frame, (32, 16, 92, 56), np.full((40, 60, 3), 250, np.uint8), alpha)
    touched = np.zeros((96, 128), bool)
    touched[16:56, 32:92] = alpha > 0
    y, u, v = frame.yuv()
    old_y, old_u, old_v = before.yuv()
    np.testing.assert_array_equal(y[~touched], old_y[~touched])
    assert np.abs(y[touched].astype(int) - round(16 + 250 * 219 / 255)).max() <= 1
    beside = touched.reshape(48, 2, 64, 2).any(axis=(1, 3))
    for new, old in ((u, old_u), (v, old_v)):
        np.testing.assert_array_equal(new[~beside], old[~beside])
    inside = touched.reshape(48, 2, 64, 2).all(axis=(1, 3))
    assert np.abs(u[inside].astype(int) - 128).max() <= 1


def test_half_alpha_is_half_way():
    frame = frame_of(np.full((32, 32, 3), 100, np.uint8), Colour(1, 1, 1, True))
    paste_rgb(frame, (0, 0, 32, 32), np.full((32, 32, 3), 200, np.uint8), np.full((32, 32), 0.5, np.float32))
    assert np.abs(frame.yuv()[0].astype(int) - 150).max() <= 1


@pytest.mark.parametrize("side", [48, 50, 128, 500])
def test_small_rgb(side):
    frame = frame_of(smooth(256, 192), Colour())
    small = small_rgb(frame, side)
    width = min(side, 256)
    assert small.shape == (round(192 * width / 256), width, 3)
    reference = cv2.resize(to_rgb(frame), small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - reference).mean() < 1.5
