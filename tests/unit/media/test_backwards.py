"""Long groups of pictures backwards: decoded once, held on the disk, gone at the end."""

from __future__ import annotations

import errno
import tempfile
import threading
import tracemalloc
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from lipsync_studio.engine.errors import Cancelled, OutputError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media import stack as stack_module
from lipsync_studio.engine.media import video as video_module
from lipsync_studio.engine.media.source import ImageSource, VideoSource
from lipsync_studio.engine.media.timeline import plan, walk

GROUP = 250
# As many as 256 MB hold of 4K.
KEPT = 21
SIZE = (192, 128)
BYTES = 192 * 128 * 3 // 2


def moving(number: int, width: int, height: int) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    return np.stack([(columns + 3 * number) % 256, (rows * 2 + number) % 256, rows], axis=2).astype(np.uint8)


@pytest.fixture
def long_group(make_video, monkeypatch):
    """A video of one group of pictures, of which memory may hold a part."""
    monkeypatch.setattr(video_module, "REVERSE_BYTES", KEPT * BYTES)
    return make_video(frames=GROUP, gop=GROUP, size=SIZE, options={"sc_threshold": "0"}, draw=moving)


@pytest.fixture
def decoded(monkeypatch):
    """Counts the pictures that come out of the decoder."""
    counter = SimpleNamespace(count=0)
    decoder_of = video_module.decoder_of

    def counting(stream):
        decode = decoder_of(stream)

        def counted(packet):
            pictures = decode(packet)
            counter.count += len(pictures)
            return pictures

        return counted

    monkeypatch.setattr(video_module, "decoder_of", counting)
    return counter


@pytest.fixture
def files(monkeypatch):
    """Every temporary file that is made, with its folder."""
    made = []
    original = tempfile.TemporaryFile

    def recording(**options):
        made.append(SimpleNamespace(file=original(**options), folder=options["dir"]))
        return made[-1].file

    monkeypatch.setattr(stack_module.tempfile, "TemporaryFile", recording)
    return made


def test_frames_that_can_be_read_alone(make_video):
    source = VideoSource(make_video(frames=30, gop=10, options={"sc_threshold": "0"}))
    assert [source.key_before(index) for index in (0, 9, 10, 29)] == [0, 0, 10, 20]
    trimmed = VideoSource(make_video(frames=30, gop=10, options={"sc_threshold": "0"}), 0.2)
    assert [trimmed.key_before(index) for index in (0, 4, 5, 24)] == [0, 0, 5, 15]
    stills = ImageSource(np.zeros((5, 32, 32, 3), np.float32))
    assert stills.key_before(3) == 3


def test_to_and_fro_decodes_every_frame_twice_at_most(long_group, decoded, files):
    source = VideoSource(long_group)
    whole = [frame.planes for frame in source.read()]
    assert len(source._scan.keys) == 1
    timeline = plan(source, Fraction(2 * GROUP - 1, 25))
    decoded.count = 0
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for frame in walk(source, timeline):
            assert np.array_equal(frame.planes, whole[timeline.source_index[frame.index]])
            del frame
        held = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert decoded.count <= 2 * GROUP
    # One is being decoded, one stored, one in the caller's hands.
    assert held <= (KEPT + 4) * BYTES + 200_000
    assert all(made.file.closed for made in files)


def test_indices_and_times_backwards(long_group):
    source = VideoSource(long_group, start=1.0)
    frames = list(source.read_reversed(10, 200))
    assert [frame.index for frame in frames] == list(range(199, 9, -1))
    assert [frame.pts for frame in frames] == [source.times[i] for i in range(199, 9, -1)]
    for frame, other in zip(reversed(frames), source.read(10, 200), strict=True):
        assert np.array_equal(frame.planes, other.planes)


def test_what_fits_in_memory_stays_there(long_group, files):
    list(VideoSource(long_group).read_reversed(0, KEPT))
    assert not files


def test_the_file_shrinks_as_it_is_read_and_goes_when_nobody_reads_on(long_group, files):
    with PlainHost("cpu") as host:
        frames = VideoSource(long_group, host=host).read_reversed()
        assert next(frames).index == GROUP - 1
        (made,) = files
        assert str(made.folder) == str(host.temp_file("").parent)
        assert made.file.seek(0, 2) == (GROUP - KEPT) * BYTES
        for _ in range(KEPT + 50):
            next(frames)
        assert made.file.seek(0, 2) == (GROUP - KEPT - 51) * BYTES
        frames.close()
        assert made.file.closed


def test_without_room_on_the_disk_a_group_is_decoded_in_parts(long_group, decoded, files, monkeypatch):
    monkeypatch.setattr(stack_module.shutil, "disk_usage", lambda folder: SimpleNamespace(free=0))
    source = VideoSource(long_group)
    decoded.count = 0
    assert [frame.index for frame in source.read_reversed()] == list(range(GROUP - 1, -1, -1))
    assert decoded.count > 5 * GROUP
    assert not files


def test_a_full_disk_is_said(long_group, monkeypatch):
    def full(**options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(stack_module.tempfile, "TemporaryFile", full)
    with pytest.raises(OutputError, match=r"can't be stored in .* \(No space left on device\): make room"):
        next(VideoSource(long_group).read_reversed())


def test_cancel_ends_the_decoding_of_a_group(long_group, decoded, files):
    cancel = threading.Event()

    class Stopping(PlainHost):
        def check_cancelled(self):
            if decoded.count >= 100:
                cancel.set()
            super().check_cancelled()

    with Stopping("cpu", cancel=cancel) as host:
        source = VideoSource(long_group, host=host)
        with pytest.raises(Cancelled):
            next(source.read_reversed())
    assert decoded.count <= 101
    assert all(made.file.closed for made in files)
