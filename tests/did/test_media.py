"""Anything a user has becomes something D-ID takes."""

from __future__ import annotations

import io
import math
import wave
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from fake_did import clips
from PIL import Image

from lipsync_studio.cloud_jobs import Picture, errors, sound
from lipsync_studio.did_client import media


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("size", "made"),
    [
        ((400, 300), (400, 300)),
        ((200, 150), (341, 256)),
        ((4096, 3072), (3739, 2804)),
        ((3000, 9000), (1869, 5608)),
        *(((short, 400), (256, round(400 * 256 / short))) for short in (161, 187, 196, 197, 206)),
    ],
)
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


def shown(made: Picture) -> np.ndarray:
    image = Image.open(io.BytesIO(made.data))
    assert image.mode == "RGB"
    return np.asarray(image, np.float32)


def palette(alpha: object) -> Image.Image:
    image = Image.new("P", (300, 300), 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    image.paste(0, (150, 0, 300, 300))
    image.info["transparency"] = alpha
    return image


def tiff(values: np.ndarray) -> bytes:
    return encoded(Image.fromarray(values), "TIFF")


GREY = np.full((300, 300), 178 * 257)
BIG_ENDIAN = Image.frombytes("I;16B", (300, 300), GREY.astype(">u2").tobytes())
HALF_CLEAR = Image.new("L", (300, 300), 255)
HALF_CLEAR.paste(0, (150, 0, 300, 300))


DEEP = GREY.astype(np.uint16)
MODES = {
    "16-bit PNG": (encoded(Image.fromarray(DEEP)), 178, 178),
    "16-bit PNG, transparent": (encoded(Image.fromarray(DEEP), transparency=178 * 257), 255, 255),
    "16-bit TIFF": (tiff(DEEP), 178, 178),
    "16-bit TIFF, big-endian": (encoded(BIG_ENDIAN, "TIFF"), 178, 178),
    "I;16B": (BIG_ENDIAN, 178, 178),
    "32-bit, 16 used": (tiff(GREY.astype(np.int32)), 178, 178),
    "32-bit, 8 used": (tiff(np.full((300, 300), 178, np.int32)), 178, 178),
    "float to 1": (tiff(np.full((300, 300), 0.7, np.float32)), 178.5, 178.5),
    "float to 255": (tiff(np.full((300, 300), 178.4, np.float32)), 178, 178),
    "L": (encoded(Image.new("L", (300, 300), 178)), 178, 178),
    "1": (encoded(Image.new("1", (300, 300), 1)), 255, 255),
    "LA": (encoded(Image.merge("LA", (Image.new("L", (300, 300), 90), HALF_CLEAR))), 90, 255),
    "PA": (palette(bytes([0, 255])).convert("PA"), (200, 100, 50), 255),
    "P, one clear": (encoded(palette(0), transparency=0), (200, 100, 50), 255),
    "P, one half clear": (encoded(palette(b"\x80\xff"), transparency=b"\x80\xff"), (200, 100, 50), 127),
    "RGBA": (encoded(Image.new("RGBA", (300, 300), (255, 0, 0, 0))), 255, 255),
    "CMYK": (encoded(Image.new("CMYK", (300, 300), (0, 0, 0, 100)), "JPEG"), 155, 155),
    "YCbCr": (encoded(Image.new("YCbCr", (300, 300), (178, 128, 128)), "JPEG"), 178, 178),
    "16-bit RGB": (cv2.imencode(".png", np.stack([DEEP] * 3, 2))[1].tobytes(), 178, 178),
    "16-bit RGBA": (cv2.imencode(".png", np.stack([DEEP] * 3 + [DEEP | 0xFFFF], 2))[1].tobytes(), 178, 178),
}


@pytest.mark.parametrize("mode", MODES)
def test_any_mode_keeps_its_brightness(mode: str) -> None:
    source, left, right = MODES[mode]
    pixels = shown(media.picture(source))
    for half, wanted in ((pixels[:, :140], left), (pixels[:, 160:], right)):
        assert half.mean((0, 1)) == pytest.approx(np.broadcast_to(wanted, 3), abs=1.5)


def test_what_was_guessed_or_changed_is_said() -> None:
    assert media.picture(encoded(Image.fromarray(DEEP))).notes == ()
    assert media.picture(encoded(Image.new("RGBA", (300, 300)), "PNG")).notes == (
        "Transparent parts of the picture were made white.",
    )
    assert media.picture(encoded(Image.new("RGBA", (300, 300), "red"), "PNG")).notes == ()
    assert "255 was taken for it" in media.picture(tiff(np.full((300, 300), 9, np.int32))).notes[0]
    assert media.picture(Image.new("RGB", (200, 200))).notes == (
        "The picture was scaled from 200x200 to 256x256.",
    )


@pytest.mark.parametrize(
    ("kind", "options"), [("JPEG", {"quality": 95}), ("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {})]
)
def test_all_eight_orientations(kind: str, options: dict) -> None:
    """Exif 2.32, tag 0x0112: at which side of the picture the first row and the first column lie."""
    upright = np.zeros((300, 400, 3), np.uint8)
    upright[:150, :200], upright[:150, 200:] = (255, 0, 0), (0, 255, 0)
    upright[150:, :200], upright[150:, 200:] = (0, 0, 255), (255, 255, 255)
    turned = upright.transpose(1, 0, 2)
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: turned,
        6: turned[::-1],
        7: turned[::-1, ::-1],
        8: turned[:, ::-1],
    }
    for orientation, pixels in stored.items():
        image = Image.fromarray(np.ascontiguousarray(pixels))
        exif = image.getexif()
        exif[0x0112] = orientation
        seen = shown(media.picture(encoded(image, kind, exif=exif, **options)))
        assert seen.shape == upright.shape, orientation
        assert np.abs(seen - upright).mean() < 3, orientation


@pytest.mark.parametrize("data", [b"", b"no picture", clips.portrait(600, 600)[:200]])
def test_what_is_no_picture(data: bytes) -> None:
    with pytest.raises(errors.InvalidRequestError, match="can't be read"):
        media.picture(data)
    with pytest.raises(errors.InvalidRequestError, match="can't be read"):
        media.picture(Path("absent.png"))


@pytest.mark.parametrize(
    ("limit", "suffix"), [(500_000, "wav"), (300_000, "wav"), (100_000, "mp3"), (60_000, "mp3")]
)
def test_sounds_fit(limit: int, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """5 s at 48 and 24 kHz, and at 128 and 64 kbit/s."""
    monkeypatch.setattr(media, "SOUND", replace(media.SOUND, max_bytes=limit))
    wave = np.sin(np.arange(5 * 16_000) * (2 * math.pi * 220 / 16_000)).astype(np.float32) * 0.5
    made = media.recording(wave, 16_000)
    assert (made.suffix, made.seconds) == (suffix, 5.0)
    assert limit / 2 < len(made.data) <= limit
    heard = sound.decode(made.data, 600.0)
    back, back_rate = heard.samples, heard.rate
    assert len(back) / back_rate == pytest.approx(5.0, abs=0.06)
    middle = back[len(back) // 2 :][: back_rate // 10]
    loudness = float(np.sqrt((middle**2).mean()))
    assert loudness == pytest.approx(0.5 / math.sqrt(2), rel=0.07), "LAME scales by 0.95"


def test_files_are_decoded(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    path.write_bytes(clips.voice(3.0, 500))
    assert media.recording(path).seconds == 3.0
    assert media.recording(clips.clip(3.0)).seconds == pytest.approx(3.0, abs=0.2)
    assert media.recording(path).data == media.recording(path).data


def tone(level: float, seconds: float = 2.0, rate: int = 8000, pitch: float = 220.0) -> np.ndarray:
    phase = np.arange(round(seconds * rate)) * (2 * math.pi * pitch / rate)
    return (level * np.sin(phase)).astype(np.float32)


def loud(heard: sound.Mono) -> float:
    return float(np.sqrt((heard.samples**2).mean()))


def wav(channels: np.ndarray, rate: int = 8000) -> bytes:
    """16 bits; channels: float [c, n]."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((len(channels), 2, rate, 0, "NONE", ""))
        file.writeframes((channels.T * 32_767).round().astype("<i2").tobytes())
    return buffer.getvalue()


def flac(channels: np.ndarray, layout: str, rate: int = 8000) -> bytes:
    """Which says what its channels are, unlike a plain WAV. channels: float [c, n]."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=rate, layout=layout)
        pcm = (channels.T * 32_767).round().astype("<i2").reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout=layout)
        frame.rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def coded(kind: str, *tracks: np.ndarray, rate: int = 48_000, default: int | None = None) -> bytes:
    """AAC in "adts" or "mp4"; tracks: float [c, n]. default: the track that players take."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=kind) as container:
        layouts = ["mono" if len(track) == 1 else "stereo" for track in tracks]
        streams = [container.add_stream("aac", rate=rate, layout=layout) for layout in layouts]
        for index, stream in enumerate(streams):
            if default is not None:
                stream.disposition = av.stream.Disposition(index == default)
        for stream, track, layout in zip(streams, tracks, layouts, strict=True):
            for start in range(0, track.shape[1], 1024):
                part = np.ascontiguousarray(track[:, start : start + 1024])
                frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
                frame.rate, frame.pts = rate, start
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (np.zeros(0, np.float32), "empty"),
        (np.full(8000, np.nan, np.float32), "damaged"),
        (tone(0.5, 0.25), "0.25 s"),
        (tone(0.5, 601.0), "10 min"),
    ],
)
def test_sounds_that_will_not_do(samples: np.ndarray, said: str) -> None:
    with pytest.raises(errors.InvalidRequestError, match=said):
        media.recording(samples, 8000)


NOISE = np.random.default_rng(1).standard_normal(24_000).astype(np.float32)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(24_000, np.float32),
        NOISE * 10 ** (-70 / 20),
        tone(10 ** (-66 / 20)),
        np.full(24_000, 0.25, np.float32),
        np.repeat(np.float32([0.0, 0.3]), 12_050),
        np.where(np.arange(24_000) == 12_000, np.float32(0.9), np.float32(0)),
    ],
    ids=[
        "zeros",
        "noise at -70 dBFS",
        "tone at -69 dBFS",
        "an offset",
        "a microphone switched on",
        "a click",
    ],
)
def test_silence_is_refused(samples: np.ndarray) -> None:
    with pytest.raises(errors.InvalidRequestError, match="sound is silent .nowhere above -65 dBFS."):
        media.recording(samples, 8000)
    with pytest.raises(errors.InvalidRequestError, match="sound is silent"):
        media.recording(wav(np.stack([samples, samples])))


@pytest.mark.parametrize(
    "samples",
    [
        NOISE * 10 ** (-60 / 20),
        tone(10 ** (-60 / 20)),
        np.append(np.zeros(400_000, np.float32), tone(0.1, 0.2)),
    ],
    ids=["noise at -60 dBFS", "tone at -63 dBFS", "one word at the end"],
)
def test_what_is_quiet_is_not_silent(samples: np.ndarray) -> None:
    assert media.recording(samples, 8000).notes == ()


def test_channels_that_cancel_are_heard() -> None:
    left = tone(0.5) + NOISE[:16_000] * 0.01
    made = media.recording(wav(np.stack([left, -0.98 * left])))
    assert made.notes == (sound.CANCELLED_NOTE,)
    assert loud(sound.decode(made.data, 600.0)) == pytest.approx(float(left.std()), rel=0.02)
    for harmless in (np.stack([left, tone(0.5, pitch=330.0)]), np.stack([left, np.zeros_like(left)])):
        assert media.recording(wav(harmless)).notes == ()


@pytest.mark.parametrize("turned", [slice(16_000), slice(16_000, None), slice(12_000, 20_000)])
def test_channels_that_cancel_in_a_part_are_heard_there(turned: slice) -> None:
    """One microphone of two wired the wrong way round, in one of two takes."""
    left = tone(0.5, 4.0)
    right = left.copy()
    right[turned] *= -1
    made = media.recording(wav(np.stack([left, right])))
    assert made.notes == (sound.CANCELLED_NOTE,)
    heard = sound.decode(made.data, 600.0)
    pieces = np.array([piece.std() for piece in np.array_split(heard.samples, 16)]) / left.std()
    assert pieces.min() > 0.7  # at the turn a stretch may hold some of both
    assert np.median(pieces) == pytest.approx(1, rel=0.02)


def test_the_bass_is_not_what_is_heard_where_the_front_cancels() -> None:
    voice = tone(0.3)
    channels = np.stack([voice, -voice, 0 * voice, tone(0.9, pitch=50.0), 0 * voice, 0 * voice])
    assert loud(sound.decode(flac(channels, "5.1"), 600.0)) == pytest.approx(float(voice.std()), rel=0.02)


def test_mixing_makes_nothing_louder() -> None:
    """FFmpeg's own mix of two equal channels is 3 dB louder than each, which cuts off its peaks."""
    level = loud(sound.decode(wav(np.stack([tone(0.99)] * 2)), 600.0))
    assert level == pytest.approx(0.99 / math.sqrt(2), rel=0.01)


def test_a_surround_mix_is_the_front_and_not_the_bass() -> None:
    quiet = np.zeros_like(tone(0.5))
    for channel, part in ((2, 1 / 3.414), (0, 0.7071 / 3.414), (3, 0.0)):
        channels = np.stack([tone(0.5) if index == channel else quiet for index in range(6)])
        level = loud(sound.decode(flac(channels, "5.1"), 600.0))
        assert level == pytest.approx(part * 0.5 / math.sqrt(2), abs=1e-3)


def test_eight_channels_are_heard() -> None:
    assert loud(sound.decode(wav(np.stack([tone(0.5)] * 8)), 600.0)) > 0.3


def test_channels_and_rate_may_change_on_the_way() -> None:
    mono, stereo = tone(0.5, 1.0, 48_000)[None], np.stack([tone(0.5, 1.0, 48_000)] * 2)
    slower = tone(0.5, 1.0, 44_100)[None]
    for data in (
        coded("adts", mono) + coded("adts", stereo),
        coded("adts", mono) + coded("adts", slower, rate=44_100),
    ):
        heard = sound.decode(data, 600.0)
        assert len(heard.samples) / heard.rate == pytest.approx(2.1, abs=0.1)
        for start in (0.4, 1.5):
            part = heard.samples[round(start * heard.rate) :][: heard.rate // 4]
            spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 17))
            assert spectrum.argmax() * heard.rate / (1 << 17) == pytest.approx(220.0, abs=2)


def test_the_default_track_is_taken() -> None:
    silent, voice = np.zeros((1, 48_000), np.float32), tone(0.5, 1.0, 48_000)[None]
    assert media.recording(coded("mp4", voice, silent))
    assert media.recording(coded("mp4", silent, voice, default=1))
    with pytest.raises(errors.InvalidRequestError, match="silent"):
        media.recording(coded("mp4", silent, voice, default=0))


def test_a_name_may_have_a_colon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Verse: one.wav").write_bytes(clips.voice())
    assert media.recording(Path("Verse: one.wav")).seconds == 2.0
    with pytest.raises(errors.InvalidRequestError, match="No such file"):
        media.recording(Path("Verse: two.wav"))


def test_files_that_will_not_do() -> None:
    for data, said in (
        (b"noise", "can't be read"),
        (clips.clip(2.0, False), "no sound"),
        (clips.voice(700.0), "10 min"),
    ):
        with pytest.raises(errors.InvalidRequestError, match=said):
            media.recording(data)
