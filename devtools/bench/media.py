"""What the benchmark works on: the sample clip and the sample verse, brought to any size and length."""

from __future__ import annotations

import math
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from lipsync_studio.engine.media.colour import rgb_to_planes, to_rgb
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.timeline import plan, walk
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.wav import write_wav
from lipsync_studio.engine.media.writer import Mp4Writer

from ..paths import CACHE, ROOT

FOLDER = CACHE / "bench"
_CLIP = ROOT / "demo" / "clip.mp4"
_VERSE = ROOT / "demo" / "verse.mp3"
# Of ordinary footage: what a phone or a camera writes, in quality.
_CRF = 18


def video(width: int, height: int, seconds: int) -> Path:
    """The sample clip, head and shoulders, in the middle of width x height, repeated to a length."""
    path = FOLDER / f"middle_{height}p_{seconds}s.mp4"
    if not path.exists():
        _repeat(_scaled(width, height, seconds), path, seconds)
    return path


def shots(width: int, height: int, seconds: int) -> Path:
    """The sample clip in the middle of width x height, every other 2 seconds mirrored and darker: a cut each
    time."""
    path = FOLDER / f"shots_{height}p_{seconds}s.mp4"
    if path.exists():
        return path
    pair = FOLDER / f"shots_{height}p.mp4"
    source = VideoSource(_CLIP)
    half = int(2 * source.fps)
    left = (width - height) // 2
    with Mp4Writer(
        pair, (width, height), source.fps, Colour(), None, 2 * half / source.fps, crf=_CRF
    ) as writer:
        for frame in source.read(0, 2 * half):
            rgb = cv2.resize(to_rgb(frame), (height, height), interpolation=cv2.INTER_AREA)
            if frame.index >= half:
                rgb = rgb[:, ::-1] // 2
            rgb = cv2.copyMakeBorder(rgb, 0, 0, left, width - height - left, cv2.BORDER_REPLICATE)
            writer.write(Frame(rgb_to_planes(rgb, Colour()), Colour(), frame.pts, frame.index))
    _repeat(pair, path, seconds)
    return path


def upright(width: int, height: int, frames: int) -> Path:
    """The sample clip cut to an upright picture, its first frames."""
    path = FOLDER / f"upright_{width}x{height}_{frames}.mp4"
    side = (height - width) // 2
    return _written(path, (width, height), frames, lambda rgb: rgb[:, side : side + width])


def one_group(frames: int) -> Path:
    """The sample clip to and fro as a single group of pictures."""
    path = FOLDER / f"one_group_{frames}.mp4"
    if path.exists():
        return path
    source = VideoSource(_CLIP)
    part = path.with_suffix(".part")
    with av.open(str(part), "w", format="mp4") as target:
        stream = target.add_stream(
            "libx264", rate=source.fps, options={"crf": str(_CRF), "sc_threshold": "0"}
        )
        stream.width, stream.height = source.size
        stream.codec_context.gop_size = frames
        for frame in walk(source, plan(source, frames / source.fps)):
            target.mux(stream.encode(av.VideoFrame.from_ndarray(frame.planes, format="yuv420p")))
        target.mux(stream.encode(None))
    part.replace(path)
    return path


def verse(seconds: int) -> Sound:
    """The sample verse repeated to a length."""
    voice = Sound.load(_VERSE)
    count = seconds * voice.rate
    repeats = -(-count // voice.samples.shape[1])
    return Sound(np.tile(voice.samples[:, :], repeats)[:, :count], voice.rate)


def _scaled(width: int, height: int, most: int) -> Path:
    source = VideoSource(_CLIP)
    frames = min(source.frames, int(most * source.fps))
    path = FOLDER / f"middle_{height}p_{frames}.mp4"
    left = (width - height) // 2
    sides = left, width - height - left
    return _written(
        path, (width, height), frames, lambda rgb: cv2.copyMakeBorder(rgb, 0, 0, *sides, cv2.BORDER_REPLICATE)
    )


def _written(
    path: Path, size: tuple[int, int], frames: int, shape: Callable[[np.ndarray], np.ndarray]
) -> Path:
    """The sample clip's first frames, as squares of the size's height that `shape` brings to the size."""
    if path.exists():
        return path
    source = VideoSource(_CLIP)
    with Mp4Writer(path, size, source.fps, Colour(), None, frames / source.fps, crf=_CRF) as writer:
        for frame in source.read(0, frames):
            rgb = cv2.resize(to_rgb(frame), (size[1], size[1]), interpolation=cv2.INTER_CUBIC)
            planes = rgb_to_planes(shape(rgb), Colour())
            writer.write(Frame(planes, Colour(), frame.pts, frame.index))
    return path


def _repeat(clip: Path, path: Path, seconds: int) -> None:
    """Copy the coded pictures again and again, which for minutes of 1080p takes a second."""
    part = path.with_suffix(".part")
    with av.open(str(part), "w", format="mp4") as target:
        stream = None
        shift = end = 0
        while stream is None or shift < end:
            with av.open(str(clip)) as source:
                pictures = source.streams.video[0]
                base, length = pictures.time_base, pictures.duration
                assert base is not None
                assert length is not None
                if stream is None:
                    stream = target.add_stream_from_template(pictures)
                    stream.time_base = base
                    end = math.ceil(seconds / base)
                for packet in source.demux(pictures):
                    if packet.pts is None or packet.dts is None or packet.dts + shift >= end:
                        continue
                    packet.pts += shift
                    packet.dts += shift
                    packet.stream = stream
                    target.mux(packet)
                shift += length
    part.replace(path)


def audio(seconds: int) -> Path:
    """The sample verse repeated to a length, as WAV."""
    path = FOLDER / f"verse_{seconds}s.wav"
    if path.exists():
        return path
    voice = verse(seconds)
    part = path.with_suffix(".part")
    write_wav(part, voice.samples, voice.rate)
    part.replace(path)
    return path


def audio_tensor_bytes(path: Path) -> int:
    """Of the AUDIO that ComfyUI makes of a WAV: float32."""
    with wave.open(str(path)) as file:
        return file.getnframes() * file.getnchannels() * 4


def frames_of(path: Path) -> tuple[int, Fraction]:
    """How many frames a video has, decoded one by one, and their rate."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return sum(1 for _ in container.decode(stream)), Fraction(stream.average_rate or 0)
