"""Anything a user has becomes something D-ID takes."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import pytest
from fake_did import clips
from PIL import Image

from lipsync_studio.did_client import errors, media


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(("size", "made"), [
    ((400, 300), (400, 300)), ((200, 150), (341, 256)), ((4096, 3072), (3739, 2804)),
    ((3000, 9000), (1869, 5608)),
])
def test_sizes(size: tuple[int, int], made: tuple[int, int]) -> None:
    picture = media.picture(Image.new("RGB", size))
    assert (picture.width, picture.height) == Image.open(io.BytesIO(picture.data)).size == made


@pytest.mark.parametrize("size", [(1, 1), (127, 500)])
def test_too_small(size: tuple[int, int]) -> None:
    with pytest.raises(errors.InvalidRequestError, match=f"{size[0]}x{size[1]}"):
        media.picture(Image.new("RGB", size))


def test_orientation_alpha_and_metadata() -> None:
    photo = Image.new("RGB", (400, 300), "red")
    exif = photo.getexif()
    exif[0x0112], exif[0x010E] = 6, "where I live"
    turned = media.picture(encoded(photo, "JPEG", exif=exif))
    assert (turned.width, turned.height) == (300, 400)
    assert b"where I live" not in turned.data
    clear = media.picture(encoded(Image.new("RGBA", (300, 300), (255, 0, 0, 0))))
    assert min(Image.open(io.BytesIO(clear.data)).getpixel((9, 9))) > 250
    for mode in ("L", "P", "CMYK", "I;16"):
        assert Image.open(io.BytesIO(media.picture(Image.new(mode, (300, 300))).data)).mode == "RGB"


@pytest.mark.parametrize("data", [b"", b"no picture", clips.portrait(600, 600)[:200]])
def test_what_is_no_picture(data: bytes) -> None:
    with pytest.raises(errors.InvalidRequestError, match="can't be read"):
        media.picture(data)
    with pytest.raises(errors.InvalidRequestError, match="can't be read"):
        media.picture(Path("absent.png"))


@pytest.mark.parametrize(("limit", "suffix"), [(500_000, "wav"), (300_000, "wav"), (100_000, "mp3"),
                                               (60_000, "mp3")])
def test_sounds_fit(limit: int, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """5 s at 48 and 24 kHz, and at 128 and 64 kbit/s."""
    monkeypatch.setattr(media, "MAX_AUDIO_BYTES", limit)
    wave = np.sin(np.arange(5 * 16_000) * (2 * math.pi * 220 / 16_000)).astype(np.float32) * 0.5
    sound = media.recording(np.stack([wave, wave]), 16_000)
    assert (sound.suffix, sound.seconds) == (suffix, 5.0)
    assert limit / 2 < len(sound.data) <= limit
    back, back_rate = media._decode(sound.data)
    assert len(back) / back_rate == pytest.approx(5.0, abs=0.06)
    middle = back[len(back) // 2:][:back_rate // 10]
    loudness = float(np.sqrt((middle ** 2).mean()))
    assert loudness == pytest.approx(0.5 / math.sqrt(2), rel=0.07), "LAME scales by 0.95"


def test_files_are_decoded(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    path.write_bytes(clips.voice(3.0, 500))
    assert media.recording(path).seconds == 3.0
    assert media.recording(clips.clip(3.0)).seconds == pytest.approx(3.0, abs=0.2)
    assert media.recording(path).data == media.recording(path).data


@pytest.mark.parametrize(("samples", "said"), [
    (np.zeros(0, np.float32), "empty"), (np.full(8000, np.nan, np.float32), "damaged"),
    (np.zeros(2000, np.float32), "0.25 s"), (np.zeros(8000 * 601, np.float32), "10 min"),
])
def test_sounds_that_will_not_do(samples: np.ndarray, said: str) -> None:
    with pytest.raises(errors.InvalidRequestError, match=said):
        media.recording(samples, 8000)


def test_files_that_will_not_do() -> None:
    for data, said in ((b"noise", "can't be read"), (clips.clip(2.0, False), "no sound"),
                       (clips.voice(700.0), "10 min")):
        with pytest.raises(errors.InvalidRequestError, match=said):
            media.recording(data)
