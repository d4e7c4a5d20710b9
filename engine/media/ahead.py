"""Items made on a thread of their own while those before them are worked on."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from queue import Full, Queue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")

# How long the maker waits for room before it looks whether anyone still wants its items, in seconds.
_PATIENCE = 0.1


def read_ahead(items: Iterator[T], depth: int) -> Generator[T, None, None]:
    """The items in order, up to `depth` of them made in advance; raises where making one raises.

    Closing it (contextlib.closing) ends the thread and closes `items`, which nobody else may touch meanwhile.
    """
    line: Queue[tuple[T | None, BaseException | None]] = Queue(depth)
    wanted = True

    def put(item: T | None, error: BaseException | None) -> bool:
        while wanted:
            try:
                line.put((item, error), timeout=_PATIENCE)
                return True
            except Full:
                continue
        return False

    def make() -> None:
        try:
            for item in items:
                if not put(item, None):
                    return
            put(None, StopIteration())
        except BaseException as error:  # noqa: B036 (handed to the reader, who raises it)
            put(None, error)
        finally:
            if isinstance(items, Generator):
                items.close()

    thread = Thread(target=make, name="read-ahead", daemon=True)
    thread.start()
    try:
        while True:
            item, error = line.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]
    finally:
        wanted = False
        thread.join()
