"""What is read and written in a whole run of two voices, from the source's file to the result's."""

from __future__ import annotations

import sys
from collections import Counter
from fractions import Fraction

import pytest
from two_people import ENGINES, both_voices, request_of, seeded_backend

from lipsync_studio.backends.request import Voice
from lipsync_studio.backends.run import run
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer

TRACKING, COMPOSITION = "engine.faces.tracker", "engine.media.timeline"
# Where the viseme engine's survey looks at some frames of the source.
SURVEY = {f"backends.viseme.{name}" for name in ("registration", "plate", "closed")}


@pytest.fixture
def passes(monkeypatch):
    """read: by the module that asks, the frames it was given; written: by the number of the writer."""
    read, written = {}, {}
    whole, write, enter = VideoSource.read, Mp4Writer.write, Mp4Writer.__enter__

    def counted_read(source, start=0, stop=None):
        module = sys._getframe(1).f_globals["__name__"].partition(".")[2]

        def frames():
            for frame in whole(source, start, stop):
                read.setdefault(module, []).append(frame.index)
                yield frame

        return frames()

    def counted_enter(writer):
        written[id(writer)] = []
        return enter(writer)

    def counted_write(writer, frame):
        written[id(writer)].append(frame.index)
        write(writer, frame)

    monkeypatch.setattr(VideoSource, "read", counted_read)
    monkeypatch.setattr(Mp4Writer, "__enter__", counted_enter)
    monkeypatch.setattr(Mp4Writer, "write", counted_write)
    return read, written


def check(passes, frames, survey):
    """One pass that finds the faces and one that composes, each of every frame once; one encode of every
    frame once; the rest are looks at single frames by the survey. How often each of those."""
    read, written = passes
    assert list(written.values()) == [list(range(frames))]
    assert read.pop(TRACKING) == list(range(frames))
    assert read.pop(COMPOSITION) == list(range(frames))
    assert read.keys() <= survey
    return Counter({module: len(each) for module, each in read.items()})


def test_a_whole_run_reads_for_two_as_often_as_for_one(scene, host, passes, tmp_path):
    counts = []
    for voices in (both_voices(scene)[:1], both_voices(scene)[1:], both_voices(scene)):
        for each in passes:
            each.clear()
        request = request_of(scene, *voices, track=None, length="video")
        run(seeded_backend("viseme", host), request, host, tmp_path / "out.mp4")
        counts.append(check(passes, 60, SURVEY))
    # The survey's looks are of each mouth by itself.
    assert counts[2] == counts[0] + counts[1]
    assert 0 < counts[2].total() < 2 * 60


@pytest.mark.parametrize("engine", [each for each in ENGINES if each != "viseme"])
def test_networks_read_and_write_once(scene, host, passes, tmp_path, engine):
    heard = scene.voices["left"].cut(Fraction(1), Fraction(4, 25))
    request = request_of(scene, Voice("left", heard), Voice("right", heard), track=None, soundtrack=heard)
    report = run(seeded_backend(engine, host), request, host, tmp_path / "out.mp4")
    assert report.frames == 4
    check(passes, 4, set())
