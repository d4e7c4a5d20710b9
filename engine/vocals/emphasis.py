"""The voice of a song brought out without any model: what both channels share, holds a tone, and lies where
voices do.

Centre: what is alike in both channels, by the similarity of their spectra (Avendano and Jot, "A
frequency-domain approach to multichannel upmix", 2004). Tones: medians along time against medians along
frequency, which takes out drums (Fitzgerald, "Harmonic/percussive separation using median filtering", DAFx
2010). Chords and instruments in the centre stay.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

Samples = npt.NDArray[np.float32]

_WINDOW = 0.064  # seconds: short enough for the glides of a voice to be tones
_HOPS = 4
# Widths of the medians: seconds and Hz.
_LASTING, _BROAD = 0.2, 500.0
_LOWEST, _HIGHEST = 90.0, 10_000.0  # Hz
# How much of what is not in the centre, no tone, or out of the band is left: none would ring.
_FLOOR = 0.1


def emphasised(samples: Samples, rate: int) -> Samples:
    """The voice [1, n] in float32 [channels, n]; of more than two channels their mean counts."""
    size = 2 ** round(np.log2(_WINDOW * rate))
    if samples.shape[1] < size:
        return samples.mean(axis=0, keepdims=True)
    window = torch.hann_window(size)
    wave = torch.from_numpy(np.ascontiguousarray(samples, np.float32))
    spectra = torch.stft(wave, size, size // _HOPS, window=window, return_complex=True)
    middle = spectra.mean(dim=0)
    mask = _tones(middle.abs(), size, rate) * _band(size, rate)[:, None]
    if len(spectra) == 2:
        mask = mask * _centre(*spectra)
    mask = _FLOOR + (1.0 - _FLOOR) * mask
    voice = torch.istft((middle * mask)[None], size, size // _HOPS, window=window, length=samples.shape[1])
    return voice.numpy()


def _centre(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """1 where both channels are the same, 0 where one is silent or they are opposite; [bins, frames]."""
    both = (left * right.conj()).real
    return (2.0 * both / (left.abs().square() + right.abs().square() + 1e-12)).clamp(0.0, 1.0)


def _tones(magnitude: torch.Tensor, size: int, rate: int) -> torch.Tensor:
    """1 where a bin goes on, 0 where it is part of a stroke; [bins, frames]."""
    along_time = _median(magnitude, _odd(_LASTING * rate * _HOPS / size), dim=1)
    along_bins = _median(magnitude, _odd(_BROAD * size / rate), dim=0)
    return along_time.square() / (along_time.square() + along_bins.square() + 1e-12)


def _median(values: torch.Tensor, width: int, dim: int) -> torch.Tensor:
    """Of `width` neighbours; the edges repeat."""
    half = width // 2
    index = torch.arange(-half, values.shape[dim] + half).clamp(0, values.shape[dim] - 1)
    return values.index_select(dim, index).unfold(dim, width, 1).median(dim=-1).values


def _odd(width: float) -> int:
    return 2 * max(1, round(width / 2)) + 1


def _band(size: int, rate: int) -> torch.Tensor:
    hertz = torch.fft.rfftfreq(size, 1 / rate)
    return ((hertz >= _LOWEST) & (hertz <= _HIGHEST)).float()
