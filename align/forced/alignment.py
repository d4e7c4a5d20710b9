"""What every aligner of known text hands back."""

from __future__ import annotations

from dataclasses import dataclass

from ..words import WordTimings


@dataclass(frozen=True, slots=True)
class Alignment:
    """timings: every word of the lyrics in order, with the confidence that it is heard where it is placed; no
    words at all where the aligner found no way.

    derailed: why the times can't be trusted, as the end of a sentence ("the text is not heard"); "" where
    they can.
    """

    timings: WordTimings
    derailed: str = ""
