"""What the shared crop engine asks of a network (or the viseme warp) that repaints a mouth in footage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from ...align.words import WordTimings
from ...engine.faces.track import Face, Person
from ...engine.host.protocol import Host
from ..protocol import SilenceRule


@dataclass(frozen=True)
class Speech:
    """What the mouth is to say.

    samples: float32 [n], mono at 16 kHz, with the sync offset already in it. times: float64 [frames], seconds
    at which each output frame begins. frame_seconds: length of a frame. gate: float32 [frames], 1 where there
    is speech, 0 in silence. silence: what the mouth does there.
    """

    samples: np.ndarray
    times: np.ndarray
    frame_seconds: float
    gate: np.ndarray
    silence: SilenceRule
    words: WordTimings | None
    lyrics: str


@dataclass(frozen=True, slots=True)
class FaceCrop:
    """A part of output frame `index`: rgb uint8 [h, w, 3], mesh float32 [468+, 3] in the crop's pixels."""

    index: int
    rgb: np.ndarray
    mesh: np.ndarray


@dataclass(frozen=True, slots=True)
class Patch:
    """The crop repainted: rgb uint8 [h, w, 3]; alpha float32 [h, w], 0 where the source is kept."""

    rgb: np.ndarray
    alpha: np.ndarray


class CropEngine(Protocol):
    """fps: the only rate it runs at, or None. rests: it can bring a mouth to rest or close it by itself."""

    name: str
    licence: str
    fps: Fraction | None
    rests: bool

    def box(self, face: Face) -> tuple[float, float, float, float]:
        """The part of the picture it wants to see (x0, y0, x1, y1); may reach beyond the picture."""
        ...

    def prepare(self, speech: Speech, person: Person, notes: list[str], host: Host) -> Any:
        """Everything that follows from the sound; its result is handed to `generate`."""
        ...

    def generate(self, crops: Sequence[FaceCrop], conditioning: Any) -> Iterable[Patch]:
        """One patch per crop, in order."""
        ...
