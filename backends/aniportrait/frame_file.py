"""Numbers of every frame of a clip of any length, kept in a file instead of in memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...engine.unwritable import unwritable

_BYTES = 4


@contextmanager
def frame_files(
    paths: Iterable[Path], frames: int, shape: tuple[int, ...]
) -> Iterator[tuple[FrameFile, ...]]:
    """Several of one kind, gone afterwards."""
    with ExitStack() as stack:
        yield tuple(stack.enter_context(FrameFile(path, frames, shape)) for path in paths)


class FrameFile:
    """An array of one shape for each of a number of frames, float32; zeros to begin with.

    Read and written by plain calls, not mapped, so that what lies in it counts nowhere as memory of this
    process. A context, which leaves no file behind. Raises OutputError where there is no room.
    """

    def __init__(self, path: Path, frames: int, shape: tuple[int, ...]) -> None:
        self.frames, self.shape = frames, shape
        self._path = path
        self._stride = math.prod(shape) * _BYTES
        try:
            self._file = path.open("w+b", buffering=0)
            self._file.truncate(frames * self._stride)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise unwritable(path, error) from error

    def __enter__(self) -> FrameFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def read(self, frames: np.ndarray) -> Tensor:
        """float32 [n, *shape] on the CPU, of frames [n] by number."""
        values = np.empty((len(frames), *self.shape), np.float32)
        for row, frame in zip(values, frames.tolist(), strict=True):
            self._file.seek(frame * self._stride)
            if self._file.readinto(memoryview(row).cast("B")) != self._stride:
                raise OSError(f"{self._path} is shorter than it was made")
        return torch.from_numpy(values)

    def write(self, frames: np.ndarray, values: Tensor) -> None:
        """values: [n, *shape], of frames [n]. Raises OutputError where the disk is full."""
        rows = values.to("cpu", torch.float32).contiguous().numpy()
        try:
            for row, frame in zip(rows, frames.tolist(), strict=True):
                self._file.seek(frame * self._stride)
                rest = memoryview(row).cast("B")
                while rest:
                    rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise unwritable(self._path, error) from error

    def add(self, frames: np.ndarray, values: Tensor) -> None:
        """To what is there; no frame may be named twice."""
        self.write(frames, self.read(frames) + values.to("cpu", torch.float32))
