"""Digests of files, in the two kinds that hubs publish."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..host.protocol import Host

_BLOCK = 1 << 20
_SHOWN = 20_000_000  # bytes; smaller files are read in no time
_SHA256_DIGITS = 64


def digest(path: Path, host: Host, stage: str, *, like: str = "0" * _SHA256_DIGITS) -> str:
    """The file's digest in hexadecimal, of the kind of `like`: SHA-256 (64 digits), which hubs publish of
    large files, or git's blob SHA-1 (40 digits), which is what they publish of small ones.

    Shows its progress in bytes and can be cancelled, if the file is large."""
    total = path.stat().st_size
    if len(like) == _SHA256_DIGITS:
        state = hashlib.sha256()
    else:
        # Not for security here: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
        state = hashlib.sha1(b"blob %d\0" % total, usedforsecurity=False)
    done = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            state.update(block)
            done += len(block)
            if total >= _SHOWN:
                host.progress(stage, done, total, unit="bytes")
    return state.hexdigest()
