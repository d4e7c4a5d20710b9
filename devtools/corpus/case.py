"""A sound and the truth about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lipsync_studio.align.words import Word

RATE = 16000


@dataclass(frozen=True, eq=False)
class Case:
    """samples: mono float32 [n] at 16 kHz; truth: every word that is heard, in order, seconds; lyrics: the
    text of the same words in lines, with their punctuation."""

    samples: npt.NDArray[np.float32]
    truth: tuple[Word, ...]
    lyrics: str
    name: str

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.samples.size / RATE
