"""Which frame is shown when."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from footage import RATES

from lipsync_studio.engine.errors import AudioError
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.source import ImageSource, VideoSource
from lipsync_studio.engine.media.timeline import plan, walk
from lipsync_studio.engine.media.times import TickTimes, standard_rate

from .conftest import luma_of, number_level


def images(count: int, fps: Fraction | float = 25) -> ImageSource:
    batch = np.zeros((count, 16, 16, 3), np.float32)
    batch += (np.arange(count, dtype=np.float32) / 255).reshape(-1, 1, 1, 1)
    return ImageSource(batch, fps)


class Variable:
    """Four frames of 1, 2, 1 and 3 hundredths of a second; counts what is read."""

    size, fps, frames, still, variable, key = (16, 16), Fraction(400, 7), 4, False, True, "v"
    colour = Colour()
    times = TickTimes(np.array([0, 1, 3, 4]), Fraction(1, 100))
    duration = Fraction(7, 100)

    def __init__(self) -> None:
        self.decoded = 0

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        for index in range(start, self.frames if stop is None else stop):
            self.decoded += 1
            yield Frame(np.full((24, 16), index, np.uint8), self.colour, self.times[index], index)

    def read_reversed(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        return reversed(list(self.read(start, stop)))

    def sound(self) -> None:
        return None


FILLS = {
    "loop": [0, 1, 2, 3, 0, 1, 2, 3, 0, 1],
    "pingpong": [0, 1, 2, 3, 2, 1, 0, 1, 2, 3],
    "hold": [0, 1, 2, 3, 3, 3, 3, 3, 3, 3],
}


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize(
    ("length", "seconds", "count"),
    [
        ("audio", Fraction(10, 25), 10),
        ("audio", Fraction(2, 25), 2),
        ("video", Fraction(10, 25), 4),
        ("video", Fraction(1, 25), 4),
        ("video", None, 4),
        ("shortest", Fraction(10, 25), 4),
        ("shortest", Fraction(3, 25), 3),
    ],
)
def test_length_and_fill_rules(fill, length, seconds, count):
    source = images(4)
    timeline = plan(source, seconds, length, fill)
    assert timeline.source_index.dtype == np.int32
    assert timeline.source_index.tolist() == FILLS[fill][:count]
    assert timeline.duration == Fraction(count, 25)
    frames = list(walk(source, timeline))
    assert [(frame.index, frame.pts) for frame in frames] == [(n, Fraction(n, 25)) for n in range(count)]
    originals = [frame.planes for frame in source.read()]
    for frame, index in zip(frames, timeline.source_index, strict=True):
        np.testing.assert_array_equal(frame.planes, originals[index])


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("samples", [1, 48000, 48048, 479_999, 480_001, 14_414_400])
def test_audio_length_is_covered_exactly(fps, samples):
    seconds = Fraction(samples, 48000)
    timeline = plan(images(30, fps), seconds)
    assert len(timeline) == ceil(seconds * fps)
    assert timeline.duration - 1 / fps < seconds <= timeline.duration
    assert timeline.times[-1] < seconds
    assert timeline.times[len(timeline) - 1] == (len(timeline) - 1) / fps


@pytest.mark.parametrize("out", [Fraction(25), Fraction(30000, 1001)])
@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("fill", FILLS)
def test_a_fixed_rate_shows_the_frame_whose_interval_contains_the_time(fps, out, fill):
    source = images(7, fps)
    timeline = plan(source, Fraction(3, 2), "audio", fill, fps=out)
    assert timeline.fps == out
    assert len(timeline) == ceil(Fraction(3, 2) * out)
    for number, shown in enumerate(timeline.source_index.tolist()):
        position = int(number / out * fps)
        cycle = position % 12
        rules = {"loop": position % 7, "hold": min(position, 6), "pingpong": min(cycle, 12 - cycle)}
        assert shown == rules[fill]
    assert plan(source, None, "video", fps=out).duration - source.duration < 1 / out


def test_a_single_frame_or_two_frames_to_and_fro():
    assert plan(images(2), Fraction(5, 25)).source_index.tolist() == [0, 1, 0, 1, 0]
    assert plan(images(1), Fraction(3, 25), "video").source_index.tolist() == [0, 0, 0]
    assert plan(images(1), Fraction(3, 25), "shortest").source_index.tolist() == [0, 0, 0]
    assert plan(images(1), None, "video").source_index.tolist() == [0]


@pytest.mark.parametrize(
    ("fill", "index", "ticks"),
    [
        ("loop", [0, 1, 2, 3, 0, 1, 2], [0, 1, 3, 4, 7, 8, 10]),
        ("pingpong", [0, 1, 2, 3, 2, 1, 0], [0, 1, 3, 4, 7, 8, 10]),
    ],
)
def test_variable_intervals_repeat(fill, index, ticks):
    timeline = plan(Variable(), Fraction(21, 200), "audio", fill)
    assert timeline.variable
    assert timeline.source_index.tolist() == index
    assert list(timeline.times) == [Fraction(tick, 100) for tick in ticks]
    assert timeline.duration == Fraction(21, 200)


def test_variable_held_at_the_mean_rate():
    timeline = plan(Variable(), Fraction(1, 10), "audio", "hold")
    assert timeline.source_index.tolist() == [0, 1, 2, 3, 3, 3]
    assert list(timeline.times) == [Fraction(t) for t in ("0", "1/100", "3/100", "4/100", "7/100", "35/400")]


def test_variable_at_a_fixed_rate():
    timeline = plan(Variable(), Fraction(14, 100), "audio", "loop", fps=Fraction(100))
    assert timeline.source_index.tolist() == [0, 1, 1, 2, 3, 3, 3] * 2
    assert not timeline.variable
    assert plan(Variable(), Fraction(1), "video").times[:] == Variable.times[:]


def test_a_frame_that_stays_is_decoded_once_and_given_out_in_copies():
    source = Variable()
    timeline = plan(source, Fraction(7, 100), "audio", "loop", fps=Fraction(1000))
    seen = []
    for frame in walk(source, timeline):
        seen.append(int(frame.planes[0, 0]))
        frame.planes[:] = 99
    assert seen == [0] * 10 + [1] * 20 + [2] * 10 + [3] * 30
    assert source.decoded == 4


def test_pingpong_over_a_real_video(make_video):
    source = VideoSource(make_video(frames=40, gop=7, options={"sc_threshold": "0"}))
    timeline = plan(source, Fraction(200, 25))
    frames = list(walk(source, timeline))
    assert len(frames) == 200
    wanted = [16 + luma_of(index) * 219 / 255 for index in timeline.source_index.tolist()]
    assert [number_level(frame) for frame in frames] == pytest.approx(wanted, abs=3)
    assert np.abs(np.diff(timeline.source_index)).min() == 1


@pytest.mark.parametrize("length", ["audio", "shortest"])
@pytest.mark.parametrize("seconds", [None, 0, Fraction(0)])
def test_no_audio_to_measure_by(length, seconds):
    with pytest.raises(AudioError, match="no audio"):
        plan(images(3), seconds, length)


def test_standard_rate():
    assert standard_rate(29.97) == Fraction(30000, 1001)
    assert standard_rate(23.976) == Fraction(24000, 1001)
    assert standard_rate(23.98) == standard_rate(Fraction(2398, 100)) == Fraction(24000, 1001)
    assert standard_rate(24.0) == 24
    assert standard_rate(100 / 3) == Fraction(100, 3)
    assert standard_rate(12.5) == Fraction(25, 2)
    assert standard_rate(59.94) == Fraction(60000, 1001)
    with pytest.raises(IndexError):
        Variable.times[4]
