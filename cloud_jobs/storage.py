"""Private files: a 0700 folder, 0600 files, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
import tempfile
import time
from pathlib import Path

from .errors import SettingsError

_POSIX = os.name == "posix"
_STALE_SECONDS = 600.0


def private_folder(path: Path) -> Path:
    """Make the folder, readable by the user alone.

    Raises SettingsError where that can't be done."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _POSIX and stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o700)
    except OSError as error:
        raise SettingsError(
            f"The folder {path} can't be made ({error.strerror}); choose another place "
            "with --folder or free that path."
        ) from error
    return path


def write_private(path: Path, data: bytes) -> None:
    """Replace a file in one step; a crash leaves the old one or the new one, never a part.

    Raises SettingsError."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp makes it 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(
            f"{path} can't be written ({error.strerror}); {room_or(error)}choose another place with --folder."
        ) from error


def move_private(source: Path, target: Path) -> None:
    """Move a file into a private folder, in one step on one file system. Raises SettingsError."""
    try:
        if target.exists():
            source.unlink(missing_ok=True)
            return
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            shutil.move(source, part)
            part.chmod(0o600)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(
            f"{target} can't be written ({error.strerror}); {room_or(error)}choose another place with "
            "--folder."
        ) from error


def room_or(error: OSError) -> str:
    """Where a disk is full, that it needn't be; else nothing."""
    return "make room on the disk or " if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""


def check_writable(folder: Path) -> None:
    """Raises OSError if no file can be made in the folder and filled; what permissions say is not the whole
    truth (root, a read-only or full disk)."""
    path = folder / f".{secrets.token_hex(8)}.part"
    try:
        with path.open("xb") as file:
            file.write(bytes(4096))
    finally:
        path.unlink(missing_ok=True)


def clear_stale(folder: Path, pattern: str) -> None:
    """Delete temporary files that a crash left behind: those nobody has written to for a while."""
    for path in folder.glob(pattern):
        with contextlib.suppress(FileNotFoundError):  # another process is clearing too
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()


def others_can_read(path: Path) -> bool:
    """Whether group or others have access. Windows keeps the folder's own rights: the user's profile."""
    return _POSIX and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
