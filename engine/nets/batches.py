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
    help, the size is halved for good.

    padded: the last item is repeated until there are one, half of them or all, so that a network which is
    compiled for each size of batch meets three."""

    def __init__(self, size: int, host: Host, *, padded: bool = False) -> None:
        self.size = max(1, size)
        self._host = host
        self._padded = padded

    def run(
        self, items: Sequence[Item], work: Callable[[Sequence[Item]], Sequence[Result]]
    ) -> Iterator[Result]:
        """The results of `work`, one by one. Raises DeviceMemoryError where a single item is too much."""
        done, made_room = 0, False
        while done < len(items):
            wanted = items[done : done + self.size]
            batch = [*wanted, *[wanted[-1]] * self._missing(len(wanted))]
            try:
                results = work(batch)[: len(wanted)]
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
                done, made_room = done + len(wanted), False
                continue
            # Outside the except clause: the traceback kept the failed batch's tensors alive.
            self._host.free_memory()
            made_room = True

    def _missing(self, count: int) -> int:
        if not self._padded:
            return 0
        return next(size for size in (1, -(-self.size // 2), self.size) if size >= count) - count
