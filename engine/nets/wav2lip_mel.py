"""Wav2Lip's mel spectrogram, 80 bands and 80 columns a second of 16 kHz sound, which SadTalker hears too.

The numbers are those of its `hparams.py`; bands are Slaney's, as librosa makes them. Whisper's, which other
engines hear, is `engine.nets.mel`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from numpy.lib.stride_tricks import sliding_window_view
from torch import Tensor

Samples = npt.NDArray[np.float32]

RATE = 16000
HOP = 200
BANDS = 80
COLUMNS_PER_SECOND = RATE // HOP
# Columns that a frame hears: 0.2 seconds.
WINDOW = 16
_FFT = 800
# A periodic Hann window.
_HANN = np.hanning(_FFT + 1)[:-1]
_LOWEST, _HIGHEST = 55.0, 7600.0
_PREEMPHASIS = 0.97
_LEAST = 1e-5
# 20 log10 of energies is lowered by 20 dB; then -100 to 0 dB become -4 to 4.
_REFERENCE_DB, _RANGE_DB, _LIMIT = 20.0, 100.0, 4.0


@lru_cache(maxsize=1)
def _filters() -> npt.NDArray[np.float64]:
    """[401, 80]."""
    from transformers.audio_utils import mel_filter_bank

    bank = mel_filter_bank(
        num_frequency_bins=_FFT // 2 + 1,
        num_mel_filters=BANDS,
        min_frequency=_LOWEST,
        max_frequency=_HIGHEST,
        sampling_rate=RATE,
        norm="slaney",
        mel_scale="slaney",
    )
    return np.asarray(bank, np.float64)


def column_count(samples: int) -> int:
    """Columns of a sound: the last is centred on its end or up to 200 samples before it."""
    return 1 + samples // HOP


def mel_columns(samples: Samples, first: int, count: int, *, mirrored: bool = False) -> Tensor:
    """float32 [80, count], -4 to 4: columns `first`…, which may lie outside the sound.

    samples: [n]. Column k is centred on sample 200·k. Beyond both ends there is silence, or (`mirrored`) the
    sound in reverse over half a window, as the original has it.
    """
    half = _FFT // 2
    start, stop = first * HOP - half, (first + count - 1) * HOP + half
    # A sample before the first: each is lessened by its neighbour.
    low, high = max(0, start - 1), max(0, min(stop, samples.size))
    part = samples[low:high]
    before = part[0] if low > 0 and part.size else np.float32(0)
    emphasised = part - np.float32(_PREEMPHASIS) * np.concatenate([[before], part[:-1]]).astype(np.float32)
    stretch = np.zeros(stop - start, np.float32)
    # The first of a part that begins within the sound is there for its neighbour only.
    skipped = 1 if low > 0 else 0
    inside = emphasised[skipped:]
    at = low + skipped - start
    stretch[at : at + inside.size] = inside
    if mirrored:
        _mirror(stretch, -start, samples.size - start)
    frames = sliding_window_view(stretch, _FFT)[::HOP]
    energies = np.abs(np.fft.rfft(frames * _HANN)) @ _filters()
    decibels = 20 * np.log10(np.maximum(energies, _LEAST)) - _REFERENCE_DB
    mel = np.clip(2 * _LIMIT * (decibels + _RANGE_DB) / _RANGE_DB - _LIMIT, -_LIMIT, _LIMIT)
    return torch.from_numpy(mel.T.astype(np.float32))


def _mirror(stretch: Samples, begin: int, end: int) -> None:
    """Fill what lies beyond a sound's begin and end, which are places in the stretch or outside it."""
    if begin > 0:
        stretch[:begin] = stretch[begin + 1 : 2 * begin + 1][::-1]
    if end < stretch.size:
        beyond = stretch.size - end
        stretch[end:] = stretch[end - 1 - beyond : end - 1][::-1]
