"""How much memory a process takes while it works."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import psutil

# Environment in which glibc gives back what is freed: memory that is alive counts, and not what it keeps, by
# tens of megabytes more or less with the number of threads.
RETURN_MEMORY = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}


class PeakMemory:
    """The largest resident memory seen, and what it was at the start, in bytes."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.bytes = start

    @property
    def growth(self) -> int:
        return self.bytes - self.start


@contextlib.contextmanager
def watch_memory(process: psutil.Process, interval: float = 0.05) -> Iterator[PeakMemory]:
    """Samples a process's resident memory while the block runs."""
    peak = PeakMemory(process.memory_info().rss)
    done = threading.Event()

    def sample() -> None:
        while not done.wait(interval):
            peak.bytes = max(peak.bytes, process.memory_info().rss)

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()
