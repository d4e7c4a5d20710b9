"""An IMAGE batch read as a video."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch

from lipsync_studio.engine.errors import VideoError
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.source import ImageSource


def ramp(frames: int, height: int = 32, width: int = 48, channels: int = 3) -> torch.Tensor:
    across = torch.linspace(0, 1, width).expand(frames, height, width)
    number = torch.arange(frames).reshape(-1, 1, 1) / 10
    return torch.stack(
        [across, 1 - across, number.expand(frames, height, width), torch.ones(frames, height, width)][
            :channels
        ],
        dim=-1,
    )


@pytest.mark.parametrize(
    "images", [ramp(4), ramp(4).numpy(), ramp(4, channels=4), ramp(4).half(), ramp(4).double()]
)
def test_pictures_survive(images):
    source = ImageSource(images, 23.976)
    assert (source.size, source.frames, source.still, source.variable) == ((48, 32), 4, False, False)
    assert source.fps == Fraction(24000, 1001)
    frames = list(source.read())
    assert [frame.pts for frame in frames] == [n * Fraction(1001, 24000) for n in range(4)]
    for frame, image in zip(frames, ramp(4), strict=True):
        assert np.abs(to_rgb(frame) - image.numpy() * 255).mean() < 1.5
    assert [frame.index for frame in source.read_reversed(1)] == [3, 2, 1]
    assert [frame.index for frame in source.read(1, 99)] == [1, 2, 3]
    assert source.sound() is None


def test_not_a_number_and_out_of_range():
    images = torch.full((1, 16, 16, 3), 0.5)
    images[0, :8] = float("nan")
    images[0, 8:, :8] = 7.0
    images[0, 8:, 8:] = -float("inf")
    source = ImageSource(images)
    assert source.still
    rgb = to_rgb(next(source.read()))
    assert rgb[:6].max() <= 2
    assert rgb[10:, :6].min() >= 253
    assert rgb[10:, 10:].max() <= 2


def test_odd_sizes_repeat_the_edge():
    source = ImageSource(ramp(1, 17, 33))
    assert source.size == (34, 18)
    luma = next(source.read()).yuv()[0]
    np.testing.assert_array_equal(luma[17], luma[16])
    np.testing.assert_array_equal(luma[:, 33], luma[:, 32])


def test_key():
    changed = ramp(3)
    changed[2, 30, 5, 1] += 0.01
    assert ImageSource(ramp(3)).key == ImageSource(ramp(3).numpy()).key
    assert len({ImageSource(ramp(3)).key, ImageSource(changed).key, ImageSource(ramp(3), 30).key}) == 3


@pytest.mark.parametrize(
    ("images", "fps", "message"),
    [
        (torch.zeros(0, 32, 32, 3), 25, "empty"),
        (torch.zeros(1, 1, 1, 3), 25, "1x1"),
        (torch.zeros(32, 32, 3), 25, "shape"),
        (torch.zeros(1, 32, 32, 1), 25, "shape"),
        (torch.zeros(1, 32, 32, 3), 0, "frame rate"),
    ],
)
def test_bad_batches(images, fps, message):
    with pytest.raises(VideoError, match=message):
        ImageSource(images, fps)
