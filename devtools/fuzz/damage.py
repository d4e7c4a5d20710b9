"""Whole files of many kinds, and what storms, cables and broken programs make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from lipsync_studio.engine.media.sound import Sound

from ..heic import write_tiled
from ..paths import ROOT

SIDE, FRAMES, RATE = 128, 8, 25
# name: codecs of picture and sound, pixel format, options of the container.
_VIDEOS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "h264.mp4": ("libx264", "aac", "yuv420p", {}),
    "front.mp4": ("libx264", "aac", "yuv420p", {"movflags": "+faststart"}),
    "fragments.mp4": ("libx264", "aac", "yuv420p", {"movflags": "frag_keyframe+empty_moov"}),
    "hevc.mp4": ("libx265", "aac", "yuv420p", {}),
    "mpeg4.mov": ("mpeg4", "pcm_s16le", "yuv420p", {}),
    "prores.mov": ("prores_ks", "pcm_s16le", "yuv422p10le", {}),
    "h264.mkv": ("libx264", "flac", "yuv420p", {}),
    "vp9.webm": ("libvpx-vp9", "libopus", "yuv420p", {}),
    "vp8.webm": ("libvpx", "libopus", "yuv420p", {}),
    "mpeg4.avi": ("mpeg4", "libmp3lame", "yuv420p", {}),
    "h264.ts": ("libx264", "aac", "yuv420p", {}),
    "mpeg2.mpg": ("mpeg2video", "mp2", "yuv420p", {}),
    "h264.flv": ("libx264", "aac", "yuv420p", {}),
}
_STILLS: dict[str, dict[str, Any]] = {
    "still.jpg": {"quality": 85},
    "progressive.jpg": {"progressive": True},
    "still.png": {},
    "still.webp": {},
    "lossless.webp": {"lossless": True},
    "still.bmp": {},
    "still.tiff": {},
    "moving.gif": {},
}
_SOUNDS = {
    "sound.wav": "pcm_s16le", "float.wav": "pcm_f32le", "sound.mp3": "libmp3lame", "sound.flac": "flac",
    "sound.m4a": "aac", "sound.ogg": "libopus", "sound.aac": "aac", "sound.ac3": "ac3",
}  # fmt: skip
# Kinds that came later, and kinds of damage: their numbers are others', so that those found before stay the
# same files.
_LATER_STILLS: dict[str, dict[str, Any]] = {
    "still.heic": {"quality": 80},
    "tiles.heic": {"quality": 80},
    "still.avif": {"quality": 80, "speed": 8},
    "profile.png": {"icc_profile": True},
    "profile.jpg": {"icc_profile": True},
}
_LATER, _RATES_OF, _EVERY = 3, 7, 8
# Where rates, time scales and the lengths of frames are: what stands before them, how far on, bytes, order.
_RATE_FIELDS: tuple[tuple[bytes, int, int, Literal["big", "little"]], ...] = (
    *((box, 16, 4, "big") for box in (b"mvhd", b"mdhd", b"stts")),
    *((entry, 28, 4, "big") for entry in (b"mp4a", b"sowt")),
    *((b"fmt ", at, 4, "little") for at in (12, 16)),
    *((chunk, at, 4, "little") for chunk, at in ((b"avih", 8), (b"strh", 28), (b"strh", 32))),
    (b"\x23\xe3\x83", 4, 4, "big"),
    (b"\x2a\xd7\xb1", 4, 3, "big"),
    (b"\xb5\x84", 2, 4, "big"),
    (b"\xb5\x88", 2, 8, "big"),
    (b"OpusHead", 10, 2, "little"),
    (b"OpusHead", 12, 4, "little"),
    (b"fLaC", 18, 3, "big"),
    (b"\x21\xf9\x04", 4, 2, "little"),
    (b"\x00\x00\x01\xb3", 7, 1, "big"),
    (b"framerate\x00", 10, 8, "big"),
    (b"audiosamplerate\x00", 16, 8, "big"),
    *((sync, at, 1, "big") for sync, at in ((b"\xff\xf1", 2), (b"\xff\xfb", 2), (b"\x0b\x77", 4))),
)
_ODD_RATES = (0, 1, 3, 7, 999, 1000003, 16777213)
_EXTREME = (0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
# Where headers and indexes are.
_HEAD = 1500


def make_seeds(folder: Path) -> list[Path]:
    """Small whole files with a face or a voice in them, in a fixed order."""
    folder.mkdir(parents=True, exist_ok=True)
    with av.open(str(ROOT / "demo" / "clip.mp4")) as clip:
        pictures = [
            cv2.resize(frame.to_ndarray(format="rgb24"), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
            for frame, _ in zip(clip.decode(video=0), range(FRAMES), strict=False)
        ]
    verse = Sound.load(ROOT / "demo" / "verse.mp3")
    loud = int(np.flatnonzero(np.abs(verse.samples[0]) > 0.1)[0])
    voice = verse.samples[:1, loud : loud + verse.rate // 2]
    made = []
    for name in (*_VIDEOS, *_STILLS, *_SOUNDS):
        path = folder / name
        if name in _VIDEOS:
            picture, sound, pixels, options = _VIDEOS[name]
            _write(path, pictures, voice, verse.rate, picture, sound, pixels, options)
        elif name in _STILLS:
            _still(path, pictures, _STILLS[name])
        else:
            _write(path, [], voice, verse.rate, "", _SOUNDS[name], "", {})
        made.append(path)
    pillow_heif.register_heif_opener()
    for name, how in _LATER_STILLS.items():
        path = folder / name
        if "icc_profile" in how:
            profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
            how = {**how, "icc_profile": profile.tobytes()}
        if name.startswith("tiles"):
            write_tiled(path, Image.fromarray(pictures[0]), SIDE // 2)
        else:
            _still(path, pictures, how)
        made.append(path)
    return made


def _write(
    path: Path, pictures: Sequence[np.ndarray], voice: np.ndarray, rate: int, picture: str, sound: str,
    pixels: str, options: dict[str, str],
) -> None:  # fmt: skip
    with av.open(str(path), "w", options=options) as out:
        video: Any = None
        if picture:
            video = out.add_stream(picture, rate=Fraction(RATE), options={"x265-params": "log-level=none"})
            video.width = video.height = SIDE
            video.pix_fmt = pixels
        audio: Any = out.add_stream(sound, rate=48000 if "opus" in sound else rate, layout="mono")
        for rgb in pictures:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
            out.mux(video.encode(frame))
        if video is not None:
            out.mux(video.encode(None))
        block = av.AudioFrame.from_ndarray(np.ascontiguousarray(voice), format="fltp", layout="mono")
        block.sample_rate, block.time_base, block.pts = rate, Fraction(1, rate), 0
        resampler = av.AudioResampler(
            format=audio.codec_context.format, layout="mono", rate=audio.codec_context.sample_rate,
            frame_size=audio.codec_context.frame_size or None,
        )  # fmt: skip
        for ready in (*resampler.resample(block), *resampler.resample(None)):
            out.mux(audio.encode(ready))
        out.mux(audio.encode(None))


def _still(path: Path, pictures: Sequence[np.ndarray], options: dict[str, Any]) -> None:
    images = [Image.fromarray(rgb) for rgb in pictures]
    if path.suffix == ".gif":
        options = {"save_all": True, "append_images": images[1:], "duration": 40}
    if path.suffix == ".jpg":
        exif = Image.Exif()
        exif[274], exif[271] = 6, "Camera"
        options = {**options, "exif": exif}
    images[0].save(path, **options)


def damaged(number: int, seeds: Sequence[Path]) -> tuple[Path, bytes]:
    """The case of a number: which file it was made of, and what became of that."""
    rng = np.random.default_rng(number)
    early, later = seeds[: -len(_LATER_STILLS)], seeds[-len(_LATER_STILLS) :]
    turn, rest = divmod(number, _EVERY)
    seed = later[turn % len(later)] if rest == _LATER else early[number % len(early)]
    data = bytearray(seed.read_bytes())
    if rest == _RATES_OF:
        data = _rate(data, rng)
        if rng.integers(2):
            return seed, bytes(data)
    for _ in range(int(rng.integers(1, 4))):
        way = _WAYS[int(rng.integers(len(_WAYS)))]
        data = way(data, rng, early)
    return seed, bytes(data)


def _place(data: bytearray, rng: np.random.Generator) -> int:
    """Anywhere; in half of all cases near the beginning or the end."""
    near = int(rng.integers(4))
    size = max(len(data), 1)
    if near == 0:
        return int(rng.integers(min(_HEAD, size)))
    return size - 1 - int(rng.integers(min(_HEAD, size))) if near == 1 else int(rng.integers(size))


def _flip(data: bytearray, rng: np.random.Generator, seeds: Sequence[Path]) -> bytearray:
    for _ in range(int(rng.integers(1, 20))):
        if data:
            data[_place(data, rng)] ^= 1 << int(rng.integers(8))
    return data


def _number(data: bytearray, rng: np.random.Generator, seeds: Sequence[Path]) -> bytearray:
    """Sizes, counts, times and rates that nobody means."""
    for _ in range(int(rng.integers(1, 5))):
        width = int(rng.choice((1, 2, 4, 8)))
        value = int(rng.choice(_EXTREME)) & (1 << 8 * width) - 1
        at = _place(data, rng)
        data[at : at + width] = value.to_bytes(width, "big" if rng.integers(2) else "little")
    return data


def _rate(data: bytearray, rng: np.random.Generator) -> bytearray:
    """Another rate than was meant, of all that the file has."""
    there = [each for each in _RATE_FIELDS if each[0] in data]
    for _ in range(int(rng.integers(1, 3)) if there else 0):
        before, at, width, order = there[int(rng.integers(len(there)))]
        value = int(rng.choice((*_ODD_RATES, *_EXTREME))) & (1 << 8 * width) - 1
        place = data.find(before) + at
        data[place : place + width] = value.to_bytes(width, order)
    return data


def _cut(data: bytearray, rng: np.random.Generator, seeds: Sequence[Path]) -> bytearray:
    return data[: _place(data, rng)]


def _without(data: bytearray, rng: np.random.Generator, seeds: Sequence[Path]) -> bytearray:
    at = _place(data, rng)
    del data[at : at + int(rng.integers(1, 2000))]
    return data


def _again(data: bytearray, rng: np.random.Generator, seeds: Sequence[Path]) -> bytearray:
    at, length = _place(data, rng), int(rng.integers(1, 2000))
    data[at:at] = data[at : at + length] * int(rng.integers(1, 4))
    return data


def _noise(data: bytearray, rng: np.random.Generator, seeds: Sequence[Path]) -> bytearray:
    at, length = _place(data, rng), int(rng.integers(1, 400))
    data[at : at + length] = bytes(length) if rng.integers(2) else rng.bytes(length)
    return data


def _of_another(data: bytearray, rng: np.random.Generator, seeds: Sequence[Path]) -> bytearray:
    other = seeds[int(rng.integers(len(seeds)))].read_bytes()
    at, begin, length = _place(data, rng), int(rng.integers(len(other))), int(rng.integers(1, 4000))
    data[at : at + length] = other[begin : begin + length]
    return data


_Way = Callable[[bytearray, np.random.Generator, Sequence[Path]], bytearray]
_WAYS: tuple[_Way, ...] = (_flip, _number, _number, _cut, _without, _again, _noise, _of_another)


def write_cases(numbers: Sequence[int], seeds: Sequence[Path], folder: Path) -> Iterator[tuple[int, Path]]:
    """Files of their numbers, each with its seed's ending."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        seed, data = damaged(number, seeds)
        path = folder / f"{number:05}-{seed.name}"
        path.write_bytes(data)
        yield number, path
