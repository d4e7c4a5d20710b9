"""A toy: the face in one shade, which lies in its weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction

import numpy as np

from ...engine.compose.paste import Patch
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ...engine.weights.locate import require
from ..dub.job import DubJob
from ..dub.protocol import Batching, Box, FaceCrop
from .spec import SPEC, WEIGHTS, ToySettings


class ToyEngine:
    spec = SPEC
    name = SPEC.title
    fps: Fraction | None = None
    rests = True

    def __init__(self, settings: ToySettings, host: Host) -> None:
        self._settings = settings
        self._shade = require(WEIGHTS[0], host)["shade"].read_bytes()[0]

    def batching(self, fps: Fraction) -> Batching:
        return Batching()

    def survey(self, job: DubJob, notes: list[str], host: Host) -> None:
        notes.append(f"Painted {self._settings.quality}.")

    def prepare(self, job: DubJob, survey: None, notes: list[str], host: Host) -> int:
        return self._shade

    def box(self, person: Person, frame: int, shade: int) -> Box:
        x0, y0, x1, y1 = person.boxes[frame - person.first].tolist()
        return x0, y0, x1, y1

    def resident(self, shade: int, host: Host) -> AbstractContextManager[None]:
        return nullcontext()

    def preprocess(self, crop: FaceCrop, shade: int) -> np.ndarray:
        return np.full(crop.rgb.shape[:2], self._settings.strength, np.float32)

    def generate(self, crops: Sequence[FaceCrop], shade: int, host: Host) -> Iterable[int]:
        return [shade for crop in crops]

    def composite(self, crop: FaceCrop, generated: int, shade: int) -> Patch:
        return Patch(np.full_like(crop.rgb, generated), crop.prepared)
