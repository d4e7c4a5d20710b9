"""What `backends/dub` asks of a network (or of the viseme warp) that repaints a mouth in footage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from ...engine.compose.paste import Patch
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ..spec import BackendSpec
from .job import DubJob

Box = tuple[float, float, float, float]


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


class Painter(Protocol):
    """What repaints the mouths of a job. name: with the version."""

    name: str

    def prepare(self, job: DubJob, notes: list[str], host: Host) -> Any:
        """Everything that follows from the sound and from who speaks; the others are handed its result."""
        ...

    def box(self, person: Person, frame: int, conditioning: Any, /) -> Box:
        """The part of source frame `frame` it wants to see (x0, y0, x1, y1); may reach beyond the picture."""
        ...

    def resident(self, conditioning: Any, host: Host, /) -> AbstractContextManager[Any]:
        """A block around all calls of `generate`: `Host.resident` of the networks that they use, or
        `nullcontext()`."""
        ...

    def generate(self, crops: Sequence[FaceCrop], conditioning: Any, /) -> Iterable[Patch]:
        """One patch per crop, in order."""
        ...


class DubEngine(Painter, Protocol):
    """A painter that is an engine. fps: the only rate it runs at, or None. rests: it can bring a mouth to
    rest or close it by itself."""

    spec: BackendSpec
    fps: Fraction | None
    rests: bool
