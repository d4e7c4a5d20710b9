"""What `backends/dub` asks of a network (or of the viseme warp) that repaints a mouth in footage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from ...engine.compose.paste import Patch
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ...engine.media.colour import Rect
from ...engine.media.frames import CHUNK
from ..spec import BackendSpec
from .job import DubJob

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Batching:
    """How many faces an engine takes at once.

    frames: of one person in one shot that follow each other, a clip; 1 where every face stands alone.
    batch: clips at once. overlap: how many frames of a clip, up to half, fade in over the one before; mix: of
    two results for such a frame, the one that shows `weight` of the second; without it that is shown whole.
    """

    frames: int = 1
    batch: int = CHUNK
    overlap: int = 0
    mix: Callable[[Any, Any, float], Any] | None = None


@dataclass(frozen=True, slots=True)
class FaceCrop:
    """A part of output frame `index`, which shows source frame `source_index`, with a person.

    origin: the crop's left and top in the picture. rgb: uint8 [h, w, 3]. mesh: float32 [468+, 3] in the
    crop's pixels. prepared: what the painter's `preprocess` made of it.
    """

    index: int
    source_index: int
    person: Person
    origin: tuple[int, int]
    rgb: np.ndarray
    mesh: np.ndarray
    prepared: Any = None

    @property
    def rect(self) -> Rect:
        (x, y), (height, width) = self.origin, self.rgb.shape[:2]
        return x, y, x + width, y + height


class Sampler(Protocol):
    """What is cut out of the picture for an engine, and how much of it at once."""

    def batching(self, fps: Fraction) -> Batching:
        """fps: of what is put out."""
        ...

    def box(self, person: Person, frame: int, conditioning: Any, /) -> Box:
        """The part of source frame `frame` it wants to see (x0, y0, x1, y1); may reach beyond the picture."""
        ...

    def preprocess(self, crop: FaceCrop, conditioning: Any, /) -> Any:
        """What `generate` needs of a crop, worked out while earlier ones are generated: without networks, on
        a thread of its own."""
        ...


class Painter(Sampler, Protocol):
    """What repaints the mouths of a job. name: with the version."""

    name: str

    def survey(self, job: DubJob, notes: list[str], host: Host) -> Any:
        """All that is to be known of the whole clip, and nothing of networks: it can be pickled, takes 20 MB
        at most, and is made once, however many parts the clip is rendered in."""
        ...

    def prepare(self, job: DubJob, survey: Any, notes: list[str], host: Host) -> Any:
        """What the steps below are handed. job: the whole clip or a part of it."""
        ...

    def resident(self, conditioning: Any, host: Host, /) -> AbstractContextManager[Any]:
        """A block around all calls of `generate`: `Host.resident` of the networks that they use, or
        `nullcontext()`."""
        ...

    def generate(self, crops: Sequence[FaceCrop], conditioning: Any, host: Host, /) -> Iterable[Any]:
        """Something for each crop, in order, on the thread that networks run on.

        crops: faces, `Batching.batch` of them at most; of an engine that takes clips, that many whole ones
        end to end, or a single one with fewer frames. What comes out depends on the survey, the crops and
        their indices alone. host: takes progress within these crops."""
        ...

    def composite(self, crop: FaceCrop, generated: Any, conditioning: Any, /) -> Patch | None:
        """What is shown in the crop's place, of what was generated for it; None where something lies before
        the mouth: the frame then passes unchanged, as `FrameState.OCCLUDED`. On any thread, several at a
        time, while the next faces are generated."""
        ...


class DubEngine(Painter, Protocol):
    """A painter that is an engine. fps: the only rate it runs at, or None. rests: it can bring a mouth to
    rest or close it by itself."""

    spec: BackendSpec
    fps: Fraction | None
    rests: bool
