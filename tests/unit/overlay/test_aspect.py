"""Lyrics in pictures whose samples aren't square."""

from fractions import Fraction

import cv2
import numpy as np
import pytest

from lipsync_studio.engine.media.frames import Frame

from .conftest import HD, overlay, picture, timings


@pytest.mark.parametrize("aspect", [Fraction(4, 3), Fraction(8, 9)])
@pytest.mark.parametrize("effect", ["karaoke wipe", "word pop-in"])
def test_letters_are_as_wide_as_on_square_pixels(aspect, effect):
    words = timings(("shine for me", 0.2, 1.4))
    wanted = picture(10)
    overlay(words, effect=effect, size=0.1).draw(wanted)
    stored = round(640 / aspect / 2) * 2
    planes = np.full((540, stored), 128, np.uint8)
    planes[:360] = 60
    frame = Frame(planes, HD, wanted.pts, 10, aspect)
    before = frame.copy()
    overlay(words, (frame.width, 360), effect=effect, size=0.1).draw(frame)
    lit = [np.flatnonzero((each.yuv()[0] > 110).any(axis=0)) for each in (frame.square(), wanted)]
    assert len(lit[1]) > 50
    assert [lit[0][0], lit[0][-1]] == pytest.approx([lit[1][0], lit[1][-1]], abs=2)
    # The picture may be a pixel or two wider, so that its sides are even.
    drawn = cv2.resize(wanted.yuv()[0], (frame.width, 360)).astype(int)
    assert np.abs(frame.square().yuv()[0] - drawn).mean() < 1
    touched = np.flatnonzero((frame.yuv()[0] != before.yuv()[0]).any(axis=1))
    assert touched.min() > 200
