"""What the shared crop engine asks of a network (or the viseme warp) that repaints a mouth in footage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from .job import CropJob


@dataclass(frozen=True, slots=True)
class FaceCrop:
    """A part of output frame `index`, which shows source frame `source_index`, with a person.

    origin: the crop's left and top in the picture. rgb: uint8 [h, w, 3]. mesh: float32 [468+, 3] in the
    crop's pixels.
    """

    index: int
    source_index: int
    person: Person
    origin: tuple[int, int]
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

    def prepare(self, job: CropJob, notes: list[str], host: Host) -> Any:
        """Everything that follows from the sound and from who speaks; the others are handed its result."""
        ...

    def box(self, person: Person, frame: int, conditioning: Any) -> tuple[float, float, float, float]:
        """The part of source frame `frame` it wants to see (x0, y0, x1, y1); may reach beyond the picture."""
        ...

    def generate(self, crops: Sequence[FaceCrop], conditioning: Any) -> Iterable[Patch]:
        """One patch per crop, in order."""
        ...
