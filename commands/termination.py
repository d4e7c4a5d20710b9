"""An end that the system asks for: SIGTERM, and SIGHUP when the terminal is closed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

# Windows has no SIGHUP.
_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_FIRST_CODE = 128  # of shells: this and the signal's number


class Terminated(KeyboardInterrupt):
    """Raised wherever the main thread is, so that what is half done is deleted on the way out. code: for the
    program to exit with."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.code = _FIRST_CODE + signum


@contextmanager
def terminable() -> Iterator[None]:
    """Within the block these signals raise Terminated, once; what was ignored (nohup) stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {each: signal.getsignal(each) for each in _SIGNALS}
    heard = [each for each, handler in previous.items() if handler == signal.SIG_DFL]
    for each in heard:
        signal.signal(each, _raise)
    try:
        yield
    finally:
        for each in heard:
            signal.signal(each, previous[each])


def _raise(signum: int, frame: FrameType | None) -> NoReturn:
    # What is being deleted is to be deleted whole.
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Terminated(signum)
