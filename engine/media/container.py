"""Opening media files with PyAV, from disk or from memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike, fspath

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from ..errors import VideoError

MediaInput = str | PathLike[str] | io.BytesIO


class MediaFile:
    """A file on disk or in memory that can be opened any number of times at once.

    A BytesIO has one cursor for all its readers, so each opening gets a view of its own on the same bytes
    (CPython shares them until someone writes).
    """

    def __init__(self, source: MediaInput) -> None:
        self._data: bytes | None = None
        if isinstance(source, io.BytesIO):
            self._data = source.getvalue()
            self.name = "the video in memory"
        else:
            self._path = fspath(source)
            self.name = f'"{self._path}"'

    @contextmanager
    def open(self) -> Iterator[InputContainer]:
        """Raises av.error.FFmpegError (an OSError too where the file itself is at fault)."""
        file = self._path if self._data is None else io.BytesIO(self._data)
        with av.open(file, mode="r", metadata_errors="ignore") as container:
            yield container

    @contextmanager
    def pictures(self) -> Iterator[tuple[InputContainer, VideoStream]]:
        """Open and pick the first video stream that isn't cover art; raises VideoError."""
        try:
            with self.open() as container:
                for stream in container.streams.video:
                    if stream.codec_context is not None and not stream.disposition & ATTACHED_PICTURE:
                        stream.thread_type = "AUTO"
                        try:
                            yield container, stream
                        finally:
                            # Freeing a codec waits for its threads with the GIL held, and one that logs waits
                            # for the GIL (torchvision turns PyAV's log on). Flushing waits without it.
                            stream.codec_context.flush_buffers()
                        return
                raise VideoError(f"{self.name} has no video that can be decoded; choose another file.")
        except FileNotFoundError as error:
            raise VideoError(f"{self.name} doesn't exist; choose a video that does.") from error
        except (av.error.FFmpegError, OSError) as error:
            raise VideoError(f"{self.name} can't be read as a video ({reason(error)}); "
                             "choose a file that plays, or convert it to MP4.") from error


ATTACHED_PICTURE = av.stream.Disposition.attached_pic


def reason(error: Exception) -> str:
    """FFmpeg's own words for what went wrong."""
    return getattr(error, "strerror", None) or str(error)
