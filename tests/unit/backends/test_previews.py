"""The picture of a frame as it was beside what became of it."""

from fractions import Fraction

import numpy as np
import pytest

from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.dub.preview import SIDE, BeforeAfter, beside
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import paste_rgb, rgb_to_planes
from lipsync_studio.engine.media.frames import Colour, Frame


class Watched(PlainHost):
    """Wants the pictures of some reports, and keeps what it is shown."""

    def __init__(self, *wanted):
        super().__init__("cpu")
        self.wanted, self.asked, self.shown = set(wanted), 0, []

    def wants_preview(self):
        self.asked += 1
        return self.asked - 1 in self.wanted

    def progress(self, stage, done, total, preview=None, *, unit="frames"):
        if stage.startswith("Lip-syncing"):
            self.shown.append((done, preview))


def grey(width, height):
    return Frame(rgb_to_planes(np.full((height, width, 3), 90, np.uint8), Colour()), Colour(), Fraction(0), 0)


def red(picture):
    return (picture[..., 0] > 180) & (picture[..., 1] < 90)


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (640, 640), (100, 64)])
@pytest.mark.parametrize("place", [(0.5, 0.5), (0.1, 0.05), (0.9, 0.9)])
def test_the_painted_place_is_in_the_right_half_alone(size, place):
    frame = grey(*size)
    side = min(size) // 4 // 2 * 2
    x, y = (round(share * (full - side)) // 2 * 2 for share, full in zip(place, size, strict=True))
    rect = (x, y, x + side, y + side)
    view = BeforeAfter(frame, rect)
    paste_rgb(frame, rect, np.full((side, side, 3), (255, 0, 0), np.uint8), np.ones((side, side)))
    picture = np.asarray(view.picture())
    assert picture.shape == (SIDE, 384, 3)
    left, right = red(picture[:, :SIDE]), red(picture[:, -SIDE:])
    assert not left.any()
    # All of it, at its scale: 1.6 times the painted side is shown.
    assert right.sum() == pytest.approx((SIDE / 1.6) ** 2, rel=0.1)


def test_a_frame_that_is_not_painted_shows_its_middle_twice():
    frame = grey(640, 360)
    picture = np.asarray(BeforeAfter(frame, None).picture())
    assert (picture[:, :SIDE] == picture[:, -SIDE:]).all()
    assert (picture[:, SIDE : SIDE + 2] == 255).all()


def test_generated_faces_stand_beside_what_the_network_saw():
    before, after = np.zeros((256, 256, 3), np.uint8), np.full((64, 64, 3), 200, np.uint8)
    picture = np.asarray(beside(before, after))
    assert picture.shape == (SIDE, 384, 3)
    assert picture[:, :SIDE].max() == 0
    assert picture[:, -SIDE:].min() == 200


def test_pictures_are_made_when_they_are_wanted(leaving, voice, whitewash):
    request = LipSyncRequest(leaving.source, voice(1.6), track=leaving.track, length="audio")
    # It is asked after each of four stretches: 20 faces, 16 at a time, and 20 frames without one.
    with Watched(0, 3) as host:
        for _ in DubBackend(whitewash()).render(request, host).chunks:
            pass
    reports = [done for done, _ in host.shown]
    assert reports == sorted(reports)
    assert set(reports) == {0, 16, 20, 36, 40}
    painted, hidden = (np.asarray(picture) for _, picture in host.shown if picture is not None)
    white = (painted > 230).all(axis=2)
    # The box of the face is all white on the right, and as the source has it on the left.
    assert white[:, -SIDE:].mean() == pytest.approx(1 / 1.6**2, abs=0.1)
    assert white[:, :SIDE].mean() < 0.05
    # In the last stretch the face is hidden.
    assert (hidden[:, :SIDE] == hidden[:, -SIDE:]).all()
