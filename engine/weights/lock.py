"""One process at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..host.protocol import Host

_POLL = 0.5  # seconds


@contextmanager
def alone(place: Path, host: Host, show_wait: Callable[[], None]) -> Iterator[None]:
    """The block, which puts a file into its place, runs in one process at a time, killed ones excepted.

    show_wait: called about twice a second while another process has the place, to report that through the
    host's progress. The folder has to exist."""
    from filelock import Timeout
    from huggingface_hub.utils import WeakFileLock  # also works where a network disk has no locks

    lock = place.with_name(f".{place.name}.lock")
    while True:
        held = WeakFileLock(lock, timeout=_POLL)
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
