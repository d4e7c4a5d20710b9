"""Clips trimmed without re-encoding: frames that are only referred to are hidden, not lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from footage import trimmed

from lipsync_studio.engine.errors import VideoError
from lipsync_studio.engine.media.frames import Colour
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer

from .conftest import click_track, lag


def shown(path: Path) -> Iterator[np.ndarray]:
    """What FFmpeg's own decoding shows."""
    with av.open(str(path)) as container:
        for picture in container.decode(video=0):
            yield picture.to_ndarray()


@pytest.mark.parametrize(("seconds", "stop"), [(0.2, 99), (0.52, 99), (1.0, 99), (0.52, 1.2), (0.2, 0.4)])
@pytest.mark.parametrize(("name", "bf"), [("a.mp4", "0"), ("a.mp4", "2"), ("a.mov", "2")])
def test_a_clip_begins_at_its_trim(make_video, tmp_path, seconds, stop, name, bf):
    path = make_video(f"whole_{name}", frames=50, gop=20, options={"bf": bf})
    cut = trimmed(path, tmp_path / name, seconds, stop)
    source = VideoSource(cut)
    reference = list(shown(cut))
    first = round(seconds * 25)
    assert source.frames == len(reference)
    if stop > 2:
        assert source.frames == 50 - first
    frames = [frame.planes for frame in source.read()]
    for got, wanted in zip(frames, reference, strict=True):
        np.testing.assert_array_equal(got, wanted)
    whole = [frame.planes for frame in VideoSource(path).read(first)]
    np.testing.assert_array_equal(frames[0], whole[0])
    last = source.frames - 1
    np.testing.assert_array_equal(next(iter(source.read(last))).planes, frames[last])
    for got, wanted in zip(source.read_reversed(), frames[::-1], strict=True):
        np.testing.assert_array_equal(got.planes, wanted)


def test_its_sound_begins_there_too(make_video, tmp_path):
    samples = click_track(48000, 2.0, [0.1, 0.7, 1.5], channels=1)
    path = make_video("whole.mp4", frames=50, gop=50, sound=samples)
    source = VideoSource(trimmed(path, tmp_path / "cut.mp4", 0.4))
    sound = source.sound()
    # An edit list counts in milliseconds.
    assert abs(lag(sound.samples[0], samples[0, 19200:])) <= 48
    # A copy of its coded sound begins there too.
    coded = source.coded_sound()
    if coded is not None:
        out = tmp_path / "out.mp4"
        with Mp4Writer(out, source.size, source.fps, Colour(), coded, source.duration) as writer:
            for frame in source.read():
                writer.write(frame)
        assert abs(lag(Sound.load(out).samples[0], sound.samples[0])) <= 1


def test_a_trimmed_clip_that_is_cut_short_is_refused(make_video, tmp_path):
    path = make_video("whole.mp4", frames=50, gop=50)
    cut = trimmed(path, tmp_path / "cut.mp4", 0.4)
    fast = tmp_path / "fast.mp4"
    with av.open(str(cut)) as source, av.open(str(fast), "w", options={"movflags": "faststart"}) as file:
        stream = file.add_stream_from_template(source.streams.video[0])
        for packet in source.demux():
            if packet.size:
                packet.stream = stream
                file.mux(packet)
    assert VideoSource(fast).frames == 40
    data = fast.read_bytes()
    (tmp_path / "short.mp4").write_bytes(data[: len(data) * 3 // 4])
    with pytest.raises(VideoError, match="cut short"):
        VideoSource(tmp_path / "short.mp4")
