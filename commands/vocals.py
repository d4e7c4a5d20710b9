"""`--vocals`: the voice alone, from a file, or separated from the audio where no file is named."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .flags import SEPARATE

if TYPE_CHECKING:
    from ..engine.host.protocol import Host
    from ..engine.media.sound import Sound


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
    from ..engine.media.wav import write_wav

    vocals = separated(Sound.load(options.audio, options.audio_track, host), host, notes)
    path = host.temp_file(".wav")
    write_wav(path, vocals.samples, vocals.rate)
    return path
