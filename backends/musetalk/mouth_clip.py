"""MOUTH_CLIP: the faces that MuseTalk generated, in a file, with all that is needed to put them back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np
import torch

from ...engine.errors import OutputError
from ...musetalk_core.transform import SIDE
from ..crop.job import CropJob
from .geometry import FaceGeometry
from .settings import MuseTalkSettings


@dataclass(frozen=True)
class MouthClip:
    """path: uint8 faces [n, side, side, 3], RGB, one after the other. slots: int32 [frames], which of them an
    output frame shows, -1 for none. job: pts, state and person of every output frame. geometry: the crops'
    transforms. notes: sentences for the run report. glimpses: what a few output frames' faces looked like in
    the source, by index; see `likeness`.
    """

    path: Path
    side: int
    slots: np.ndarray
    job: CropJob
    geometry: FaceGeometry
    settings: MuseTalkSettings
    notes: tuple[str, ...] = ()
    glimpses: dict[int, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.slots.max(initial=-1)) + 1

    def faces(self, indices: list[int]) -> np.ndarray:
        """uint8 [n, side, side, 3] of output frames that have a face."""
        stored = np.memmap(self.path, np.uint8, "r", shape=(len(self), self.side, self.side, 3))
        return np.asarray(stored[self.slots[indices]])

    def preview(self, count: int = 8) -> torch.Tensor:
        """A few of the faces, spread over the clip: float32 [n, side, side, 3], 0..1; one black picture for
        none."""
        shown = np.flatnonzero(self.slots >= 0)
        if not len(shown):
            return torch.zeros(1, SIDE, SIDE, 3)
        picked = shown[np.unique(np.linspace(0, len(shown) - 1, count).round().astype(int))]
        return torch.from_numpy(self.faces(picked.tolist())).float() / 255


class MouthClipWriter:
    """Writes faces to `path`; the file is deleted on any exception. A context manager."""

    def __init__(self, path: Path, frames: int) -> None:
        self._path = path
        self._file = path.open("wb")
        self.slots = np.full(frames, -1, np.int32)
        self._count = 0

    def write(self, index: int, face: np.ndarray) -> None:
        """The face uint8 [side, side, 3] of an output frame."""
        try:
            self._file.write(np.ascontiguousarray(face).data)
        except OSError as error:
            raise OutputError(
                f"The generated faces can't be stored in {self._path.parent} ({error.strerror}): "
                "make room on that disk."
            ) from error
        self.slots[index] = self._count
        self._count += 1

    def __enter__(self) -> MouthClipWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is not None:
            self._path.unlink(missing_ok=True)
