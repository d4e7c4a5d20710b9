"""A sound and the truth about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lipsync_studio.align.words import Word

RATE = 16000
# Seconds: the last word's sound dies away in them.
_AFTER = 0.3


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

    def until(self, seconds: float) -> Case:
        """Its words that have ended by then, in their lines, and the sound up to a moment after the last."""
        truth = tuple(word for word in self.truth if word.end < seconds)
        lines: list[str] = []
        left = len(truth)
        for line in self.lyrics.splitlines():
            lines.append(" ".join(line.split()[:left]))
            left -= len(lines[-1].split())
        return replace(
            self,
            samples=self.samples[: round((truth[-1].end + _AFTER) * RATE)],
            truth=truth,
            lyrics="\n".join(lines).strip(),
            name=f"{self.name} until {seconds:g} s",
        )
