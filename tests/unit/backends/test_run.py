"""From a request to a file and its report."""

import io
import json
import threading
from fractions import Fraction

import av
import numpy as np
import pytest

from lipsync_studio.backends.did.spec import SPEC as DID
from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.backends.scoring import RunScore
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.engine.errors import Cancelled, InputError, OutputError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.container import MediaFile
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.metadata import LOCATION_LEFT_OUT, metadata_of
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer


def contents(path):
    """Number of pictures, their rate, and samples of sound as players count them (edit list honoured)."""
    with av.open(str(path)) as container:
        rate = container.streams.video[0].average_rate
        pictures = sum(1 for _ in container.decode(video=0))
    with av.open(str(path)) as container:
        sound = sum(frame.samples for frame in container.decode(audio=0) if frame.pts >= 0)
    return pictures, rate, sound


@pytest.mark.parametrize(
    ("length", "fill", "seconds", "frames"),
    [
        ("audio", "pingpong", 1.21, 31),
        ("audio", "loop", 1.21, 31),
        ("audio", "hold", 1.21, 31),
        ("video", "pingpong", 1.21, 20),
        ("video", "loop", 0.3, 20),
        ("shortest", "hold", 0.3, 8),
        ("shortest", "loop", 1.21, 20),
    ],
)
def test_the_file_has_the_planned_length(clip, track, host, voice, tmp_path, length, fill, seconds, frames):
    path = tmp_path / "out.mp4"
    request = LipSyncRequest(clip, voice(seconds), track=track, length=length, fill=fill)
    report = run(DubBackend(VisemeEngine()), request, host, path)
    pictures, rate, samples = contents(path)
    assert (pictures, rate) == (frames, 25)
    assert 0 <= samples - frames * 48000 // 25 < 1024  # AAC codes blocks of 1024
    assert report.frames == frames
    assert report.duration == pytest.approx(frames / 25)
    assert [p.name for p in tmp_path.iterdir()] == ["out.mp4"]


def test_the_report_tells_what_became_of_each_frame(leaving, host, voice, tmp_path):
    request = LipSyncRequest(leaving.source, voice(2.4), track=leaving.track, length="video")
    report = json.loads(run(DubBackend(VisemeEngine()), request, host, tmp_path / "out.mp4").to_json())
    assert report["backend"] == "viseme"
    assert (report["frames"], report["fps"], report["duration"]) == (60, "25", 2.4)
    assert report["size"] == [320, 320]
    assert report["generated"] == 40
    assert report["spans"] == [
        {"state": "generated", "first": 0, "last": 19},
        {"state": "passed: no face", "first": 20, "last": 39},
        {"state": "generated", "first": 40, "last": 59},
    ]
    assert set(report["seconds"]) == {"prepare", "render", "score"}
    assert any("estimated from the sound" in note for note in report["notes"])


def test_an_exact_rate_is_reported_as_one(footage, host, voice, tmp_path):
    source = ImageSource(np.stack(footage[:15]).astype(np.float32) / 255, Fraction(30000, 1001))
    report = run(DubBackend(VisemeEngine()), LipSyncRequest(source, voice(0.5)), host, tmp_path / "out.mp4")
    assert report.fps == "30000/1001"
    assert report.frames == 15  # 0.5 s are 14.985 frames
    assert contents(tmp_path / "out.mp4")[1] == Fraction(30000, 1001)


def test_a_still_speaks_for_as_long_as_the_audio(pictures, host, voice, tmp_path):
    source = ImageSource(pictures["mona lisa"][None].astype(np.float32) / 255)
    report = run(DubBackend(VisemeEngine()), LipSyncRequest(source, voice(0.8)), host, tmp_path / "out.mp4")
    assert (report.frames, report.generated) == (20, 20)


class Breaks:
    """Makes an engine do something at one of the output frames."""

    def __init__(self, engine, at, action):
        self._engine, self._at, self._action = engine, at, action

    def __getattr__(self, name):
        return getattr(self._engine, name)

    def generate(self, crops, conditioning, host):
        for crop, made in zip(crops, self._engine.generate(crops, conditioning, host), strict=True):
            if crop.index == self._at:
                self._action()
            yield made


def test_a_failure_half_way_leaves_no_file(leaving, host, voice, whitewash, tmp_path):
    def fail():
        raise ZeroDivisionError

    path = tmp_path / "out.mp4"
    request = LipSyncRequest(leaving.source, voice(2.4), track=leaving.track)
    with pytest.raises(ZeroDivisionError):
        run(DubBackend(Breaks(whitewash(), 50, fail)), request, host, path)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_keeps_the_file_that_was_there(leaving, host, voice, whitewash, tmp_path):
    def fail():
        raise ZeroDivisionError

    path = tmp_path / "out.mp4"
    path.write_bytes(b"yesterday's")
    request = LipSyncRequest(leaving.source, voice(2.4), track=leaving.track)
    with pytest.raises(ZeroDivisionError):
        run(DubBackend(Breaks(whitewash(), 50, fail)), request, host, path)
    assert path.read_bytes() == b"yesterday's"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("at", [0, 50])
def test_a_cancel_half_way_leaves_no_file(leaving, voice, whitewash, tmp_path, at):
    cancel = threading.Event()
    engine = Breaks(whitewash(), at, cancel.set)
    request = LipSyncRequest(leaving.source, voice(2.4), track=leaving.track)
    with PlainHost("cpu", cancel=cancel) as host, pytest.raises(Cancelled):
        run(DubBackend(engine), request, host, tmp_path / "out.mp4")
    assert list(tmp_path.iterdir()) == []
    # It stopped within the chunk of 16 frames.
    assert max(crop.index for crop in engine.crops) < at + 16


def test_a_cancel_while_scoring_leaves_no_file(clip, track, voice, whitewash, tmp_path, monkeypatch):
    """As anywhere else, though all frames are painted by then; what was there before is kept."""
    cancel, path = threading.Event(), tmp_path / "out.mp4"
    request = LipSyncRequest(clip, voice(0.8), track=track)
    monkeypatch.setattr(RunScore, "_score", lambda self: cancel.set())
    for before in (None, b"yesterday's"):
        if before is not None:
            path.write_bytes(before)
        cancel.clear()
        with PlainHost("cpu", cancel=cancel) as host, pytest.raises(Cancelled):
            run(DubBackend(whitewash()), request, host, path)
        assert [each.read_bytes() for each in tmp_path.iterdir()] == ([] if before is None else [before])


def test_a_folder_that_is_a_file_is_an_output_error(clip, track, host, voice, whitewash, tmp_path):
    (tmp_path / "file").write_text("in the way")
    request = LipSyncRequest(clip, voice(0.4), track=track)
    with pytest.raises(OutputError, match="can't be written"):
        run(DubBackend(whitewash()), request, host, tmp_path / "file" / "out.mp4")


def test_a_backend_for_pictures_refuses_footage(clip, track, host, voice, whitewash, tmp_path):
    backend = DubBackend(whitewash())
    backend.spec, backend.takes_footage = DID, False
    with pytest.raises(InputError, match="animates one picture"):
        run(backend, LipSyncRequest(clip, voice(0.4), track=track), host, tmp_path / "out.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_writer_that_fails_ends_all_threads(clip, track, host, voice, whitewash, tmp_path, monkeypatch):
    """At once, and not when somebody lets go of the error."""

    def fail(self, frame):
        raise OutputError("full")

    monkeypatch.setattr(Mp4Writer, "write", fail)
    with pytest.raises(OutputError) as caught:
        run(DubBackend(whitewash()), LipSyncRequest(clip, voice(4), track=track), host, tmp_path / "a.mp4")
    assert caught.value is not None
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("read", "compositing"))]


@pytest.mark.parametrize("in_memory", [False, True])
def test_a_node_carries_what_the_source_says_but_not_its_place(clip, host, voice, tmp_path, in_memory):
    """As Apply Lip-Sync asks for it: from a file or from memory, and nobody has asked for the place."""
    tags = {"title": "Take: 1", "make": "Maker", "creation_time": "2020-01-02T03:04:05.000000Z"}
    path = tmp_path / "tagged.mov"
    facts = clip.size, clip.fps, clip.colour, None, clip.duration
    with Mp4Writer(path, *facts, metadata={**tags, "location": "+48.1+011.5/"}) as writer:
        for frame in clip.read():
            writer.write(frame)
    source = VideoSource(io.BytesIO(path.read_bytes()) if in_memory else path)
    request = LipSyncRequest(source, voice(0.4), score=False)
    report = run(DubBackend(VisemeEngine()), request, host, tmp_path / "out.mp4")
    found = metadata_of(MediaFile(tmp_path / "out.mp4"))
    assert found.tags == tags
    assert not found.location
    assert LOCATION_LEFT_OUT in report.notes
