"""Seconds per stage of code that runs as it always does."""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

# Ends the names of stages that other threads than the stopwatch's own were in.
BESIDE = " (beside the rest)"


class Stopwatch:
    """Wall-clock seconds by stage name, exclusive: time in a stage that another one calls is the callee's.

    Each thread has its own time line; what other threads than the one that made it do is counted apart.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._home = threading.get_ident()
        self._lock = threading.Lock()
        self._local = threading.local()

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        running = self._running()
        self._charge()
        running.append(name)
        try:
            yield
        finally:
            self._charge()
            running.pop()

    def watch(self, owner: Any, attribute: str, name: str) -> contextlib.AbstractContextManager[Any]:
        """Count all calls of `owner.attribute` as a stage in the block; of a generator, its steps too."""
        return mock.patch.object(owner, attribute, self._timed(getattr(owner, attribute), name))

    def _timed(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*args: Any, **keywords: Any) -> Any:
            with self.stage(name):
                result = function(*args, **keywords)
            return self._steps(result, name) if inspect.isgenerator(result) else result

        return timed

    def _steps(self, steps: Iterator[Any], name: str) -> Iterator[Any]:
        end = object()
        while True:
            with self.stage(name):
                step = next(steps, end)
            if step is end:
                return
            yield step

    def _running(self) -> list[str]:
        if not hasattr(self._local, "running"):
            self._local.running, self._local.mark = [], time.perf_counter()
        return self._local.running

    def _charge(self) -> None:
        """The time since the last change belongs to the innermost stage."""
        now = time.perf_counter()
        if running := self._running():
            name = running[-1] if threading.get_ident() == self._home else running[-1] + BESIDE
            with self._lock:
                self.seconds[name] = self.seconds.get(name, 0.0) + now - self._local.mark
        self._local.mark = now

    def rest(self, seconds: float) -> float:
        """What of a time is in no stage of the stopwatch's own thread."""
        return seconds - sum(spent for name, spent in self.seconds.items() if not name.endswith(BESIDE))
