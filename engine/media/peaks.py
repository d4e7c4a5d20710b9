"""The outline of a sound at several widths, for drawing it: what waveform displays call peaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .sound import Sound

# Two milliseconds: the widest a waveform is drawn is one of these to a pixel.
FINEST_RATE = 500
_COARSER = 4
# A song of ten minutes has a thousand columns at the coarsest that is worth keeping.
_FEWEST = 1000
_BLOCK_SECONDS = 20


@dataclass(frozen=True, eq=False)
class PeakLevel:
    """rate: columns per second; columns: int8 [n, 2], lowest and highest sample, 127 the loudest of all."""

    rate: float
    columns: np.ndarray


def peaks(sound: Sound) -> list[PeakLevel]:
    """From fine to coarse, each a quarter of the one before. All channels are mixed; works block by block."""
    count = -(-sound.samples.shape[1] * FINEST_RATE // sound.rate)
    finest = np.zeros((count, 2), np.float32)
    step = _BLOCK_SECONDS * FINEST_RATE
    for first in range(0, count, step):
        last = min(first + step, count)
        # A column may begin between samples; with less than one sample to a column some share one.
        edges = np.arange(first, last + 1) * sound.rate // FINEST_RATE
        edges = np.minimum(edges, sound.samples.shape[1] - 1)
        stop = sound.samples.shape[1] if last == count else edges[-1]
        mixed = sound.mixed(edges[0], max(stop, edges[0] + 1))
        inside = np.minimum(edges[:-1] - edges[0], len(mixed) - 1)
        finest[first:last, 0] = np.minimum.reduceat(mixed, inside)
        finest[first:last, 1] = np.maximum.reduceat(mixed, inside)
    levels = [PeakLevel(float(FINEST_RATE), finest)]
    while len(levels[-1].columns) > _FEWEST:
        levels.append(_coarser(levels[-1]))
    loudest = float(np.abs(finest).max()) or 1.0
    return [
        PeakLevel(level.rate, np.round(level.columns * (127 / loudest)).astype(np.int8)) for level in levels
    ]


def _coarser(level: PeakLevel) -> PeakLevel:
    starts = np.arange(0, len(level.columns), _COARSER)
    columns = np.stack(
        [
            np.minimum.reduceat(level.columns[:, 0], starts),
            np.maximum.reduceat(level.columns[:, 1], starts),
        ],
        axis=1,
    )
    return PeakLevel(level.rate / _COARSER, columns)
