"""Pictures laid on one another and taken back last first, in bounded memory."""

from __future__ import annotations

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np

from ..errors import OutputError
from ..unwritable import remedy

# Of what is free on the disk, and at most.
_SHARE, _MOST = 0.5, 16 << 30


class PlaneStack:
    """Planes of pictures, uint8 of one shape; a context manager.

    The last ones are kept in memory, up to `memory` bytes, those below in a temporary file, which goes when
    the block ends. folder: asked for the folder of that file when it is needed.
    """

    def __init__(self, shape: tuple[int, ...], memory: int, folder: Callable[[], Path]) -> None:
        self._shape = shape
        self._bytes = int(np.prod(shape))
        self._kept = max(memory // self._bytes, 1)
        self._folder = folder
        self._near: deque[np.ndarray] = deque()
        self._file: IO[bytes] | None = None
        self._stored = 0

    def __enter__(self) -> PlaneStack:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._near.clear()
        if self._file is not None:
            self._file.close()

    def room(self, wanted: int) -> int:
        """How many of `wanted` pictures an empty stack holds: all, or what memory and half of the disk do."""
        if wanted <= self._kept:
            return wanted
        free = shutil.disk_usage(self._folder()).free
        return min(wanted, self._kept + int(min(free * _SHARE, _MOST)) // self._bytes)

    def push(self, pictures: Iterable[np.ndarray]) -> None:
        """Raises OutputError where the disk is full."""
        for planes in pictures:
            self._near.append(planes)
            if len(self._near) > self._kept:
                self._store(self._near.popleft())

    def pop(self) -> np.ndarray:
        """The planes pushed last, for the caller to keep. Raises IndexError where there are none."""
        if self._near or self._file is None or not self._stored:
            return self._near.pop()
        self._stored -= 1
        self._file.seek(self._stored * self._bytes)
        planes = np.empty(self._shape, np.uint8)
        self._file.readinto(planes.data)  # type: ignore[attr-defined]
        self._file.truncate(self._stored * self._bytes)
        return planes

    def _store(self, planes: np.ndarray) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder())  # noqa: SIM115 (closed by __exit__)
            self._file.seek(self._stored * self._bytes)
            self._file.write(np.ascontiguousarray(planes).data)
        except OSError as error:
            raise OutputError(
                f"The frames to be shown backwards can't be stored in {self._folder()} ({error.strerror}): "
                f"{remedy(error)}."
            ) from error
        self._stored += 1
