"""Whisper's log-mel spectrogram: 80 bands, 100 frames a second of 16 kHz sound.

A. Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision" (arXiv:2212.04356), section
2.2, with the numbers of OpenAI's code: a periodic Hann window of 25 ms, Slaney's mel scale and area
normalisation, log10 of at least 1e-10, a floor 8 below the maximum, then (x + 4) / 4.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import pad

Samples = npt.NDArray[np.float32]

RATE = 16000
HOP = 160
BANDS = 80
_FFT = 400
_DYNAMIC_RANGE = 8.0
# Frames worked out at once where a whole file is looked through.
_BLOCK = 6000


@lru_cache(maxsize=1)
def _filters() -> Tensor:
    """float32 [80, 201]."""
    from transformers.audio_utils import mel_filter_bank

    bank = mel_filter_bank(
        num_frequency_bins=_FFT // 2 + 1,
        num_mel_filters=BANDS,
        min_frequency=0.0,
        max_frequency=RATE / 2,
        sampling_rate=RATE,
        norm="slaney",
        mel_scale="slaney",
    )
    return torch.from_numpy(bank).float().T.contiguous()


def log_mel(samples: Samples, first: int, count: int) -> Tensor:
    """log10 of the mel energies [80, count] of frames `first`…, before floor and scaling.

    samples: [n], n > 200. Frame k is centred on sample 160·k; before the first and after the last sample the
    sound is mirrored. There are n // 160 frames.
    """
    half = _FFT // 2
    start, end = first * HOP - half, (first + count - 1) * HOP + half
    lead, tail = max(-start, 0), max(end - samples.size, 0)
    before = samples[1 : lead + 1][::-1]
    after = samples[samples.size - 1 - tail : samples.size - 1][::-1]
    stretch = torch.from_numpy(np.concatenate([before, samples[max(start, 0) : end], after]))
    spectrum = torch.stft(
        stretch, _FFT, HOP, window=torch.hann_window(_FFT), center=False, return_complex=True
    )
    energies = _filters() @ spectrum.abs().square()
    return energies.clamp(min=1e-10).log10()


def loudest(samples: Samples) -> float:
    """The maximum of `log_mel` over the whole sound, block by block."""
    frames = samples.size // HOP
    return max(
        float(log_mel(samples, first, min(_BLOCK, frames - first)).max())
        for first in range(0, frames, _BLOCK)
    )


def piece_mel(samples: Samples, count: int) -> Tensor:
    """[80, count]: a piece of sound on its own, zeros after its end, the floor by its own maximum."""
    energies = log_mel(np.pad(samples, (0, count * HOP - samples.size)), 0, count)
    return _scaled(energies, float(energies.max()))


def file_mel(samples: Samples, first: int, count: int, maximum: float) -> Tensor:
    """[80, count]: frames of a longer sound, the floor by its maximum (`loudest`), zeros in the place of
    frames after its end."""
    present = min(count, samples.size // HOP - first)
    return pad(_scaled(log_mel(samples, first, present), maximum), (0, count - present))


def _scaled(log_energies: Tensor, maximum: float) -> Tensor:
    return (log_energies.clamp(min=maximum - _DYNAMIC_RANGE) + 4.0) / 4.0
