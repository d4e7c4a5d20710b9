"""Footage whose samples aren't square: faces are found and painted as they look."""

from fractions import Fraction

import ffmpeg
import numpy as np
import pytest

from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.media.video import VideoSource

ASPECT = Fraction(4, 3)


@pytest.fixture(scope="module")
def squeezed(clip, tmp_path_factory):
    """The clip with three quarters of its columns."""
    path = tmp_path_factory.mktemp("squeezed") / "clip.mp4"
    ffmpeg.ffmpeg("-i", str(clip._file._path), "-vf", "scale=240:320:flags=lanczos,setsar=4/3", "-c:v",
                  "libx264", "-crf", "8", path)  # fmt: skip
    return VideoSource(path)


def test_a_face_is_where_and_as_wide_as_it_looks(clip, track, squeezed, host):
    found = track_faces(squeezed, host)
    assert (squeezed.size, squeezed.stored_size, found.size) == ((320, 320), (240, 320), (320, 320))
    (one,), (other,) = track.persons, found.persons
    for index in range(0, clip.frames, 5):
        assert other.at(index).mesh[:, :2] == pytest.approx(one.at(index).mesh[:, :2], abs=2.5)


def test_a_mouth_is_painted_there_and_nowhere_else(squeezed, host, voice, whitewash, tmp_path):
    request = LipSyncRequest(squeezed, voice(0.8), length="video", score=False)
    rendering = DubBackend(whitewash()).render(request, host)
    assert (rendering.size, rendering.aspect) == ((240, 320), ASPECT)
    (person,) = rendering.footage[0].people
    frames = [frame for chunk in rendering.chunks for frame in chunk.frames]
    for frame, before in zip(frames, squeezed.read(), strict=True):
        x0, y0, x1, y1 = person.at(frame.index).box
        changed = frame.yuv()[0] != before.yuv()[0]
        rows, columns = np.nonzero(changed)
        edges = [columns.min(), columns.max() + 1, rows.min(), rows.max() + 1]
        assert edges == pytest.approx([x0 * 3 / 4, x1 * 3 / 4, y0, y1], abs=3)

    report = run(DubBackend(whitewash()), request, host, tmp_path / "out.mp4")
    result = ffmpeg.decode(tmp_path / "out.mp4", "gray")
    assert (result.size, result.aspect) == ((240, 320), ASPECT)
    assert "pixels are 4:3" in report.notes[0]
