"""IMAGE batches and previews against the planes of a video."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from lipsync_studio.engine.errors import VideoError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import rgb_to_yuv_matrix
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.overlay.batch import draw_batch
from lipsync_studio.overlay.lyrics import LyricOverlay
from lipsync_studio.overlay.preview import preview, still, timed
from lipsync_studio.overlay.style import EFFECTS, LyricStyle

from .conftest import timings

SIZE = 320, 180


def batch(words, images, style=None, fps=25):
    with PlainHost("cpu") as host:
        return draw_batch(images, Fraction(fps), words, style or LyricStyle(), host)


def noise(frames=2, channels=3, size=SIZE):
    return torch.rand((frames, size[1], size[0], channels), generator=torch.Generator().manual_seed(1))


def test_a_batch_comes_back_whole_and_the_given_one_stays():
    images = noise(3)
    before = images.clone()
    result = batch(timings(("one two", 0.0, 0.1)), images)
    assert torch.equal(images, before)
    assert result.shape == images.shape
    assert result.dtype == torch.float32
    changed = (result != images).any(dim=-1)
    assert changed.any()
    assert not changed[:, :90].any()


@pytest.mark.parametrize("effect", EFFECTS)
def test_floats_and_eight_bits_agree_to_one_code(effect):
    """The same overlay in floats, and in 8-bit planes of luma, on a picture of 8-bit greys."""
    words = timings(("shine for me", 0.0, 1.2), ("tonight", 1.2, 2.0))
    style = LyricStyle(effect=effect, gradient="#40a0ff", box="#20408080")
    times = [Fraction(index, 25) for index in range(50)]
    overlay = LyricOverlay(SIZE, words, times, Fraction(2), style)
    matrix = rgb_to_yuv_matrix(Colour(), SIZE[1])
    for index in (3, 12, 17, 28, 33):
        luma = np.random.default_rng(index).integers(16, 236, (SIZE[1], SIZE[0])).astype(np.uint8)
        planes = np.full((SIZE[1] * 3 // 2, SIZE[0]), 128, np.uint8)
        planes[: SIZE[1]] = luma
        picture = np.repeat(((luma.astype(np.float32) - 16) / 219)[..., None], 3, axis=2)
        frame = Frame(planes, Colour(), times[index], index)
        overlay.draw(frame)
        overlay.draw_rgb(picture, index)
        expected = picture * 255 @ matrix[0, :3] + matrix[0, 3]
        assert np.abs(frame.yuv()[0] - expected).max() <= 0.51


def test_text_over_a_transparent_picture_keeps_its_colour_and_covers_it():
    images = torch.zeros((1, 180, 320, 4))
    images[..., 0] = 1.0  # red, and nothing of it to be seen
    result = batch(
        timings(("HHH", 0.0, 1.0)), images, LyricStyle(size=0.3, shadow=0.0, highlight="#00ff00"), 1
    )[0]
    opaque = result[..., 3] > 0.99
    assert opaque.sum() > 500
    green = opaque & (result[..., 1] > 0.99)
    assert green.sum() > 200
    assert result[green][:, 0].max() < 0.02
    half = (result[..., 3] > 0.3) & (result[..., 3] < 0.7)
    # At the edge the text's own colour, not a mixture with what can't be seen.
    assert result[half][:, 0].max() < 0.1
    assert torch.equal(result[:60], images[0, :60])


def test_text_over_an_opaque_picture_is_the_same_with_and_without_alpha():
    words = timings(("shine for me", 0.0, 1.0))
    images = noise(1, 4)
    images[..., 3] = 1.0
    assert torch.allclose(batch(words, images)[..., :3], batch(words, images[..., :3]), atol=1e-5)


@pytest.mark.parametrize("shape", [(0, 64, 64, 3), (2, 64, 64), (1, 64, 64, 2)])
def test_what_is_no_batch_is_refused(shape):
    with pytest.raises(VideoError, match="have the shape"):
        batch(timings(("one", 0.0, 1.0)), torch.zeros(shape))


def test_odd_sizes():
    result = batch(timings(("one two three", 0.0, 1.0)), noise(1, 3, (321, 181)))
    assert result.shape == (1, 181, 321, 3)


@pytest.mark.parametrize("effect", EFFECTS)
def test_a_preview_shows_the_sample(effect):
    size = 480, 270
    style = LyricStyle(effect=effect)
    drawn = preview(style, "Twinkle, twinkle,\nlittle star", size)
    assert drawn.shape == (270, 480, 3)
    assert drawn.dtype == np.float32
    assert 0 <= drawn.min() <= drawn.max() <= 1
    assert (drawn.max(axis=2) > 0.95).sum() > 50
    assert (preview(style, "", size).max(axis=2) > 0.95).sum() == 0


@pytest.mark.parametrize("effect", EFFECTS)
def test_a_still_is_the_clips_own_picture(effect):
    """Drawn by itself as at its place in the clip: while lines come, are sung, overlap and go."""
    size = 320, 180
    words = timings(("shine for me", 0.5, 1.7), ("tonight", 1.2, 2.0), ("and on and on", 4.0, 5.0))
    style = LyricStyle(effect=effect)
    times = [Fraction(index, 25) for index in range(150)]
    overlay = LyricOverlay(size, words, times, Fraction(6), style)
    ground = still(style, timings(), 0.0, size)
    for index in (0, 6, 13, 20, 31, 40, 48, 60, 95, 101, 120, 149):
        expected = ground.copy()
        overlay.draw_rgb(expected, index)
        assert np.array_equal(still(style, words, float(times[index]), size), np.clip(expected, 0, 1)), index


def test_a_preview_stands_on_the_background():
    background = np.zeros((100, 400, 3), np.float32)
    background[:, :, 2] = 1
    drawn = preview(LyricStyle(), "star", (200, 200), background)
    assert np.allclose(drawn[:100], (0, 0, 1))


def test_a_sample_of_a_script_without_spaces_is_sung_letter_by_letter():
    assert [word.text for word in timed("きら 光る").words()] == list("きら光る")
    assert [word.text for word in timed("hello you").words()] == ["hello", "you"]
    first, second = timed("one\ntwo", overlapping=True).lines
    assert second.start < first.end
    assert (first.voice, second.voice) == ("A", "B")
