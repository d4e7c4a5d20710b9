"""AUDIO_FEATURES: what MuseTalk hears of a sound, in a file, with where there is a voice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ...engine.media.spans import Spans
from ...musetalk_core.audio import encode_blocks
from ...musetalk_core.presets import PRESETS
from ...musetalk_core.windows import parity_windows, windows


@dataclass(frozen=True)
class AudioFeatures:
    """states: float32 [T, 5, 384] at 50 Hz, mapped from a file, so that only what is read is in memory.
    version: the preset they were made for. parity: windows are the original's. duration: seconds of the
    soundtrack. spans: where there is a voice; None where pauses don't matter.
    """

    states: Tensor
    version: str
    parity: bool
    duration: Fraction
    spans: Spans | None = None

    def tokens(self, frames: np.ndarray, times: np.ndarray, fps: Fraction) -> Tensor:
        """float32 [N, 50, 384] for output frames (numbers int [N], times in seconds float64 [N])."""
        preset = PRESETS[self.version]
        if self.parity:
            return parity_windows(self.states, frames, float(fps), preset)
        return windows(self.states, times, preset)


def encode_to_file(
    samples16k: np.ndarray,
    encoder: nn.Module,
    version: str,
    path: Path,
    *,
    parity: bool = False,
    check: Callable[[int], None] | None = None,
) -> Tensor:
    """States float32 [T, 5, 384] of mono 16 kHz samples, in `path` (7.7 KB a state).

    check: called before each piece with the states done so far. Raises AudioError for a sound that is too
    short.
    """
    total = 0
    shape: tuple[int, ...] = ()

    def before() -> None:
        if check is not None:
            check(total)

    with path.open("wb") as file:
        for block in encode_blocks(samples16k, encoder, PRESETS[version], parity=parity, check=before):
            file.write(block.float().contiguous().numpy().tobytes())
            total += len(block)
            shape = tuple(block.shape[1:])
    mapped = np.memmap(path, np.float32, "c", shape=(total, *shape))
    return torch.from_numpy(mapped)
