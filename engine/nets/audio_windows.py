"""What a dub engine hears at one frame: ten states of the sound, from 80 ms before it to 120 ms after.

In training, at 25 frames a second, frame i heard the states 2i−4 … 2i+5. At any other rate that is the same
stretch of time around the state under way when the frame appears.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..errors import InputError
from .mel import RATE
from .whisper_states import STATES_PER_SECOND, AudioConvention, PaddingKind

WINDOW = 10
LEAD = 4
# Times are sums and quotients of floats: one this close below a state's start (20 ns) means the start.
_ROUNDING = 1e-6
# With fewer states from frame to frame the original runs out of windows and ends.
_ORIGINAL_MIN_PAD = 2


def windows(states: Tensor, times: npt.NDArray[np.float64], convention: AudioConvention) -> Tensor:
    """The windows of frames that appear at `times` (seconds [N], in any order) as [N, 50, 384].

    states: [T, 5, 384] of `encode_audio`. Tokens are ordered by time, then layer; positions are not encoded
    yet. Before the sound's begin and after its end the convention's padding stands.
    """
    centres = np.floor(np.asarray(times, np.float64) * STATES_PER_SECOND + _ROUNDING).astype(np.int64)
    return _taken(states, centres - LEAD, convention.padding)


def parity_windows(
    states: Tensor, frames: npt.NDArray[np.int64], fps: float, convention: AudioConvention
) -> Tensor:
    """The windows [N, 50, 384] that the original takes for frames number `frames` at `fps`.

    The later code ("zero" padding) uses the whole part of fps, and windows 40 ms early or more below 25 fps.
    Raises InputError where it stops with an error, which is from 50 fps on.
    """
    numbers = [int(number) for number in frames]
    if convention.padding == "edge":
        starts = [int(number * STATES_PER_SECOND / fps) - LEAD for number in numbers]
    else:
        step, lead = _original_step(fps)
        starts = [math.floor(number * step) - lead for number in numbers]
    return _taken(states, np.asarray(starts, np.int64), convention.padding)


def parity_frame_count(samples: int, fps: float, convention: AudioConvention) -> int:
    """How many frames the original makes for a number of 16 kHz samples."""
    if convention.padding == "zero":
        return math.floor(samples / RATE * _whole(fps))
    # It stops after the first frame that lies beyond the last state.
    states = samples * STATES_PER_SECOND // RATE
    step = STATES_PER_SECOND / fps
    frame = max(0, math.floor(states / step) - 1)
    while int(frame * step) <= states:
        frame += 1
    return frame + 1


def _original_step(fps: float) -> tuple[float, int]:
    """States from frame to frame, and states before a frame's own in its window."""
    step = STATES_PER_SECOND / _whole(fps)
    pad = math.ceil(step)
    if pad < _ORIGINAL_MIN_PAD:
        raise InputError(
            f"The original MuseTalk stops with an error at {fps:g} frames a second: switch parity off."
        )
    return step, 2 * pad


def _whole(fps: float) -> int:
    if fps < 1:
        raise InputError(f"The original MuseTalk can't do {fps:g} frames a second: switch parity off.")
    return int(fps)


def _taken(states: Tensor, starts: npt.NDArray[np.int64], padding: PaddingKind) -> Tensor:
    """[N, 50, 384]: `WINDOW` states from each start on."""
    total = len(states)
    places = torch.from_numpy(starts)[:, None] + torch.arange(WINDOW)
    taken = states[places.clamp(0, total - 1)]
    if padding == "zero":
        taken[(places < 0) | (places >= total)] = 0
    return taken.flatten(1, 2)
