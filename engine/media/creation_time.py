"""When a recording was made, in the boxes of an MP4 that have a place for it (ISO/IEC 14496-12, 8.2.2, 8.3.2,
8.4.2): beside QuickTime's keys FFmpeg's muxer would write it into those, too, and players show it twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from .mp4_boxes import boxes

_SINCE = datetime(1904, 1, 1, tzinfo=UTC)
_WITHIN = {b"moov", b"trak", b"mdia"}
_TIMED = {b"mvhd", b"tkhd", b"mdhd"}


def moment_of(text: str) -> datetime | None:
    """Of FFmpeg's `creation_time`, as ISO 8601 has it; one without an offset is taken for UTC. None for
    other texts, and for what the boxes can't hold."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if 0 < (moment - _SINCE).total_seconds() < 1 << 32 else None


def set_creation_time(path: Path, moment: datetime) -> None:
    """In a whole MP4, in place. Raises OSError."""
    seconds = int((moment - _SINCE).total_seconds())
    with path.open("r+b") as file:
        end = file.seek(0, 2)
        for at in _timed_boxes(file, 0, end):
            file.seek(at)
            size = 8 if file.read(1) == b"\1" else 4
            file.seek(at + 4)
            file.write(2 * seconds.to_bytes(size, "big"))


def _timed_boxes(file: BinaryIO, start: int, stop: int) -> Iterator[int]:
    """Where the contents of each begin."""
    for kind, inner, past in boxes(file, start, stop):
        if kind in _WITHIN:
            yield from _timed_boxes(file, inner, past)
        elif kind in _TIMED:
            yield inner
