"""Many channels to one, so that a voice on any of them is heard."""

from __future__ import annotations

import av
import numpy as np

from .sample_file import SampleFile

# What N channels are that nobody has named, as FFmpeg and WAVE_FORMAT_EXTENSIBLE order them.
USUAL_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
MOST_CHANNELS = 64  # of FFmpeg's resampler

# ITU-R BS.775-3, table 2, the row of mono; front and side pairs that it doesn't know count as its own.
_CENTRE, _FRONT, _AROUND = 1.0, 0.7071, 0.5
_WEIGHTS = {"FC": _CENTRE, "LFE": 0.0, "LFE2": 0.0}
_FRONT_CHANNELS = ("FL", "FR", "FLC", "FRC", "WL", "WR", "DL", "DR")

_BLOCK_SECONDS = 0.1
# Channels that have nothing to do with each other mix to the sum of their powers. A tenth of that is what
# is left where they are each other's negative.
_CANCELLED = 0.1
_BLOCKS = 100  # at a time
_QUIET = 1e-7  # of the loudest block's power, -70 dB: too little to decide anything by


def known_layout(name: str, channels: int) -> str:
    """FFmpeg's name of a layout; what is usual for their number where they have no names, "" where nothing
    is."""
    named = bool(name) and not name.endswith("channels")
    return name if named else USUAL_LAYOUTS.get(channels, "")


class Downmix:
    """One channel of several, float32 [channels, n], by BS.775, scaled so that full scale stays full scale.

    Where the channels cancel each other out (one of them wired the wrong way round), the loudest of them is
    heard instead; `cancels` says whether that happens anywhere.
    """

    def __init__(self, samples: np.ndarray | SampleFile, rate: int, layout: str) -> None:
        self._samples = samples
        self._block = max(round(_BLOCK_SECONDS * rate), 1)
        self._weights = _weights(layout, len(samples))
        powers, mixed = self._powers()
        if not powers[:, self._weights > 0].any():
            # Nothing is heard but an LFE, or nothing at all.
            self._weights[:] = 1 / len(samples)
            powers, mixed = self._powers()
        self.loudest = int(np.argmax(powers.sum(axis=0) * self._weights))
        self._alone = _cancelled(powers @ np.square(self._weights), mixed)
        self.cancels = bool(self._alone.any())

    def part(self, start: int = 0, stop: int | None = None) -> np.ndarray:
        """Samples start..stop-1, float32; a part is the same as within the whole."""
        samples = self._samples[:, start:stop]
        mixed = self._mix(samples)
        if self.cancels:
            at = (np.arange(start, start + samples.shape[1]) + 0.5) / self._block - 0.5
            alone = np.interp(at, np.arange(len(self._alone)), self._alone).astype(np.float32)
            mixed += alone * (samples[self.loudest] - mixed)
        return mixed

    def _mix(self, samples: np.ndarray) -> np.ndarray:
        mixed = self._weights[0] * samples[0]
        for weight, channel in zip(self._weights[1:], samples[1:], strict=True):
            mixed += weight * channel
        return mixed

    def _powers(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean squares per block: float64 [blocks, channels] and, of their mix, [blocks]."""
        count = self._samples.shape[1]
        # What is left over belongs to the last block: a few samples may cancel by chance.
        starts = np.arange(min(max(count // self._block, 1), count)) * self._block
        powers, mixed = np.zeros((len(starts), len(self._samples))), np.zeros(len(starts))
        for first in range(0, len(starts), _BLOCKS):
            last = min(first + _BLOCKS, len(starts))
            samples = self._samples[:, starts[first] : count if last == len(starts) else starts[last]]
            edges = starts[first:last] - starts[first]
            powers[first:last] = np.add.reduceat(np.square(samples), edges, axis=1, dtype=np.float64).T
            mixed[first:last] = np.add.reduceat(np.square(self._mix(samples)), edges, dtype=np.float64)
        sizes = np.diff(starts, append=count)
        return powers / sizes[:, None], mixed / sizes


def _cancelled(expected: np.ndarray, mixed: np.ndarray) -> np.ndarray:
    """1 for blocks where the channels cancel, float32 [blocks]; quiet ones are as the last that wasn't.

    expected: power per block of channels that have nothing in common. mixed: that of their mix."""
    loud = expected > _QUIET * expected.max(initial=0)
    if not loud.any():
        return np.zeros(len(expected), np.float32)
    last = np.maximum.accumulate(np.where(loud, np.arange(len(loud)), np.argmax(loud)))
    return (mixed < _CANCELLED * expected)[last].astype(np.float32)


def _weights(layout: str, channels: int) -> np.ndarray:
    """float32 [channels], their sum is 1."""
    weights = np.ones(channels, np.float32)
    if layout and (named := av.AudioLayout(layout)).nb_channels == channels:
        weights[:] = [
            _WEIGHTS.get(channel.name, _FRONT if channel.name in _FRONT_CHANNELS else _AROUND)
            for channel in named.channels
        ]
    return weights / weights.sum() if weights.any() else np.full(channels, 1 / channels, np.float32)
