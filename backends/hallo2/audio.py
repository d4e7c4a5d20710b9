"""What is heard at each frame: wav2vec2's twelve layers at 25 frames a second, of any length of sound."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ...engine.nets.wav2vec2 import RATE, frame_states, normalised
from .conditions import REACH

Samples = npt.NDArray[np.float32]

FPS = 25
SAMPLES_PER_FRAME = RATE // FPS
# Frames heard together: a minute. Where one joins the next, both have heard two seconds of the other's.
PIECE = 60 * FPS
_OVERLAP = 4 * FPS


def original_frames(samples: int) -> int:
    """Frames of so many samples, rounded up in floating point as the original does it: 7, 14, 28 … whole
    frames come out one longer."""
    return math.ceil(samples / RATE * FPS)


def original_padding(frames: int, before: int, clip: int) -> int:
    """Frames that the original appends to its last minute of `frames`, after `before` others.

    0 where the minute itself is whole clips, whatever the total; a whole clip where the total is."""
    return clip - (frames + before) % clip if frames % clip else 0


def original_states(samples16k: Samples, net: nn.Module, clip: int) -> tuple[Tensor, int]:
    """The original's states float32 [frames, layers, width] of mono samples, on the CPU, and how many frames
    of them last as long as the sound: each minute heard and normalised by itself, the last one padded."""
    made: list[Tensor] = []
    before = 0
    minute = PIECE * SAMPLES_PER_FRAME
    starts = range(0, len(samples16k), minute)
    for start in starts:
        piece = normalised(samples16k[start : start + minute])
        frames = original_frames(len(piece))
        more = original_padding(frames, before, clip) if start == starts[-1] else 0
        piece = np.pad(piece, (0, more * SAMPLES_PER_FRAME))
        made.append(_stacked(net, piece, frames + more))
        before += frames
    return torch.cat(made), before


def states(
    samples16k: Samples, net: nn.Module, frames: int, check: Callable[[int], None] = lambda done: None
) -> Iterator[Tensor]:
    """The states of `frames` frames of mono samples, piece by piece: float32 [n, layers, width] on the CPU.

    Normalised as one sound, which ends in silence where the frames last longer. check: called before each
    piece with the frames done; what it raises ends the work.
    """
    level = normalised(samples16k) if len(samples16k) else samples16k
    level = np.pad(level, (0, max(0, frames * SAMPLES_PER_FRAME - len(level))))
    done = 0
    while done < frames:
        check(done)
        first = max(0, done - _OVERLAP // 2)
        last = min(frames, first + PIECE)
        until = last if last == frames else last - _OVERLAP // 2
        piece = level[first * SAMPLES_PER_FRAME : last * SAMPLES_PER_FRAME]
        yield _stacked(net, piece, last - first)[done - first : until - first]
        done = until


def _stacked(net: nn.Module, samples: Samples, frames: int) -> Tensor:
    return torch.stack(frame_states(net, samples, frames), 1).float().cpu()


def windows(heard: Tensor, frames: npt.NDArray[np.integer]) -> Tensor:
    """The states two frames before to two after each of some frames [n], the first and last repeated at the
    ends: [n, 5, layers, width]."""
    around = frames[:, None] + np.arange(-REACH, REACH + 1)
    return heard[torch.from_numpy(around.clip(0, len(heard) - 1))]
