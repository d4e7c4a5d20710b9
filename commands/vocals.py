"""`--vocals`: the voice alone, from a file, or separated from the audio where no file is named."""

from __future__ import annotations

import argparse
import wave
from pathlib import Path
from typing import TYPE_CHECKING

from .flags import SEPARATE

if TYPE_CHECKING:
    from ..engine.host.protocol import Host
    from ..engine.media.sound import Sound

_BLOCK = 1 << 20  # samples


def vocals_file(options: argparse.Namespace) -> Path | None:
    """The file that is named, if any."""
    return None if options.vocals == SEPARATE else options.vocals


def separated(sound: Sound, host: Host, notes: list[str]) -> Sound:
    """The voice in a sound. notes: gets how that was done."""
    from ..engine.vocals.separate import separate

    found = separate(sound, host)
    notes += found.notes
    return found.vocals


def separated_file(options: argparse.Namespace, host: Host, notes: list[str]) -> Path | None:
    """The voice of `--audio` as a WAV that the host keeps for the run, where it is to be separated; else the
    file that is named."""
    if options.vocals != SEPARATE:
        return options.vocals
    from ..engine.media.sound import Sound

    vocals = separated(Sound.load(options.audio, options.audio_track, host), host, notes)
    path = host.temp_file(".wav")
    _write(vocals, path)
    return path


def _write(sound: Sound, path: Path) -> None:
    """As 16-bit PCM."""
    import numpy as np

    channels, count = sound.samples.shape
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        for first in range(0, count, _BLOCK):
            part = np.clip(sound.samples[:, first : first + _BLOCK], -1.0, 1.0)
            file.writeframes((part * 32767.0).astype("<i2").T.tobytes())
