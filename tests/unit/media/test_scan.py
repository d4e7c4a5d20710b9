"""The pass over a file's packets: once for a file, told of where it is long, ended by a cancel."""

from __future__ import annotations

import io
import os
import threading
from fractions import Fraction

import av
import numpy as np
import pytest

from lipsync_studio.backends.speech import speech_spans, voice_samples
from lipsync_studio.engine.errors import Cancelled, VideoError
from lipsync_studio.engine.host import reporter as reporter_module
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media import scan as scan_module
from lipsync_studio.engine.media.container import MediaFile
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.source import VideoSource
from lipsync_studio.engine.media.timeline import plan
from lipsync_studio.engine.media.times import TickTimes


class Watching(PlainHost):
    """Notes progress, and cancels at the n-th time that it is asked."""

    def __init__(self, cancel_at: int | None = None) -> None:
        self.stop = threading.Event()
        super().__init__("cpu", cancel=self.stop)
        self._cancel_at = cancel_at
        self.asked = 0
        self.told: list[tuple[str, int, int, str]] = []

    def check_cancelled(self) -> None:
        self.asked += 1
        if self.asked == self._cancel_at:
            self.stop.set()
        super().check_cancelled()

    def progress(self, stage, done, total, preview=None, *, unit="frames"):
        super().progress(stage, done, total, preview, unit=unit)
        self.told.append((stage, done, total, unit))


@pytest.fixture
def passes(monkeypatch):
    """The files whose packets are read, in order."""
    read: list[MediaFile] = []
    original = scan_module._scanned

    def counting(file, report):
        read.append(file)
        return original(file, report)

    monkeypatch.setattr(scan_module, "_scanned", counting)
    return read


def test_a_file_is_scanned_once_for_everyone(make_video, passes):
    path = make_video(frames=30)
    first = VideoSource(path)
    for other in (VideoSource(str(path)), VideoSource(path, start=0.4), VideoSource(path)):
        assert other._scan is first._scan
    assert len(passes) == 1
    assert VideoSource(path).key == first.key
    assert VideoSource(path, start=0.4).frames == 20


def test_a_changed_file_is_scanned_again(make_video, passes):
    path = make_video(frames=30)
    before = VideoSource(path)
    os.utime(path, (1, 1))
    VideoSource(path)
    assert len(passes) == 2
    make_video(frames=20)
    assert VideoSource(path).frames == 20
    assert before.key != VideoSource(path).key
    assert len(passes) == 3


def test_what_changes_while_it_is_read_is_not_kept(make_video, monkeypatch):
    path = make_video(frames=30)
    original = scan_module._scanned

    def written_to(file, report):
        scan = original(file, report)
        os.utime(path, (2, 2))
        return scan

    monkeypatch.setattr(scan_module, "_scanned", written_to)
    first = VideoSource(path)
    monkeypatch.undo()
    assert VideoSource(path)._scan is not first._scan


def test_memory_is_scanned_each_time_and_few_scans_are_kept(make_video, passes):
    path = make_video(frames=5)
    for _ in range(2):
        VideoSource(io.BytesIO(path.read_bytes()))
    assert len(passes) == 2
    for number in range(scan_module._KEPT + 3):
        VideoSource(make_video(f"{number}.mp4", frames=2))
    assert len(scan_module._scans) == scan_module._KEPT


def test_frames_that_are_all_at_one_time_are_shown_in_turn(make_video, tmp_path):
    path = tmp_path / "at_once.mkv"
    with av.open(str(make_video("whole.mp4", frames=12))) as whole, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.dts is not None:
                packet.pts = packet.dts = 0
                packet.stream = stream
                out.mux(packet)
    source = VideoSource(path)
    assert (source.frames, source.still) == (12, False)
    assert len(list(source.read())) == 12
    assert any("all its frames at one time" in note for note in source.notes)


@pytest.mark.parametrize("name", ["long.mp4", "untimed.h264"])
def test_a_long_scan_is_told_of_and_can_be_cancelled(make_video, monkeypatch, passes, name):
    path = make_video(name, frames=1500, gop=50)
    with Watching() as host:
        VideoSource(path, host=host)
        asked = host.asked
    assert asked >= 1500 // 64
    monkeypatch.setattr(reporter_module, "_INTERVAL", 0)
    os.utime(path, (1, 1))
    with Watching() as host:
        VideoSource(path, host=host)
        size = path.stat().st_size
        assert {(stage, total, unit) for stage, _, total, unit in host.told} == {
            ("Reading the video", size, "bytes")
        }
        assert max(done for _, done, _, _ in host.told) > size // 2
    os.utime(path, (2, 2))
    with Watching(cancel_at=3) as host, pytest.raises(Cancelled):
        VideoSource(path, host=host)
    # Nothing is left of it.
    assert VideoSource(path).frames == 1500
    assert len(passes) == 4


def test_reading_frames_can_be_cancelled(make_video):
    path = make_video(frames=60)
    with Watching() as host:
        source = VideoSource(path, host=host)
        frames = source.read()
        next(frames)
        host.stop.set()
        with pytest.raises(Cancelled):
            list(frames)


@pytest.mark.parametrize("content", ["speech", "song", "auto"])
def test_listening_to_minutes_is_told_of_and_can_be_cancelled(content, monkeypatch):
    monkeypatch.setattr(reporter_module, "_INTERVAL", 0)
    noise = np.random.default_rng(1).normal(0, 0.1, 4 * 60 * 16000).astype(np.float32)
    with Watching() as host:
        speech_spans(noise, content, stem=False, host=host)
        minutes = [done for stage, done, _, _ in host.told if stage == "Looking for pauses"]
    assert minutes[-4:] == list(range(0, 240, 60))
    with Watching(cancel_at=3) as host, pytest.raises(Cancelled):
        speech_spans(noise, content, stem=False, host=host)


def test_resampling_can_be_cancelled():
    sound = Sound(np.zeros((1, 16 * 24000), np.float32), 24000)
    with Watching(cancel_at=3) as host, pytest.raises(Cancelled):
        voice_samples(sound, host)
    assert len(voice_samples(sound)) == 16 * 16000


def test_hours_of_uneven_frames_are_planned_exactly():
    """Three hours at a mean of 25 frames a second, shown at another rate; some frames against exact times."""
    ticks = np.cumsum(np.random.default_rng(3).integers(30, 51, 270_000))

    class Long:
        fps, variable, still, frames = Fraction(25), True, False, len(ticks)
        times = TickTimes(ticks, Fraction(1, 1000))
        duration = Fraction(int(ticks[-1] - ticks[0]) + 40, 1000)

    fps = Fraction(30000, 1001)
    timeline = plan(Long(), None, "video", fps=fps)
    for number in range(0, len(timeline), 9973):
        shown, now = int(timeline.source_index[number]), number / fps
        assert Long.times[shown] <= now
        assert shown == Long.frames - 1 or now < Long.times[shown + 1]
    assert len(plan(Long(), Fraction(10_800), "audio").times) == len(plan(Long(), 10_800.0).times)


def test_parts_with_times_of_their_own_are_refused(make_video, tmp_path):
    """As of `cat one.ts two.ts`: all frames of the second part would be taken for those of the first."""
    part = make_video("part.ts", frames=30).read_bytes()
    (tmp_path / "joined.ts").write_bytes(part * 2)
    with pytest.raises(VideoError, match=r"joined\.ts.* put together from parts.* 1\.2 s; convert it to MP4"):
        VideoSource(tmp_path / "joined.ts")
    assert VideoSource(tmp_path / "part.ts").frames == 30


@pytest.mark.parametrize(("live", "share", "told"), [(0, 0.6, True), (0, 1, False), (1, 0.6, False)])
def test_a_cut_matroska_is_said(make_video, tmp_path, live, share, told):
    """One that is still recorded says nothing of its length, and may end anywhere."""
    whole = make_video("whole.mkv", frames=100, gop=5, container_options={"live": str(live)}).read_bytes()
    (tmp_path / "clip.mkv").write_bytes(whole[: round(len(whole) * share)])
    source = VideoSource(tmp_path / "clip.mkv")
    assert any("is cut short" in note for note in source.notes) == told
    assert source.frames <= 100 * share
