"""A sound as a file that a page can play from any point without loading it whole."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from ..partial import PartialFile
from ..unwritable import unwritable
from .sound import Sound

# FLAC: every browser plays it, and unlike AAC, Opus or MP3 it begins and ends at the very sample.
SUFFIX = ".flac"
# Above these FLAC is not sure to be played; the editor needs no more.
_HIGHEST_RATE = 48000
_MOST_CHANNELS = 2
_BLOCK = 1 << 16


def sound_key(sound: Sound) -> str:
    """32 hexadecimal digits that change with any sample."""
    digest = hashlib.blake2b(f"{sound.rate} {sound.samples.shape}".encode(), digest_size=16)
    for channel in range(len(sound.samples)):
        digest.update(np.ascontiguousarray(sound.samples[channel]).data)
    return digest.hexdigest()


def write_flac(sound: Sound, path: Path) -> None:
    """16 bit, at most stereo and 48 kHz. Whole or not there at all. Raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with PartialFile(path) as part:
            with av.open(f"file:{part.path}", "w", format="flac") as container:
                _encode(sound, container)
            part.commit()
    except (av.error.FFmpegError, OSError) as error:
        raise unwritable(path, error) from error


def _encode(sound: Sound, container: av.container.OutputContainer) -> None:
    mono = len(sound.samples) != _MOST_CHANNELS
    layout = "mono" if mono else "stereo"
    stream = container.add_stream("flac", rate=min(sound.rate, _HIGHEST_RATE), layout=layout)
    # The quickest to write: the file lives as long as the server.
    stream.options = {"compression_level": "0"}
    resampler = av.AudioResampler(format="s16", layout=layout, rate=stream.rate)
    for first in range(0, sound.samples.shape[1], _BLOCK):
        stop = first + _BLOCK
        samples = sound.mixed(first, stop)[None] if mono else sound.samples[:, first:stop]
        pcm = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm.T.reshape(1, -1)), "s16", layout)
        frame.sample_rate = sound.rate
        frame.pts, frame.time_base = first, Fraction(1, sound.rate)
        for ready in resampler.resample(frame):
            container.mux(stream.encode(ready))
    for ready in resampler.resample(None):
        container.mux(stream.encode(ready))
    container.mux(stream.encode(None))
