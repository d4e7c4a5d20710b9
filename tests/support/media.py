"""Plain files of pictures and sound, written and read by PyAV and the standard library alone."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def write_wav(path: Path, samples: np.ndarray, rate: int = 16000) -> Path:
    """samples: mono [n], -1 to 1; stored in 16 bit."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def write_h264(path: Path, pictures: Iterable[np.ndarray], fps: Fraction | int, **options: str) -> Path:
    """pictures: uint8 RGB [height, width, 3]; options: for x264, by default crf 16."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps), options={"crf": "16", **options})
        stream.pix_fmt = "yuv420p"
        for rgb in pictures:
            if not stream.codec_context.is_open:
                stream.height, stream.width = rgb.shape[:2]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def read_pictures(path: Path) -> np.ndarray:
    """uint8 RGB [n, height, width, 3]."""
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])
