"""AUDIO_FEATURES: what a dub engine hears of a sound, in a file, with where there is a voice."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ...engine.host.discard import discard_with
from ...engine.host.protocol import Host, ManagedModel
from ...engine.media.spans import Spans
from ...engine.nets.audio_windows import parity_windows, windows
from ...engine.nets.whisper_states import STATES_PER_SECOND, AudioConvention, encode_blocks, state_count
from ...engine.unwritable import unwritable
from .job import DubJob
from .protocol import Batching
from .scheduler import reach

# Seconds around what is heard that windows may reach into: 0.2 at most, and a rest for rounding.
_MARGIN = 0.5
# Whisper-tiny's encoder on 30 s of sound.
_ACTIVATION_BYTES = 256 << 20


@dataclass(frozen=True)
class AudioFeatures:
    """states: float32 [T, 5, 384] at 50 Hz, mapped from a file, so that only what is read is in memory.
    convention: how they were made. parity: windows are the original's. duration: seconds of the soundtrack.
    spans: where there is a voice; None where pauses don't matter.
    """

    states: Tensor
    convention: AudioConvention
    parity: bool
    duration: Fraction
    spans: Spans | None = None

    def tokens(self, frames: np.ndarray, times: np.ndarray, fps: Fraction) -> Tensor:
        """float32 [N, 50, 384] for output frames (numbers int [N], times in seconds float64 [N])."""
        if self.parity:
            return parity_windows(self.states, frames, float(fps), self.convention)
        return windows(self.states, times, self.convention)


def heard_in(job: DubJob, batching: Batching) -> tuple[float, float] | None:
    """The seconds of the sound that a job's frames are heard at; None for all of it, in a job of the whole.
    A part's frames take the rest of their clips, too."""
    if len(job.timeline.shown) == len(job.timeline):
        return None
    need = reach([job], batching)
    times = job.speech.times[need.start : need.stop]
    return float(times.min()), float(times.max())


def encode_features(
    whisper: ManagedModel,
    convention: AudioConvention,
    samples16k: np.ndarray,
    duration: Fraction,
    host: Host,
    *,
    parity: bool = False,
    spans: Spans | None = None,
    heard: tuple[float, float] | None = None,
) -> AudioFeatures:
    """Features of mono 16 kHz samples float32 [n], in a temporary file. heard: the seconds of them that are
    asked for; None for all. Raises AudioError for a sound that is too short."""
    total = max(1, len(samples16k) * STATES_PER_SECOND // 16000)
    stage = "Listening to the speech"

    def check(done: int) -> None:
        host.progress(stage, min(done, total), total, unit="states")

    path = host.temp_file(".states")
    with host.resident(whisper, activation_bytes=_ACTIVATION_BYTES), torch.inference_mode():
        states = encode_to_file(
            samples16k, whisper.module, convention, path, parity=parity, check=check, heard=heard
        )
    host.progress(stage, total, total, unit="states")
    features = AudioFeatures(states, convention, parity, duration, spans)
    discard_with(features, path)
    return features


def encode_to_file(
    samples16k: np.ndarray,
    encoder: nn.Module,
    convention: AudioConvention,
    path: Path,
    *,
    parity: bool = False,
    check: Callable[[int], None] | None = None,
    heard: tuple[float, float] | None = None,
) -> Tensor:
    """States float32 [T, 5, 384] of mono 16 kHz samples, in `path` (7.7 KB a state).

    check: called before each piece with the states done so far. heard: as in `encode_features`; other states
    are zeros, and holes in the file. Raises AudioError for a sound that is too short, OutputError where the
    disk is full.
    """
    done = 0
    shape: tuple[int, ...] = ()
    total = state_count(len(samples16k), convention, parity)
    needed = None
    if heard is not None:
        first = min(max(int((heard[0] - _MARGIN) * STATES_PER_SECOND), 0), max(total - 1, 0))
        last = min(int((heard[1] + _MARGIN) * STATES_PER_SECOND) + 1, total)
        needed = range(first, max(last, first + 1))

    def before() -> None:
        if check is not None:
            check(done)

    try:
        with path.open("wb") as file:
            for start, block in encode_blocks(
                samples16k, encoder, convention, parity=parity, check=before, needed=needed
            ):
                data = block.float().contiguous().numpy()
                file.seek(start * data[0].nbytes)
                file.write(data.tobytes())
                done, shape = start + len(block), tuple(block.shape[1:])
            file.truncate(total * math.prod(shape) * 4)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unwritable(path, error) from error
        raise
    mapped = np.memmap(path, np.float32, "c", shape=(total, *shape))
    return torch.from_numpy(mapped)
