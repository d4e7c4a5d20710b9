"""Samples that don't fit in memory, in a temporary file, read by the stretch."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import IO

import numpy as np

from ..errors import OutputError
from ..unwritable import remedy

_SAMPLE = np.dtype("<f4")
_READ = 1 << 18  # samples of a channel that are read at once: what is asked for may be as long as the file


class SampleFile:
    """Looks like an array float32 [channels, n] to who takes all samples of a channel or a stretch of all;
    silence before and after. Any thread may read. The file goes with the last who looks at it.

    Raises OutputError where it can't be written or read.
    """

    def __init__(self, store: _Store, first: int, last: int) -> None:
        self._store, self._first = store, first
        self.shape = store.channels, last - first
        self.dtype = _SAMPLE

    @classmethod
    def of(cls, parts: Iterable[np.ndarray], channels: int, folder: Callable[[], Path]) -> SampleFile:
        """parts: float32 [channels, k], one after the other; folder: where the file lies."""
        store = _Store(channels, folder())
        for part in parts:
            store.append(part)
        return cls(store, 0, store.count)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: int | tuple[int | slice, slice]) -> np.ndarray:
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        if isinstance(rows, int) and not -len(self) <= rows < len(self):
            raise IndexError(rows)
        start, stop, step = columns.indices(self.shape[1])
        samples: np.ndarray = self._read(start, max(stop, start))[rows, ::step]
        return samples

    def part(self, first: int, last: int) -> SampleFile:
        """Samples first..last-1, which may lie beyond what there is; nothing is read."""
        return SampleFile(self._store, self._first + first, self._first + max(last, first))

    def _read(self, start: int, stop: int) -> np.ndarray:
        first, last = self._first + start, self._first + stop
        samples = np.zeros((len(self), last - first), np.float32)
        begin, end = max(first, 0), min(last, self._store.count)
        if begin < end:
            for at in range(begin, end, _READ):
                stop = min(at + _READ, end)
                samples[:, at - first : stop - first] = self._store.read(at, stop)
        return samples


class _Store:
    """The file: sample after sample, in each all channels."""

    def __init__(self, channels: int, folder: Path) -> None:
        self.channels, self.count = channels, 0
        self._folder, self._lock = folder, Lock()
        try:
            self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (goes with this object)
        except OSError as error:
            raise self._error(error) from error

    def append(self, samples: np.ndarray) -> None:
        try:
            self._file.write(np.ascontiguousarray(samples.T, _SAMPLE).data)
        except OSError as error:
            raise self._error(error) from error
        self.count += samples.shape[1]

    def read(self, start: int, stop: int) -> np.ndarray:
        width = self.channels * _SAMPLE.itemsize
        with self._lock:
            try:
                self._file.seek(start * width)
                data = self._file.read((stop - start) * width)
            except OSError as error:
                raise self._error(error) from error
        return np.frombuffer(data, _SAMPLE).reshape(-1, self.channels).T

    def _error(self, error: OSError) -> OutputError:
        return OutputError(
            f"The sound, too long for the memory, can't be stored in {self._folder} ({error.strerror}): "
            f"{remedy(error)}."
        )
