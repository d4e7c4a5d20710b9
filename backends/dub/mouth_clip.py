"""MOUTH_CLIP: generated faces in a file, with all that is needed to put them back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np
import torch

from ...engine.compose.composer import ComposeSettings
from ...engine.compose.transform import SIDE
from ...engine.errors import OutputError
from ...engine.unwritable import remedy
from .faces import CropGeometry
from .job import DubJob

GLIMPSE_SIDE = 64
# Grading, noise, blur and denoising leave 0.97 or more; another face in the same place has 0.6, chance 0.5.
SAME_PICTURE = 0.85


@dataclass(frozen=True)
class MouthClip:
    """path: uint8 faces [n, side, side, 3], RGB, one after the other. slots: int32 [frames], which of them an
    output frame shows, -1 for none. job: pts, state and person of every output frame. geometry: the crops'
    transforms. engine: its name, with the version. compose: how the faces go back. notes: sentences for the
    run report. glimpses: what a few output frames' faces looked like in the source, by index; see `likeness`.
    """

    path: Path
    side: int
    slots: np.ndarray
    job: DubJob
    geometry: CropGeometry
    engine: str
    compose: ComposeSettings
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
                f"{remedy(error)}."
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


def glimpse(face: np.ndarray) -> np.ndarray:
    """What is kept of a face uint8 [side, side, 3], RGB, to know its picture by: brightness [64, 64]."""
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (GLIMPSE_SIDE, GLIMPSE_SIDE), interpolation=cv2.INTER_AREA)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """How far the edges of two glimpses agree, 0..1, whatever their brightness and contrast.

    Normalised gradient fields (Haber and Modersitzki, 2006, "Intensity gradient based registration and fusion
    of multi-modal images"): the mean squared cosine between the gradients, weighted by the first's strength.
    """
    (ax, ay), (bx, by) = (_gradient(picture) for picture in (one, other))
    a, b = np.hypot(ax, ay), np.hypot(bx, by)
    floor = max(float(b.mean()), 1e-6) * 0.1
    cosine = (ax * bx + ay * by) / np.maximum(a * np.maximum(b, floor), 1e-6)
    return float((cosine**2 * a).sum() / max(float(a.sum()), 1e-6))


def _gradient(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    smooth = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0)
    return cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
