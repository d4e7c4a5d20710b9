"""Silence on standard error, but for what this program itself says there."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_STDERR = 2


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Within the block, what libraries write is dropped: LiteRT, FFmpeg and others write to the descriptor
    itself, past Python. What is printed to `sys.stderr` still comes out; warnings and logs below errors
    don't."""
    usual = sys.stderr
    try:
        saved = os.dup(_STDERR)
    except OSError:  # it is closed already
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    own = None
    if _is_descriptor(usual):
        usual.flush()
        own = os.fdopen(os.dup(saved), "w", encoding=usual.encoding, errors=usual.errors, buffering=1)
        sys.stderr = own
    os.dup2(nowhere, _STDERR)
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
        os.dup2(saved, _STDERR)
        sys.stderr = usual
        for descriptor in (saved, nowhere):
            os.close(descriptor)
        if own is not None:
            with suppress(OSError):
                own.close()


def _is_descriptor(stream: object) -> bool:
    """Whether it writes to standard error, and not to a test's memory."""
    try:
        return stream.fileno() == _STDERR  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return False
