"""The boxes of an MP4, and what FFmpeg doesn't let be said in them: which of its tracks players show
unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

# Handlers of subtitles (ISO/IEC 14496-12 and QuickTime).
_SUBTITLES = (b"sbtl", b"text", b"subt")
_ENABLED = 1  # of the flags in tkhd


def leave_subtitles_off(path: Path) -> None:
    """Have no subtitle track of a whole MP4 or MOV shown until it is asked for: FFmpeg enables the first of
    each kind whatever its disposition is. Raises OSError."""
    with path.open("r+b") as file:
        end = file.seek(0, 2)
        for kind, start, stop in boxes(file, 0, end):
            if kind == b"moov":
                for trak, inner, past in boxes(file, start, stop):
                    if trak == b"trak" and _handler(file, inner, past) in _SUBTITLES:
                        _disable(file, inner, past)


def _handler(file: BinaryIO, start: int, stop: int) -> bytes:
    for kind, inner, past in boxes(file, start, stop):
        if kind == b"mdia":
            for each, at, _ in boxes(file, inner, past):
                if each == b"hdlr":
                    file.seek(at + 8)
                    return file.read(4)
    return b""


def _disable(file: BinaryIO, start: int, stop: int) -> None:
    for kind, at, _ in boxes(file, start, stop):
        if kind == b"tkhd":
            # A byte for the version, three for the flags.
            file.seek(at + 3)
            (flags,) = file.read(1)
            file.seek(at + 3)
            file.write(bytes([flags & ~_ENABLED]))


def boxes(file: BinaryIO, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind of each box, where its content begins, and where the box ends."""
    at = start
    while at + 8 <= stop:
        file.seek(at)
        size, kind = int.from_bytes(file.read(4), "big"), file.read(4)
        head = 8
        if size == 1:
            size, head = int.from_bytes(file.read(8), "big"), 16
        past = stop if size == 0 else at + size
        if past < at + head or past > stop:
            return
        yield kind, at + head, past
        at = past
