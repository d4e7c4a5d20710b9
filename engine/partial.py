"""Files under a name of their own until they are whole, and the end of those whose run was killed.

A lock tells them apart: the system lets go of it when a process ends, however it ends. Where there are no
such locks (Windows), it refuses to delete what is open instead.
"""

from __future__ import annotations

import atexit
import errno
import os
import secrets
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

_PREFIX, _SUFFIX = ".lipsync-", ".part"
_FOLDERS, _LOCK = "lipsync-studio-", ".lock"
_TRIES = 5
_OLD = 3600  # seconds: a folder gets its lock at once
# Files that are not whole, by the process that makes them: a fork has its parent's in memory, too. A run may
# be stopped between any two steps, even before whoever makes a file can see to its end; the process does.
_unfinished: dict[Path, int] = {}


@atexit.register
def _discard_unfinished() -> None:
    for path, process in _unfinished.items():
        if process == os.getpid():
            with suppress(OSError):
                path.unlink(missing_ok=True)


class PartialFile:
    """A file in the folder of `target`, which it replaces by `commit`; as a context manager it is deleted
    unless that was called.

    `path` is a short name that no file had: nobody's is overwritten, and a target's may be as long as the
    system allows. What killed runs left in the folder is deleted. All methods but `discard` raise OSError.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        sweep(target.parent)
        self.path, self._held = _new_file(target.parent)

    def __enter__(self) -> PartialFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def commit(self) -> None:
        """Give it its name."""
        if fcntl is None:
            self._held.close()
        self.path.replace(self._target)
        _unfinished.pop(self.path, None)
        self._held.close()

    def discard(self) -> None:
        """Delete it; nothing happens after `commit`."""
        with suppress(OSError):
            if fcntl is None:
                self._held.close()
            self.path.unlink(missing_ok=True)
            _unfinished.pop(self.path, None)
        self._held.close()


def write_whole(target: Path, data: bytes) -> None:
    """Write a file, or leave what was there. Raises OSError."""
    with PartialFile(target) as part:
        part.path.write_bytes(data)
        part.commit()


def sweep(folder: Path) -> None:
    """Delete what runs that were killed left beside their results in a folder."""
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):
            _check_abandoned(path)
            path.unlink()


class TemporaryFolder:
    """A folder for temporary files; those of killed runs are deleted. Raises OSError."""

    def __init__(self) -> None:
        sweep_folders()
        self.path = Path(tempfile.mkdtemp(prefix=_FOLDERS))
        self._held = _locked(self.path / _LOCK)

    def remove(self) -> None:
        if self._held is not None:
            self._held.close()
        shutil.rmtree(self.path, ignore_errors=True)


def sweep_folders() -> None:
    """Delete the temporary folders of runs that were killed, before they had a lock, too."""
    long_ago = time.time() - _OLD
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*"):
        with suppress(OSError):
            known = folder.is_dir() and not folder.is_symlink()
            if known and not (folder / _LOCK).exists() and folder.stat().st_mtime < long_ago:
                shutil.rmtree(folder, ignore_errors=True)
    for lock in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*/{_LOCK}"):
        with suppress(OSError):
            _check_abandoned(lock)
            if fcntl is None:
                lock.unlink()
            shutil.rmtree(lock.parent, ignore_errors=True)


def _check_abandoned(path: Path) -> None:
    """Raises OSError where a process holds it. Without locks, deleting is what tells."""
    if fcntl is not None:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _new_file(folder: Path) -> tuple[Path, BinaryIO]:
    for _ in range(_TRIES):
        path = folder / f"{_PREFIX}{secrets.token_hex(6)}{_SUFFIX}"
        _unfinished[path] = os.getpid()
        try:
            held = _locked(path)
        except OSError:
            del _unfinished[path]
            raise
        if held is not None:
            return path, held
        del _unfinished[path]
    raise FileExistsError(errno.EEXIST, "no free name for a temporary file", str(folder))


def _locked(path: Path) -> BinaryIO | None:
    """A new file, locked; None where somebody took it in between. File systems without locks do without."""
    file = path.open("xb")
    if fcntl is None:
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    except OSError:
        return file
    if not os.path.lexists(path):
        file.close()
        return None
    return file
