"""All eight orientations, of stills and of videos."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageOps

from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.orientation import Orientation
from lipsync_studio.engine.media.video import VideoSource

# a, b, c, d of the display matrix that shows a picture as EXIF's orientation of that number does.
MATRICES = {1: (1, 0, 0, 1), 2: (-1, 0, 0, 1), 3: (-1, 0, 0, -1), 4: (1, 0, 0, -1),
            5: (0, 1, 1, 0), 6: (0, 1, -1, 0), 7: (0, -1, -1, 0), 8: (0, -1, 1, 0)}  # fmt: skip


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


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov"])
def test_videos_are_seen_as_players_show_them(tmp_path, name, value):
    path = with_matrix(tmp_path / name, MATRICES[value])
    source = VideoSource(path)
    wanted = oriented(scene(), value)
    assert source.size == wanted.shape[1::-1]
    for frame in (*source.read(), *source.read_reversed(0, 2)):
        assert close(to_rgb(frame), wanted)


def test_the_same_pictures_another_way_round_are_another_clip(tmp_path):
    keys = {VideoSource(with_matrix(tmp_path / f"{value}.mp4", MATRICES[value])).key for value in MATRICES}
    assert len(keys) == 8


@pytest.mark.parametrize(("angle", "value"), [(10, 1), (80, 6), (100, 6), (170, 3), (-85, 8)])
def test_other_angles_go_to_the_nearest(angle, value):
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = np.zeros(9)
    matrix[[0, 1, 3, 4]] = np.array([cos, sin, -sin, cos]) * 65536
    assert Orientation.of_matrix(matrix) == Orientation.of_exif(value)


def with_matrix(path: Path, matrix: tuple[int, int, int, int]) -> Path:
    """Three frames of the scene whose track header has this display matrix (ISO/IEC 14496-12, 8.3.2)."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for _ in range(3):
            out.mux(stream.encode(av.VideoFrame.from_image(scene())))
        out.mux(stream.encode(None))
    data = bytearray(path.read_bytes())
    # After version and flags, two times, track id, 4 reserved, duration, 8 reserved, layer, group, volume, 2.
    at = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (65536 * number for number in matrix)
    values = (a, b, 0, c, d, 0, 0, 0, 1 << 30)
    assert data[at : at + 4] == (65536).to_bytes(4, "big")
    data[at : at + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in values)
    path.write_bytes(data)
    return path
