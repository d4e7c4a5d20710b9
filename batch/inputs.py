"""The files that a job reads: brought to this machine, and told apart by what they hold."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from ..engine.errors import InputError, UnexpectedError
from .store import file_system, is_url

_BLOCK = 1 << 20
# What file systems of fsspec call it that a file has changed.
_MARKS = (
    "size", "ETag", "etag", "generation", "LastModified", "Last-Modified", "last_modified", "mtime",
    "created",
)  # fmt: skip


def _go_on() -> None:
    """For who is not to be stopped."""


class Inputs:
    """folder: makes the name of a file to put what has an URL in, by its ending. Raises InputError for what
    isn't there or can't be read, and for URLs what `file_system` or the library of the store does. check: is
    called while a file is read, and may raise what stops that."""

    def __init__(self, folder: Callable[[str], Path], check: Callable[[], None] = _go_on) -> None:
        self._folder, self._check = folder, check
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
                raise _unfound(address, error) from error
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
                raise _unfound(address, error) from error
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
        if not stat.S_ISREG(state.st_mode) and not stat.S_ISDIR(state.st_mode):
            raise InputError(
                f"{address} is no ordinary file, and may never end: save what it holds, and choose that file."
            )
        return f"{state.st_size} {state.st_mtime_ns}"

    def sha256(self, address: str) -> str:
        try:
            return sha256(self.local(address), self._check)
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


def sha256(path: Path, check: Callable[[], None] = _go_on) -> str:
    """Of a file, as hexadecimal digits. check: called between blocks. Raises OSError."""
    digest: Any = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            check()
            digest.update(block)
    return str(digest.hexdigest())


def _missing(address: str) -> InputError:
    return InputError(f"{address} doesn't exist: choose a file that does.")


def _unfound(address: str, error: FileNotFoundError) -> Exception:
    """Where a server doesn't answer, fsspec's HTTP says that there is no file, and why."""
    cause = error.__cause__
    if isinstance(cause, OSError) and not isinstance(cause, FileNotFoundError):
        return UnexpectedError(
            f"{address} can't be reached ({' '.join(str(cause).split())}): try again later."
        )
    return _missing(address)


def _unreadable(address: str, error: OSError) -> InputError:
    cause = "it is a folder" if os.path.isdir(address) else error.strerror
    return InputError(f"{address} can't be read ({cause}): choose another file.")
