"""Fetching weight files: whole and right, or not at all; what a broken download brought is gone on with."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import WeightsError
from ..host.protocol import Host
from ..unwritable import remedy
from .entries import WeightFile, readable
from .hub import Interrupted, Remote, Unwritable, describe, endpoint, receive

# Left free on the disk, for everything else that runs there.
MARGIN = 500_000_000
# Seconds before each further try that brought nothing new; a stall or a restart of a proxy is over by then.
RETRY_WAITS = (0.5, 1.0, 2.0, 4.0)
# Files of a published size as they were when fetched or first asked for: what changes later is another file.
taken_for_published: dict[Path, str] = {}
_LOCK_POLL = 0.5  # seconds
_BLOCK = 1 << 20
_SHOWN = 20_000_000  # bytes; smaller files are read in no time
_SHA256_DIGITS = 64


def download(files: Iterable[WeightFile], host: Host) -> list[Path]:
    """Fetch files into the host's models folders and return where they are.

    Each one is checked against its published digest before it appears in its place. Partial files stay
    beside it, as `*.part`, when the download fails, is cancelled or killed; the next one goes on from there.
    Another process that fetches the same file is waited for. Files that are there already are checked, not
    fetched. Shows its progress in bytes. Raises WeightsError.
    """
    wanted = list({target(file, host): file for file in files}.values())
    for file in wanted:
        if file.by_hand:
            raise WeightsError(f"{file.place} is never fetched: put your own at {target(file, host)}.")
    check_room(wanted, host)
    return [_fetch(file, host) for file in wanted]


def target(file: WeightFile, host: Host) -> Path:
    """Where a file is put."""
    return host.models_folder(file.kind) / file.place


def partial(file: WeightFile, host: Host) -> Path:
    """Where a file grows; revisions don't share it."""
    place = target(file, host)
    return place.with_name(f"{place.name}.{file.revision[:8]}.part")


def check_room(files: Iterable[WeightFile], host: Host) -> None:
    """Raises WeightsError unless what is still to be fetched fits on the disk."""
    needed: dict[Path, int] = {}
    for file in files:
        folder = existing(host.models_folder(file.kind))
        needed[folder] = needed.get(folder, 0) + remaining(file, host)
    for folder, size in needed.items():
        if size:
            check_free(folder, size, "The download", "or choose another models folder")


def check_free(folder: Path, size: int, what: str, otherwise: str = "") -> None:
    """Raises WeightsError unless a disk has room for `size` bytes and some to spare.

    folder: may not exist yet. what, otherwise: what needs it, and what else can be done, for the error."""
    free = shutil.disk_usage(existing(folder)).free
    if size + MARGIN > free:
        raise WeightsError(
            f"{what} needs {readable(size + MARGIN)} in {folder} ({readable(MARGIN)} of it to spare), but "
            f"{readable(free)} are free: make room there{otherwise and ', '}{otherwise}."
        )


def remaining(file: WeightFile, host: Host) -> int:
    """Bytes still to be fetched."""
    return max(0, file.bytes - _size(partial(file, host)))


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there: where its disk can be asked for."""
    return next(each for each in (folder, *folder.parents) if each.is_dir())


def _fetch(file: WeightFile, host: Host) -> Path:
    place = target(file, host)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WeightsError(
            f"{place.parent} can't be made ({error.strerror}): choose another models folder."
        ) from error

    def show_wait() -> None:
        stage = f"Waiting for another download of {file.place}"
        host.progress(stage, file.bytes - remaining(file, host), file.bytes, unit="bytes")

    with file_lock(place, host, show_wait):
        if file.sha256 and _is(place, file.bytes, file.sha256, host):
            return place
        remote = _described(file, host)
        if _is(place, remote.bytes, remote.digest, host):
            return place
        part = partial(file, host)
        _receive(file, remote, part, host)
        if not _is(part, remote.bytes, remote.digest, host):
            part.unlink()
            raise WeightsError(
                f"What {endpoint()} sent for {file.place} is not the published file (its digest is not "
                f"{remote.digest[:12]}…) and was deleted: try again, or use another HF_ENDPOINT."
            )
        with part.open("rb+") as whole:
            os.fsync(whole.fileno())
        # What had the size may have been taken for it, and was another file.
        is_new = _size(place) != remote.bytes
        os.replace(part, place)
        if is_new:
            taken_for_published[place] = identity(place)
    return place


def identity(path: Path) -> str:
    """Name, size and time of a file: another string where its content may be another, without reading it."""
    stat = path.stat()
    return f"{path.name} {stat.st_size} {stat.st_mtime_ns}"


def _is(path: Path, size: int, expected: str, host: Host) -> bool:
    return _size(path) == size and digest(path, host, f"Checking {path.name}", like=expected) == expected


def _described(file: WeightFile, host: Host) -> Remote:
    for wait in (*RETRY_WAITS, None):
        host.check_cancelled()
        try:
            return describe(file)
        except Interrupted as error:
            if wait is None:
                raise WeightsError(
                    f"{endpoint()} can't be reached for {file.place} ({error}): check the connection and try "
                    "again."
                ) from error
            _pause(wait, host)
    raise AssertionError


def _receive(file: WeightFile, remote: Remote, part: Path, host: Host) -> None:
    stage = f"Downloading {file.place} ({readable(remote.bytes)}, {file.licence})"
    most = 0
    tries = 0
    shown = 0.0

    def on_bytes(done: int) -> None:
        nonlocal most, tries, shown
        host.check_cancelled()
        if done > most:
            most, tries = done, 0
        now = time.monotonic()
        if now - shown > 0.1 or done == remote.bytes:
            shown = now
            host.progress(stage, done, remote.bytes, unit="bytes")

    while True:
        try:
            return receive(remote, part, on_bytes)
        except Unwritable as error:
            raise WeightsError(
                f"{file.place} can't be written to {part.parent} ({error}): {remedy(error)}; "
                f"{_kept(part, remote)}."
            ) from error
        except Interrupted as error:
            if tries == len(RETRY_WAITS):
                raise WeightsError(
                    f"{file.place} could not be fetched from {endpoint()} ({error}): try again later; "
                    f"{_kept(part, remote)}."
                ) from error
            _pause(RETRY_WAITS[tries], host)
            tries += 1


def _kept(part: Path, remote: Remote) -> str:
    kept = f"{readable(_size(part))} of {readable(remote.bytes)}"
    return f"{kept} are kept, and the next download goes on from there"


def _pause(seconds: float, host: Host) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        host.check_cancelled()
        time.sleep(0.1)


@contextmanager
def file_lock(place: Path, host: Host, show_wait: Callable[[], None]) -> Iterator[None]:
    """The block, which puts a file into its place, runs in one process at a time, killed ones excepted.

    show_wait: called about twice a second while another process has the place, to report that through the
    host's progress. The folder has to exist."""
    from filelock import Timeout
    from huggingface_hub.utils import WeakFileLock  # also works where a network disk has no locks

    lock = place.with_name(f".{place.name}.lock")
    while True:
        held = WeakFileLock(lock, timeout=_LOCK_POLL)
        try:
            held.__enter__()
            break
        except Timeout:
            host.check_cancelled()
            show_wait()
    try:
        yield
    except BaseException:
        held.__exit__(None, None, None)
        raise
    held.__exit__(None, None, None)
    # Those who waited find the file. As long as there is none, the lock has to stay the same one.
    with suppress(OSError):
        lock.unlink()


def digest(path: Path, host: Host, stage: str, *, like: str = "0" * _SHA256_DIGITS) -> str:
    """The file's digest in hexadecimal, of the kind of `like`: SHA-256 (64 digits), which hubs publish of
    large files, or git's blob SHA-1 (40 digits), which is what they publish of small ones.

    Shows its progress in bytes and can be cancelled, if the file is large."""
    total = path.stat().st_size
    if len(like) == _SHA256_DIGITS:
        state = hashlib.sha256()
    else:
        # Not for security here: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
        state = hashlib.sha1(b"blob %d\0" % total, usedforsecurity=False)
    done = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            state.update(block)
            done += len(block)
            if total >= _SHOWN:
                host.progress(stage, done, total, unit="bytes")
    return state.hexdigest()
