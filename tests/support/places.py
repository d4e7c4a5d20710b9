"""Places that can't be written to, or have room for a little only, as the machine lets us have them."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOM = 96 << 10  # bytes, of a disk


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A file system of its own in a folder; raises OSError or CalledProcessError where that can't be."""
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@cache
def can_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            with mounted(Path(folder), "size=4k"):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


def forms(other: str) -> list[str]:
    """Of a test: with what every machine has, and mounted where that is possible."""
    return [other, "mounted"] if can_mount() else [other]


class SmallDisk:
    """folder: with so much room as `left` says. cause, help: what is to be said where there is no more."""

    def __init__(self, folder: Path, mounted: bool) -> None:
        self.folder, self._mounted = folder, mounted
        self.cause = "No space left on device" if mounted else "File too large"
        self.help = "make room on the disk" if mounted else "choose a disk that takes files of that size"

    @contextmanager
    def left(self, room: int) -> Iterator[None]:
        """Bytes, within the block; of a file, where the limit is one of this process' files (setrlimit(2);
        Python ignores the signal): what pytest writes may be one, so the block has to be short."""
        (self.folder / "ballast").write_bytes(bytes(ROOM - room if self._mounted else 0))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        if not self._mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def never_writable(folder: Path) -> Path:
    """Not even by root, who may do all in an ordinary folder."""
    if os.geteuid() == 0:
        return Path("/sys/kernel")
    folder.chmod(0o555)
    return folder
