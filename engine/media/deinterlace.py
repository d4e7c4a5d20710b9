"""Interlaced footage as whole pictures, one for each frame: FFmpeg's bwdif."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction

import av

from .facts import FieldOrder

_PARITY = {"top field first": "tff", "bottom field first": "bff", "progressive": "auto"}
_BASE = Fraction(1, 25)


class Deinterlacer:
    """Pictures of one stream, which come out in order with what they came in with.

    options: of bwdif, beside the mode. order: of a stream that says so where its pictures don't. A picture
    that isn't interlaced passes as it is. One that is depends on itself and its neighbours, so a reader that
    starts in the middle begins one before.
    """

    def __init__(self, options: str, order: FieldOrder) -> None:
        self._options, self._order = options, order
        self._waiting: deque[int] = deque()
        self._graph: av.filter.Graph | None = None
        self._kind: tuple[int, int, str] | None = None
        self._before: av.VideoFrame | None = None
        self._count = 0

    def feed(self, index: int, picture: av.VideoFrame) -> Iterator[tuple[int, av.VideoFrame]]:
        """What is ready now; a picture is as soon as its neighbour is known."""
        kind = picture.width, picture.height, picture.format.name
        if self._graph is not None and kind != self._kind:
            yield from self.flush()
            self._before = None
        if self._graph is None:
            if not self._needed(picture):
                self._before = picture
                yield index, picture
                return
            self._start(picture, kind)
        self._waiting.append(index)
        self._push(picture)
        yield from self._ready()

    def flush(self) -> Iterator[tuple[int, av.VideoFrame]]:
        """What waits for a neighbour that doesn't come."""
        if self._graph is not None:
            self._graph.vpush(None)
            yield from self._ready()
            self._graph = None

    @property
    def at_work(self) -> bool:
        """Whether a picture has needed it."""
        return self._graph is not None

    def _needed(self, picture: av.VideoFrame) -> bool:
        return picture.interlaced_frame or self._all

    @property
    def _all(self) -> bool:
        return "all" in self._options

    def _start(self, picture: av.VideoFrame, kind: tuple[int, int, str]) -> None:
        self._graph, self._kind = av.filter.Graph(), kind
        source = self._graph.add_buffer(
            width=picture.width, height=picture.height, format=picture.format, time_base=_BASE
        )
        # What a picture says of itself goes before what the stream says.
        parity = "auto" if picture.interlaced_frame else _PARITY[self._order]
        filter_ = self._graph.add("bwdif", f"mode=send_frame:parity={parity}:{self._options}")
        sink = self._graph.add("buffersink")
        source.link_to(filter_)
        filter_.link_to(sink)
        self._graph.configure()
        if self._before is not None:
            # It has been handed out as it was.
            self._waiting.append(-1)
            self._push(self._before)
            self._before = None

    def _push(self, picture: av.VideoFrame) -> None:
        assert self._graph is not None
        picture.pts, picture.time_base = self._count, _BASE
        self._count += 1
        self._graph.vpush(picture)

    def _ready(self) -> Iterator[tuple[int, av.VideoFrame]]:
        assert self._graph is not None
        while True:
            try:
                picture = self._graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            index = self._waiting.popleft()
            if index != -1:
                yield index, picture
