"""What a source says of itself, in the result."""

from __future__ import annotations

import re
from fractions import Fraction

import av
import ffmpeg
import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image

from lipsync_studio.engine.media.container import MediaFile
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.metadata import Metadata, metadata_of
from lipsync_studio.engine.media.source import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer

TAGS = {
    "title": "Verse: one",
    "artist": "Nobody",
    "date": "2021",
    "comment": "first take",
    "creation_time": "2021-03-04T05:06:07.000000Z",
    "make": "Camera & Söhne",
    "model": "X-1",
}
PLACE = "+48.1000+011.5000/"


def write(path, metadata):
    with Mp4Writer(
        path, (64, 48), Fraction(25), Colour(), None, Fraction(1, 25), metadata=metadata
    ) as writer:
        writer.write(Frame(np.full((72, 64), 128, np.uint8), Colour(), Fraction(0), 0))
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_what_is_written_is_read_again(tmp_path, suffix):
    path = write(tmp_path / f"clip{suffix}", {**TAGS, "location": PLACE, "rotate": "90", "major_brand": "x"})
    found = metadata_of(MediaFile(path))
    assert found.tags == TAGS
    assert found.location.startswith("+48.1")
    assert found.carried(location=False) == TAGS
    assert found.carried(location=True) == {**TAGS, "location": found.location}


@pytest.mark.parametrize(
    ("suffix", "given", "shown"),
    [
        (".mp4", "2021-03-04T05:06:07.000000Z", "2021-03-04T05:06:07.000000Z"),
        (".mov", "2021-03-04T05:06:07.000000Z", "2021-03-04T05:06:07.000000Z"),
        (".mp4", "2021-03-04 07:06:07+02:00", "2021-03-04T05:06:07.000000Z"),
        (".mp4", "in spring", "in spring"),
    ],
)
def test_the_time_is_said_once(tmp_path, suffix, given, shown):
    """As ffmpeg shows it: of the file, and of its tracks where it is one."""
    path = write(tmp_path / f"clip{suffix}", {**TAGS, "creation_time": given})
    shows = ffmpeg.ffmpeg("-i", path, "-f", "null", "-").partition("Output #0")[0]
    said = re.findall(r"creation_time +: (.*)", shows)
    assert said == [shown] * (1 if given == "in spring" else 2)


def test_a_phones_own_names_are_known(tmp_path):
    path = tmp_path / "phone.mov"
    apple = "com.apple.quicktime."
    given = {f"{apple}make": "Apple", f"{apple}model": "12", f"{apple}location.ISO6709": PLACE}
    options = {"movflags": "use_metadata_tags"}
    with av.open(str(path), "w", options=options) as out:
        out.metadata.update(given)
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    assert metadata_of(MediaFile(path)) == Metadata({"make": "Apple", "model": "12"}, PLACE)


@pytest.mark.parametrize("name", ["still.jpg", "still.heic", "still.avif"])
def test_a_pictures_exif(tmp_path, name):
    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Maker", "Box"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2020:02:03 04:05:06"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = "-03:30"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "S", 2: (10.0, 30.0, 0.0), 3: "E", 4: (20.0, 0.0, 36.0)})
    Image.new("RGB", (64, 48)).save(tmp_path / name, exif=exif)
    found = VideoSource(tmp_path / name).metadata()
    assert found.tags == {"make": "Maker", "model": "Box", "creation_time": "2020-02-03T07:35:06Z"}
    assert found.location == "-10.5000+020.0100/"


def test_a_file_that_says_nothing(tmp_path):
    (tmp_path / "text.txt").write_text("no media")
    Image.new("RGB", (64, 48)).save(tmp_path / "still.png")
    for name in ("text.txt", "still.png", "missing.mp4"):
        assert metadata_of(MediaFile(tmp_path / name)) == Metadata()


def test_a_place_is_told_where_nothing_else_is(tmp_path):
    path = write(tmp_path / "clip.mov", {"location": PLACE})
    assert metadata_of(MediaFile(path)).location.startswith("+48.1")
