"""The files that a job reads: brought to this machine, and told apart by what they hold."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from ..engine.errors import InputError
from .store import file_system, is_url

_BLOCK = 1 << 20
# What file systems of fsspec call it that a file has changed.
_MARKS = (
    "size", "ETag", "etag", "generation", "LastModified", "Last-Modified", "last_modified", "mtime",
    "created",
)  # fmt: skip


class Inputs:
    """folder: makes the name of a file to put what has an URL in, by its ending. Raises InputError for what
    isn't there or can't be read, and for URLs what `file_system` or the library of the store does."""

    def __init__(self, folder: Callable[[str], Path]) -> None:
        self._folder = folder
        self._fetched: dict[str, Path] = {}
        self._stamps: dict[str, str] = {}

    def local(self, address: str) -> Path:
        """The file itself; of an URL, a copy that is made once."""
        if not is_url(address):
            return Path(address)
        if address not in self._fetched:
            files, path = file_system(address)
            copy = self._folder(PurePosixPath(path).suffix)
            try:
                files.get_file(path, str(copy))
            except FileNotFoundError as error:
                raise _missing(address) from error
            self._fetched[address] = copy
        return self._fetched[address]

    def stamp(self, address: str) -> str:
        """What changes when the file does, without reading it: its size and time, or an object's own mark."""
        if is_url(address):
            files, path = file_system(address)
            try:
                files.invalidate_cache()
                info = files.info(path)
            except FileNotFoundError as error:
                raise _missing(address) from error
            stamp = " ".join(str(info[mark]) for mark in _MARKS if info.get(mark) is not None)
            if self._stamps.setdefault(address, stamp) != stamp:
                # The copy is of what was there before.
                self._drop(address)
                self._stamps[address] = stamp
            return stamp
        try:
            state = os.stat(address)
        except FileNotFoundError as error:
            raise _missing(address) from error
        except OSError as error:
            raise _unreadable(address, error) from error
        return f"{state.st_size} {state.st_mtime_ns}"

    def sha256(self, address: str) -> str:
        try:
            return sha256(self.local(address))
        except FileNotFoundError as error:
            raise _missing(address) from error
        except OSError as error:
            if is_url(address):
                raise
            raise _unreadable(address, error) from error

    def close(self) -> None:
        """Delete the copies."""
        for address in list(self._fetched):
            self._drop(address)
        self._stamps.clear()

    def _drop(self, address: str) -> None:
        copy = self._fetched.pop(address, None)
        if copy is not None:
            copy.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """Of a file, as hexadecimal digits. Raises OSError."""
    digest: Any = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return str(digest.hexdigest())


def _missing(address: str) -> InputError:
    return InputError(f"{address} doesn't exist: choose a file that does.")


def _unreadable(address: str, error: OSError) -> InputError:
    cause = "it is a folder" if os.path.isdir(address) else error.strerror
    return InputError(f"{address} can't be read ({cause}): choose another file.")
