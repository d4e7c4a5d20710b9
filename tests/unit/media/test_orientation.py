"""All eight orientations, of stills and of videos."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from footage import MATRICES, shown_by
from PIL import Image, ImageOps

from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.orientation import Orientation
from lipsync_studio.engine.media.video import VideoSource

LIES = {2: "mirrored", 3: "upside down", 4: "upside down and mirrored", 5: "on its side and mirrored",
        6: "on its side", 7: "on its side and mirrored", 8: "on its side"}  # fmt: skip


def told(value: int) -> tuple[str, ...]:
    """What a run report says of a picture of that orientation."""
    lies = LIES.get(value)
    return (f"The picture lies {lies} in the file, which says so: it is made upright.",) if lies else ()


def scene(width: int = 96, height: int = 64) -> Image.Image:
    """Smooth, and different in each of its corners."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return Image.fromarray((255 * np.stack([x, y, 0.2 + 0.6 * x * y], -1)).astype(np.uint8))


def oriented(picture: Image.Image, value: int) -> np.ndarray:
    picture = picture.copy()
    picture.getexif()[0x0112] = value
    return np.asarray(ImageOps.exif_transpose(picture))


def close(got: np.ndarray, wanted: np.ndarray) -> bool:
    return got.shape == wanted.shape and float(np.abs(got.astype(int) - wanted).mean()) < 3


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_stills_are_seen_as_they_were_taken(tmp_path, kind, value):
    exif = Image.Exif()
    exif[0x0112] = value
    path = tmp_path / f"still.{kind.lower()}"
    scene().save(path, kind, exif=exif, quality=95)
    source = VideoSource(path)
    assert close(to_rgb(next(iter(source.read()))), oriented(scene(), value))
    assert source.notes == told(value)


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("size", [(97, 64), (96, 67), (97, 67)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_odd_sizes_begin_where_the_picture_does(tmp_path, kind, size, value):
    """Fine stripes in luma tell a shift by one pixel, a slope in chroma one by half a sample."""
    width, height = size
    y, x = np.mgrid[:height, :width]
    grey = np.random.default_rng(1).integers(60, 190, (height, width))
    picture = Image.fromarray(np.stack([grey + x // 4, grey, grey + y // 2], -1).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = value
    path = tmp_path / f"still.{kind.lower()}"
    picture.save(path, kind, exif=exif, quality=100)
    frame = next(iter(VideoSource(path).read()))
    wanted = oriented(picture, value).astype(int)
    got = to_rgb(frame)[: wanted.shape[0], : wanted.shape[1]].astype(int)
    assert np.abs(got - wanted).mean() < 2
    for plane, repeated in ((frame.yuv()[0], axis) for axis in (0, 1) if wanted.shape[axis] % 2):
        lines = plane.swapaxes(0, repeated)
        assert np.array_equal(lines[-1], lines[-2])


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov"])
def test_videos_are_seen_as_players_show_them(tmp_path, name, value):
    path = clip(tmp_path / name, value)
    source = VideoSource(path)
    wanted = oriented(scene(), value)
    assert source.size == wanted.shape[1::-1]
    assert source.notes == told(value)
    for frame in (*source.read(), *source.read_reversed(0, 2)):
        assert close(to_rgb(frame), wanted)


def test_the_same_pictures_another_way_round_are_another_clip(tmp_path):
    keys = {VideoSource(clip(tmp_path / f"{value}.mp4", value)).key for value in MATRICES}
    assert len(keys) == 8


@pytest.mark.parametrize(("angle", "value"), [(10, 1), (80, 6), (100, 6), (170, 3), (-85, 8)])
def test_other_angles_go_to_the_nearest(angle, value):
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = np.zeros(9)
    matrix[[0, 1, 3, 4]] = np.array([cos, sin, -sin, cos]) * 65536
    assert Orientation.of_matrix(matrix) == Orientation.of_exif(value)


def clip(path: Path, value: int) -> Path:
    """Three frames of the scene, shown as EXIF's orientation of that number."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for _ in range(3):
            out.mux(stream.encode(av.VideoFrame.from_image(scene())))
        out.mux(stream.encode(None))
    return shown_by(path, value)
