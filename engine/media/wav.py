"""Sound as a WAV file of 16-bit PCM."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .sample_file import SampleFile

_BLOCK = 1 << 20  # samples


def write_wav(path: Path, samples: np.ndarray | SampleFile, rate: int) -> None:
    """samples: float32 [channels, n]; what is beyond -1..1 is cut off. Raises OSError."""
    channels, count = samples.shape
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        for first in range(0, count, _BLOCK):
            part = np.clip(samples[:, first : first + _BLOCK], -1.0, 1.0)
            file.writeframes((part * 32767.0).astype("<i2").T.tobytes())
