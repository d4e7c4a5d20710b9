"""Small real media: a clip of a given length, a portrait, a voice."""

from __future__ import annotations

import functools
import io
import struct
import wave

import av
import numpy as np
from PIL import Image


@functools.lru_cache(maxsize=64)
def clip(seconds: float, sound: bool = True) -> bytes:
    """MP4, 64x64 at 5 fps, with a tone."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=5)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        video.options = {"preset": "ultrafast"}
        audio = container.add_stream("aac", rate=8000, layout="mono") if sound else None
        for index in range(max(1, round(seconds * 5))):
            picture = np.full((64, 64, 3), (index * 16) % 256, np.uint8)
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode(None))
        if audio:
            wave = 0.1 * square(int(seconds * 8000))
            for start in range(0, len(wave), 1024):
                block = wave[None, start : start + 1024].astype(np.float32)
                frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
                frame.rate, frame.pts = 8000, start
                container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return buffer.getvalue()


def square(samples: int) -> np.ndarray:
    """-1 and 1 in turn, at 1 kHz for 8000 samples a second."""
    return np.resize([1, 1, 1, 1, -1, -1, -1, -1], samples)


def nothing(size: int) -> bytes:
    """An MP4 box that players skip."""
    return struct.pack(">I4s", size + 8, b"free") + bytes(size) if size else b""


def portrait(width: int = 256, height: int = 256, shade: int = 128) -> bytes:
    """A JPEG that only its shade tells from others."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (shade % 256, shade // 256, 90)).save(buffer, "JPEG")
    return buffer.getvalue()


def voice(seconds: float = 2.0, tone: int = 1) -> bytes:
    """A WAV, 8 kHz mono; only the level of its tone tells it from others."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes((square(round(seconds * 8000)) * (1000 + tone)).astype(np.int16).tobytes())
    return buffer.getvalue()


def wav_seconds(data: bytes) -> float:
    """Length of a sound; WAV quickly, anything else by FFmpeg."""
    if data[:4] == b"RIFF":
        with wave.open(io.BytesIO(data)) as file:
            return file.getnframes() / file.getframerate()
    with av.open(io.BytesIO(data)) as container:
        return sum(frame.samples / frame.rate for frame in container.decode(audio=0))
