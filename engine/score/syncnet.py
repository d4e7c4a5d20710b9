"""SyncNet, which judges lips and voice by what it has learned (Chung and Zisserman, "Out of time: automated
lip sync in the wild", ACCV workshops 2016), after the published code's network and features."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..errors import WeightsError
from ..host.protocol import Host
from ..weights.state_dict import load_state_dict
from .score import Lse
from .syncnet_file import FILE

Triple = tuple[int, int, int]

SIDE = 224
FPS, RATE = 25, 16000
# Frames that the lips' tower sees at once, and the columns of features in their time.
WINDOW, COLUMNS = 5, 20
_PER_FRAME = 4
# Frames by which the sound is shifted either way.
_REACH = 15
_EPSILON = 1e-6  # what the published distance adds to each difference

# Of the features: python_speech_features' defaults, at 16 kHz.
_LENGTH, _STEP, _FFT, _FILTERS, _CEPSTRA, _LIFTER, _EMPHASIS = 400, 160, 512, 26, 13, 22, 0.97
_TINY = float(np.finfo(float).eps)


def _conv2(into: int, out: int, kernel: int | tuple[int, int], padding: int = 0) -> list[nn.Module]:
    return [nn.Conv2d(into, out, kernel, padding=padding), nn.BatchNorm2d(out), nn.ReLU()]


def _conv3(
    into: int, out: int, kernel: Triple, stride: Triple = (1, 1, 1), padding: int = 0
) -> list[nn.Module]:
    """padding: within the picture, not over time."""
    return [nn.Conv3d(into, out, kernel, stride, (0, padding, padding)), nn.BatchNorm3d(out), nn.ReLU()]


def _head() -> nn.Sequential:
    return nn.Sequential(nn.Linear(512, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 1024))


class SyncNetTowers(nn.Module):
    """The two towers, by the checkpoint's own names."""

    def __init__(self) -> None:
        super().__init__()
        halves = (1, 2, 2)
        self.netcnnaud = nn.Sequential(
            *_conv2(1, 64, 3, 1), nn.MaxPool2d(1),
            *_conv2(64, 192, 3, 1), nn.MaxPool2d(3, (1, 2)),
            *_conv2(192, 384, 3, 1), *_conv2(384, 256, 3, 1), *_conv2(256, 256, 3, 1), nn.MaxPool2d(3, 2),
            *_conv2(256, 512, (5, 4)),
        )  # fmt: skip
        self.netfcaud = _head()
        self.netfclip = _head()
        self.netcnnlip = nn.Sequential(
            *_conv3(3, 96, (5, 7, 7), halves), nn.MaxPool3d((1, 3, 3), halves),
            *_conv3(96, 256, (1, 5, 5), halves, 1), nn.MaxPool3d((1, 3, 3), halves, (0, 1, 1)),
            *_conv3(256, 256, (1, 3, 3), padding=1), *_conv3(256, 256, (1, 3, 3), padding=1),
            *_conv3(256, 256, (1, 3, 3), padding=1), nn.MaxPool3d((1, 3, 3), halves),
            *_conv3(256, 512, (1, 6, 6)),
        )  # fmt: skip

    def lips(self, frames: torch.Tensor) -> torch.Tensor:
        """frames: float32 [n, 3, 5, 224, 224], BGR, 0..255 → [n, 1024]."""
        return self.netfclip(self.netcnnlip(frames).flatten(1))

    def voice(self, features: torch.Tensor) -> torch.Tensor:
        """features: float32 [n, 1, 13, 20] → [n, 1024]."""
        return self.netfcaud(self.netcnnaud(features).flatten(1))


class SyncNet:
    """The towers with a host that runs them."""

    def __init__(self, towers: SyncNetTowers, host: Host) -> None:
        self.host = host
        self.model = host.manage(towers.eval())

    @classmethod
    def load(cls, path: Path, host: Host) -> SyncNet:
        """Raises WeightsError for a file that is no such network, or is none at all; runs nothing in it."""
        towers = SyncNetTowers()
        tensors = load_state_dict(path)
        try:
            towers.load_state_dict(tensors)
        except RuntimeError as error:
            raise WeightsError(
                f"{path} holds another network than SyncNet: put the published {FILE} there."
            ) from error
        return cls(towers, host)

    def lips(self, frames: np.ndarray) -> np.ndarray:
        """float32 [n, 3, 5, 224, 224] → [n, 1024]; within `Host.resident`."""
        with torch.inference_mode():
            return self._towers.lips(torch.from_numpy(frames).to(self.model.device)).cpu().numpy()

    def voice(self, features: np.ndarray) -> np.ndarray:
        """float32 [n, 1, 13, 20] → [n, 1024]; within `Host.resident`."""
        with torch.inference_mode():
            return self._towers.voice(torch.from_numpy(features).to(self.model.device)).cpu().numpy()

    @property
    def _towers(self) -> SyncNetTowers:
        towers = self.model.module
        assert isinstance(towers, SyncNetTowers)
        return towers


def mfcc(samples: np.ndarray) -> np.ndarray:
    """Features float64 [columns, 13], 100 a second, of samples in the range of 16-bit integers, at 16 kHz.

    Mel cepstra with a liftering of 22, the log energy in place of the first; no window but the rectangle."""
    emphasised = np.append(samples[:1], samples[1:] - _EMPHASIS * samples[:-1])
    columns = 1 + max(0, -(-(len(samples) - _LENGTH) // _STEP))
    emphasised = np.pad(emphasised, (0, (columns - 1) * _STEP + _LENGTH - len(emphasised)))
    pieces = np.lib.stride_tricks.sliding_window_view(emphasised, _LENGTH)[::_STEP]
    power = np.abs(np.fft.rfft(pieces, _FFT, axis=1)) ** 2 / _FFT
    energy = _above_zero(power.sum(axis=1))
    logs = np.log(_above_zero(power @ _filters().T))
    cepstra = logs @ _cosines().T * (1 + _LIFTER / 2 * np.sin(np.pi * np.arange(_CEPSTRA) / _LIFTER))
    cepstra[:, 0] = np.log(energy)
    return cepstra


def windows(features: np.ndarray, count: int) -> np.ndarray:
    """float32 [count, 1, 13, 20] of features [columns, 13]: what sounds while frames i to i + 4 are shown."""
    starts = np.arange(count)[:, None] * _PER_FRAME + np.arange(COLUMNS)
    return np.ascontiguousarray(features[starts].transpose(0, 2, 1)[:, None], np.float32)


def window_count(frames: int, samples: int) -> int:
    """How many windows so many frames and samples have; as published, one less than there could be."""
    return max(0, min(frames, samples // (RATE // FPS)) - WINDOW)


def lse(lips: np.ndarray, voice: np.ndarray) -> Lse:
    """Distance, confidence and offset of [n, 1024] of both.

    For each shift of the sound the mean distance over all windows; LSE-D is the least of them, LSE-C how far
    the median lies above it. Where the shifted sound has ended, it is zeros."""
    count = len(lips)
    padded = np.pad(voice, ((_REACH, _REACH), (0, 0)))
    by_shift = np.array(
        [
            np.linalg.norm(lips - padded[shift : shift + count] + _EPSILON, axis=1).mean()
            for shift in range(2 * _REACH + 1)
        ]
    )
    best = int(by_shift.argmin())
    distance = float(by_shift[best])
    # torch's median, which is published, of an odd number is the middle one.
    return Lse(distance, float(np.median(by_shift)) - distance, _REACH - best, count)


def _above_zero(values: np.ndarray) -> np.ndarray:
    return np.where(values == 0, _TINY, values)


def _filters() -> np.ndarray:
    """Triangles float64 [26, 257], evenly spaced in mels (2595·log10(1 + f/700)) from 0 to 8 kHz, between
    whole bins."""
    mels = np.linspace(0, 2595 * np.log10(1 + RATE / 2 / 700), _FILTERS + 2)
    edges = np.floor((_FFT + 1) * 700 * (10 ** (mels / 2595) - 1) / RATE)
    bins = np.arange(_FFT // 2 + 1)
    low, top, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (bins - low) / np.maximum(top - low, 1)
    falling = (high - bins) / np.maximum(high - top, 1)
    return np.where((bins >= low) & (bins < top), rising, np.where((bins >= top) & (bins < high), falling, 0))


def _cosines() -> np.ndarray:
    """The orthonormal cosine transform (type II), float64 [13, 26]."""
    rows, columns = np.arange(_CEPSTRA)[:, None], np.arange(_FILTERS)
    matrix = np.sqrt(2 / _FILTERS) * np.cos(np.pi * rows * (2 * columns + 1) / (2 * _FILTERS))
    matrix[0] /= np.sqrt(2)
    return matrix
