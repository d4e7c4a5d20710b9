"""A sound as what dub engines hear of it: 50 states of Whisper's encoder a second."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ..errors import AudioError
from .mel import HOP, RATE, file_mel, loudest, piece_mel
from .whisper_encoder import FeatureKind, hidden_states

# What an audio window holds before the sound's begin and after its end: zeros, or its first or last state.
PaddingKind = Literal["zero", "edge"]
# The log-mel spectrogram's floor lies 8 below the maximum of each 30 s piece, or of the whole file.
MelKind = Literal["piece", "file"]

STATES_PER_SECOND = 50
_SAMPLES_PER_STATE = RATE // STATES_PER_SECOND
_FRAMES_PER_STATE = _SAMPLES_PER_STATE // HOP
# Whisper hears 30 s at a time. A state near a piece's border knows only one side of its surroundings, so
# pieces overlap and each fades into the next: 28 s from start to start leaves 2 s for that.
PIECE = 30 * STATES_PER_SECOND
_STEP = 28 * STATES_PER_SECOND
_FADE = PIECE - _STEP


@dataclass(frozen=True)
class AudioConvention:
    """How an engine was trained to hear: see the kinds above."""

    features: FeatureKind
    padding: PaddingKind
    mel: MelKind


def encode_audio(
    samples16k: npt.NDArray[np.float32],
    encoder: nn.Module,
    convention: AudioConvention,
    *,
    parity: bool = False,
    dtype: torch.dtype = torch.float32,
    check: Callable[[], None] | None = None,
) -> Tensor:
    """The states of mono 16 kHz samples [n] as [T, 5, 384] on the CPU, T = n // 320: 50 a second.

    parity: 30-second pieces cut hard and the end rounded as the original does. dtype: of the result; float16
    takes 192 KB a second. check: called before each piece; what it raises ends the work. Raises AudioError
    for less than 20 ms of sound.
    """
    result: Tensor | None = None
    for start, block in encode_blocks(samples16k, encoder, convention, parity=parity, check=check):
        if result is None:
            result = torch.empty(
                (state_count(samples16k.size, convention, parity), *block.shape[1:]), dtype=dtype
            )
        result[start : start + len(block)] = block
    assert result is not None
    return result


def encode_blocks(
    samples16k: npt.NDArray[np.float32],
    encoder: nn.Module,
    convention: AudioConvention,
    *,
    parity: bool = False,
    check: Callable[[], None] | None = None,
    needed: range | None = None,
) -> Iterator[tuple[int, Tensor]]:
    """`encode_audio` piece by piece: where each block begins, in states, and float32 [t, 5, 384] on the CPU.

    needed: the states that are wanted; blocks with none of them are left out. None for all."""
    total = state_count(samples16k.size, convention, parity)
    if total < 1:
        raise AudioError(
            f"The soundtrack is {samples16k.size / RATE * 1000:.0f} ms long: choose audio of 20 ms or more."
        )
    device = next(encoder.parameters()).device
    maximum = loudest(samples16k) if convention.mel == "file" else 0.0
    starts = list(range(0, total, PIECE)) if parity else _piece_starts(total)
    tail: Tensor | None = None
    at = 0
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        if following is None:
            end = total
        elif parity:
            end = following
        else:
            # In the middle of the overlap both pieces know most of the surroundings.
            end = (following + start + PIECE - _FADE) // 2
        # The end of a piece fades into the next.
        if needed is not None and not (at < needed.stop and needed.start < end + _FADE):
            at, tail = end, None
            continue
        if check is not None:
            check()
        if convention.mel == "file":
            mel = file_mel(samples16k, start * _FRAMES_PER_STATE, PIECE * _FRAMES_PER_STATE, maximum)
        else:
            first = start * _SAMPLES_PER_STATE
            piece = samples16k[first : first + PIECE * _SAMPLES_PER_STATE]
            mel = piece_mel(piece, PIECE * _FRAMES_PER_STATE)
        states = hidden_states(encoder, mel[None].to(device), convention.features)[0].float().cpu()
        block = states[at - start : end - start].clone()
        if tail is not None:
            weight = _fade_in()
            block[:_FADE] = block[:_FADE] * weight + tail * (1 - weight)
        if following is not None and not parity:
            tail = states[end - start : end - start + _FADE]
        begin, at = at, end
        yield begin, block


def _piece_starts(total: int) -> list[int]:
    """In states. The last piece lies back far enough to be full: the floor of a spectrogram depends on its
    loudest moment, which a short rest may not hold."""
    starts = list(range(0, max(1, total - PIECE), _STEP))
    if total > PIECE:
        starts.append(total - PIECE)
    return starts


def _fade_in() -> Tensor:
    """Weights [_FADE, 1, 1] from 0 to 1, a raised cosine."""
    phase = (torch.arange(_FADE) + 0.5) / _FADE
    return torch.sin(phase * (math.pi / 2)).square()[:, None, None]


def state_count(samples: int, convention: AudioConvention, parity: bool) -> int:
    """How many states there are of so many samples.

    The original's later code rounds the seconds down, so that a rounding error may cost a state."""
    if parity and convention.mel == "piece":
        return math.floor(samples / RATE * STATES_PER_SECOND)
    return samples // _SAMPLES_PER_STATE
