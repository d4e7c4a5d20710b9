"""Work in batches that shrink when the device's memory doesn't hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import torch

from ..errors import DeviceMemoryError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batches:
    """size: items at once; halved for good whenever the device runs out of memory."""

    def __init__(self, size: int) -> None:
        self.size = max(1, size)

    def run(
        self, items: Sequence[Item], work: Callable[[Sequence[Item]], Sequence[Result]]
    ) -> Iterator[Result]:
        """The results of `work`, one by one. Raises DeviceMemoryError where a single item is too much."""
        done = 0
        while done < len(items):
            batch = items[done : done + self.size]
            try:
                results = work(batch)
            except RuntimeError as error:
                if not _out_of_memory(error):
                    raise
                if len(batch) == 1:
                    raise DeviceMemoryError(
                        "The device has too little memory even for one frame at a time: close what else "
                        "uses it, choose half precision in the loader, or run on the CPU."
                    ) from error
                self.size = len(batch) // 2
            else:
                yield from results
                done += len(batch)
                continue
            # Outside the except clause: the traceback kept the failed batch's tensors alive.
            _empty_cache()


def _out_of_memory(error: RuntimeError) -> bool:
    """Metal and some allocators raise a plain RuntimeError."""
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in str(error).lower()


def _empty_cache() -> None:
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
