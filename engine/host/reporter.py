"""Progress of work that is mostly too quick to be told of, and must end at a cancel all the same."""

from __future__ import annotations

import time
from collections.abc import Callable

from .protocol import Host

_INTERVAL = 0.5


def silent(done: int) -> None:
    """For work that nobody watches."""


def reporter(host: Host | None, stage: str, total: int, unit: str = "frames") -> Callable[[int], None]:
    """What a loop calls with how far it is.

    Checks for cancel each time and reports progress twice a second, the first time after half a second, so
    that short work shows nothing. Without a host it does nothing."""
    last = time.monotonic()

    def report(done: int) -> None:
        nonlocal last
        if host is None:
            return
        now = time.monotonic()
        if now - last < _INTERVAL:
            host.check_cancelled()
        else:
            last = now
            host.progress(stage, done, total, unit=unit)

    return report
