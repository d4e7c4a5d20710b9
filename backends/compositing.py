"""The threads on which frames are put together while networks work on the next ones."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def compositors(count: int) -> Iterator[ThreadPoolExecutor]:
    """What nobody waits for any more is not begun."""
    threads = ThreadPoolExecutor(count, "compositing")
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)
