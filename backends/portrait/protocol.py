"""What `backends/portrait` asks of networks that animate one picture."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from ...engine.host.protocol import Host
from ..spec import BackendSpec
from .canvas import Canvas
from .job import PortraitJob


class PortraitEngine(Protocol):
    """name: with the version. fps: the rate of the frames it generates; None where that is the output's.
    rests: it can bring a mouth to rest by itself, so that silence "rest" is the picture's own mouth.
    takes_footage: of a video the first frame is animated; else a video is refused. parity: it does exactly as
    the original, which doesn't heed pauses."""

    spec: BackendSpec
    name: str
    fps: Fraction | None
    rests: bool
    takes_footage: bool
    parity: bool

    def prepare(self, job: PortraitJob, notes: list[str], host: Host) -> Any:
        """All that is worked out once, before the first frame, with the networks that takes: what the steps
        below are handed. notes: of the run, may grow until the last frame."""
        ...

    def canvas(self, job: PortraitJob, conditioning: Any, /) -> Canvas:
        """What the generated pictures become."""
        ...

    def resident(self, conditioning: Any, host: Host, /) -> AbstractContextManager[Any]:
        """A block around `generate`: `Host.resident` of the networks that it uses, or `nullcontext()`."""
        ...

    def generate(
        self, job: PortraitJob, conditioning: Any, host: Host, /
    ) -> Generator[np.ndarray, None, None]:
        """Pictures uint8 [h, w, 3], one for each of `job.frames(fps)`, in order, each as soon as it is there;
        nothing of the whole clip is held that a file could hold. Calls `host.progress` or
        `host.check_cancelled` at every step, so that a cancel ends it."""
        ...
