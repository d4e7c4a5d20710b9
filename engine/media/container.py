"""Opening media files with PyAV, from disk or from memory."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike, fspath
from typing import BinaryIO

import av
import cv2
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from ..errors import AudioError, VideoError

_EBML, _SEGMENT = bytes.fromhex("1a45dfa3"), bytes.fromhex("18538067")

MediaInput = str | PathLike[str] | io.BytesIO


class MediaFile:
    """A file on disk or in memory that can be opened any number of times at once.

    A BytesIO has one cursor for all its readers, so each opening gets a view of its own on the same bytes
    (CPython shares them until someone writes). name: of what is in memory.
    """

    def __init__(self, source: MediaInput, name: str = "the video in memory") -> None:
        self._data: bytes | None = None
        if isinstance(source, io.BytesIO):
            self._data = source.getvalue()
            self.name = name
        else:
            self._path = fspath(source)
            self.name = f'"{self._path}"'

    @contextmanager
    def open(self) -> Iterator[InputContainer]:
        """Raises av.error.FFmpegError (an OSError too where the file itself is at fault)."""
        # Without its protocol a name with a colon would be taken for one.
        file = f"file:{self._path}" if self._data is None else io.BytesIO(self._data)
        with av.open(file, mode="r", metadata_errors="ignore") as container:
            yield container

    def raw(self) -> BinaryIO:
        """The bytes themselves, to be closed by the caller; raises OSError."""
        return open(self._path, "rb") if self._data is None else io.BytesIO(self._data)

    @property
    def identity(self) -> tuple[object, ...] | None:
        """What changes when the file does (path, size, time of change); None in memory, or where it can't be
        told."""
        if self._data is not None:
            return None
        try:
            state = os.stat(self._path)
        except OSError:
            return None
        return os.path.abspath(self._path), state.st_size, state.st_mtime_ns, state.st_ino

    @property
    def size(self) -> int:
        """Bytes; 0 where that can't be told."""
        if self._data is not None:
            return len(self._data)
        try:
            return os.stat(self._path).st_size
        except OSError:
            return 0

    def has_cut_box(self) -> bool:
        """Whether the last box of an MP4 or MOV says that it goes on beyond the file's end (ISO/IEC 14496-12,
        4.2: 32-bit size and type, size 1: 64-bit size follows, size 0: to the end)."""
        with self.raw() as file:
            end = file.seek(0, io.SEEK_END)
            position = 0
            while position + 8 <= end:
                file.seek(position)
                header = file.read(16)
                size = int.from_bytes(header[:4], "big")
                if size == 1:
                    size = int.from_bytes(header[8:], "big")
                if size == 0:
                    return False
                position += max(size, 8)
            return position > end

    def has_cut_segment(self) -> bool:
        """Whether the segment of a Matroska or WebM says that it goes on beyond the file's end (RFC 8794, 4
        to 6: an element is an id, a size whose first byte's zeros say how long it is, and that many bytes;
        all ones: nobody knows, as while it is recorded)."""
        try:
            with self.raw() as file:
                end = file.seek(0, io.SEEK_END)
                file.seek(0)
                for wanted in (_EBML, _SEGMENT):
                    if file.read(4) != wanted:
                        return False
                    first = file.read(1)[0]
                    more = 8 - first.bit_length()
                    unknown = (1 << 7 * (more + 1)) - 1
                    size = int.from_bytes(bytes([first]) + file.read(more), "big") & unknown
                    if size == unknown:
                        return False
                    if wanted == _EBML:
                        file.seek(size, io.SEEK_CUR)
                return file.tell() + size > end
        except (OSError, IndexError, ValueError):
            return False

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
            raise VideoError(
                f"{self.name} can't be read as a video ({reason(error)}); "
                "choose a file that plays, or convert it to MP4."
            ) from error


@contextmanager
def converting(name: str) -> Iterator[None]:
    """What FFmpeg, NumPy and OpenCV raise in the block, over a decoded picture that can't be meant, becomes a
    VideoError."""
    try:
        yield
    except (av.error.FFmpegError, OSError, ValueError, OverflowError, MemoryError, cv2.error) as error:
        cause = " ".join(reason(error).split()) or type(error).__name__
        raise VideoError(
            f"{name} holds a picture that can't be used ({cause}); convert it again, or choose another file."
        ) from error


ATTACHED_PICTURE = av.stream.Disposition.attached_pic
DEFAULT = av.stream.Disposition.default


def sound_stream(
    container: InputContainer, track: int | None = None, name: str = "The file"
) -> AudioStream | None:
    """The audio stream that is heard: `track` (1 for the first), else the one marked as default, else the
    first; None where none can be decoded. Raises AudioError for a track that isn't there."""
    # Streams without a decoder have no codec context; decoding their packets would crash.
    streams = container.streams.audio
    usable = [stream for stream in streams if stream.codec_context]
    if track is None:
        return next((stream for stream in usable if stream.disposition & DEFAULT), next(iter(usable), None))
    if not 1 <= track <= len(streams) or streams[track - 1] not in usable:
        raise AudioError(
            f"{name} has no audio track {track} that can be decoded; it has {len(streams)}: choose another."
        )
    return streams[track - 1]


def reason(error: Exception) -> str:
    """FFmpeg's own words for what went wrong."""
    return getattr(error, "strerror", None) or str(error)
