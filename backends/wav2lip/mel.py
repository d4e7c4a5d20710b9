"""Which 16 columns of the mel spectrogram, from its own time on, a frame hears."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ...engine.errors import AudioError
from ...engine.nets.wav2lip_mel import (
    BANDS,
    COLUMNS_PER_SECOND,
    WINDOW,
    Samples,
    column_count,
    mel_columns,
)

# Times are sums and quotients of floats: one this close below a column's start (12 ns) means the start.
_ROUNDING = 1e-6


def mel_windows(samples: Samples, times: npt.NDArray[np.float64]) -> Tensor:
    """What frames that appear at `times` (seconds [N], in any order) hear: float32 [N, 80, 16]."""
    starts = np.floor(np.asarray(times, np.float64) * COLUMNS_PER_SECOND + _ROUNDING).astype(np.int64)
    return _windows(samples, starts, mirrored=False)


def parity_windows(samples: Samples, frames: npt.NDArray[np.int64], fps: float) -> Tensor:
    """float32 [N, 80, 16]: what the original has frames number `frames` hear at `fps`. Frames after its last
    one hear the same as that.

    Raises AudioError for less than 0.2 seconds of sound."""
    starts = parity_starts(column_count(samples.size), fps)
    return _windows(samples, starts[np.minimum(frames, len(starts) - 1)], mirrored=True)


def parity_starts(columns: int, fps: float) -> npt.NDArray[np.int64]:
    """First columns [n] of the windows of all frames that the original makes: those that fit, and one more
    that ends with the sound. Raises AudioError for fewer columns than a window has."""
    last = columns - WINDOW
    if last < 0:
        raise AudioError(
            "The original Wav2Lip needs 0.2 seconds of sound and more: switch parity off, or give it a "
            "longer one."
        )
    step = COLUMNS_PER_SECOND / fps
    starts = (np.arange(int((last + 1) / step) + 2) * step).astype(np.int64)
    return np.append(starts[starts <= last], last)


def _windows(samples: Samples, starts: npt.NDArray[np.int64], *, mirrored: bool) -> Tensor:
    """Each by itself, so that a frame hears the same to the last bit whatever is worked out beside it."""
    if not len(starts):
        return torch.empty(0, BANDS, WINDOW)
    return torch.stack([mel_columns(samples, start, WINDOW, mirrored=mirrored) for start in starts.tolist()])
