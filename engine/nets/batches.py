"""Work in batches that shrink when the device's memory doesn't hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ..errors import DeviceMemoryError
from ..host.protocol import Host

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batches:
    """size: items at once. Where the device runs out of memory, the host makes room, and where that doesn't
    help, the size is halved for good."""

    def __init__(self, size: int, host: Host) -> None:
        self.size = max(1, size)
        self._host = host

    def run(
        self, items: Sequence[Item], work: Callable[[Sequence[Item]], Sequence[Result]]
    ) -> Iterator[Result]:
        """The results of `work`, one by one. Raises DeviceMemoryError where a single item is too much."""
        done, made_room = 0, False
        while done < len(items):
            batch = items[done : done + self.size]
            try:
                results = work(batch)
            except (RuntimeError, MemoryError) as error:
                if not self._host.is_out_of_memory(error):
                    raise
                if made_room and len(batch) == 1:
                    raise DeviceMemoryError(
                        "The device has too little memory even for one frame at a time: close what else "
                        "uses it, choose half precision in the loader, or run on the CPU."
                    ) from error
                if made_room:
                    self.size = len(batch) // 2
            else:
                yield from results
                done, made_room = done + len(batch), False
                continue
            # Outside the except clause: the traceback kept the failed batch's tensors alive.
            self._host.free_memory()
            made_room = True
