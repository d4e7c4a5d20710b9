"""One H.264 + AAC MP4, MOV or MKV in a single encode, while the frames are still being made."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType

import av
from av.codec.context import Flags
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from ..errors import OutputError
from ..partial import PartialFile
from ..unwritable import unwritable
from .coded_sound import CodedSound
from .creation_time import moment_of, set_creation_time
from .frames import Colour, Frame
from .mp4_boxes import leave_subtitles_off
from .sound import Sound
from .tracks import CopiedSound, EncodedSound, Subtitle, SubtitleTrack, Track

_FINE = 90_000
# A backend hands over a chunk of frames at once: the encoder works on them while the next is made.
_WAITING_FRAMES = 20
# Seconds between two whole pictures at most, and of a still, whose bits also go where they last the longest
# (macroblock trees, which ultrafast gives up). A minute of one of 1432 x 1432 whose mouth moves takes 10 MB
# so at CRF 12, and 63 MB as footage is written; the mouth's PSNR against that is 48 dB.
_GOP, _STILL_GOP = 2, 10
# What ultrafast gives up that costs little time. Against veryfast at CRF 12 and 18 on 720p footage: a third
# less time, 0.3 to 0.7 dB more PSNR, 7 to 23 % more bits.
_X264 = "cabac=1:subme=1:me=dia:deblock=0,0"
# FFmpeg's name of the container, and its options, by the file's ending.
_AT_FRONT = {"movflags": "+faststart"}
_CONTAINERS = {".mp4": ("mp4", _AT_FRONT), ".mov": ("mov", _AT_FRONT), ".mkv": ("matroska", {})}
CONTAINERS = tuple(_CONTAINERS)
# What an MP4 has no place for but among QuickTime's keys.
_MDTA = {"make", "model"}


def check_container(path: Path) -> None:
    """Raises OutputError for a name whose ending is none of CONTAINERS."""
    if path.suffix.lower() not in CONTAINERS:
        raise OutputError(
            f'"{path}" has no ending of a video that can be written: choose one of {", ".join(CONTAINERS)}.'
        )


def encoder_setting() -> str:
    """What decides on how frames are coded beside a clip's own options: parts of one clip need the same."""
    return f"PyAV {av.__version__}, {sorted(av.library_versions.items())}, {_X264}, {_GOP}, {_STILL_GOP}"


class Mp4Writer:
    """Writes frames as they come; encoding runs on a thread of its own, beside whatever makes the next frame.

    path: the file, whose ending decides on the container; until all is well it is a PartialFile beside it,
    which is deleted on any exception. size: even width and height of the planes; aspect: of their samples.
    fps: exact; with `variable` each frame starts at its own pts instead (rounded to 1/90000 s, in Matroska to
    1/1000 s). sound: cut or padded with silence to `duration`, which is also where the last frame ends; one
    that is coded already is copied; None for a silent film. colour: tags of all frames. subtitles: in order
    of time, a track that players can switch on, in `language` (ISO 639-2, such as "eng"). metadata: by
    FFmpeg's names; what the container has no place for is left out. still: most of the picture never changes,
    so that whole pictures may come farther apart. default_subtitles: whether players show them unasked.

    The planes of a frame belong to the writer from `write` on. Raises OutputError, from `write` or at the
    end.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        size: tuple[int, int],
        fps: Fraction,
        colour: Colour,
        sound: Sound | CodedSound | None,
        duration: Fraction,
        crf: int = 12,
        variable: bool = False,
        subtitles: Sequence[Subtitle] = (),
        language: str = "",
        aspect: Fraction = Fraction(1),
        metadata: Mapping[str, str] | None = None,
        still: bool = False,
        default_subtitles: bool = True,
    ) -> None:
        self._path = Path(path)
        check_container(self._path)
        self._format, self._container_options = _CONTAINERS[self._path.suffix.lower()]
        self._metadata = metadata or {}
        # What is written when all else is.
        self._made: datetime | None = None
        self._size, self._fps, self._colour, self._aspect = size, fps, colour, aspect
        self._sound, self._duration, self._still = sound, duration, still
        self._default_subtitles = default_subtitles
        speed = {"preset": "veryfast"} if still else {"preset": "ultrafast", "x264-params": _X264}
        self._options = {"crf": str(crf), **speed}
        self._time_base = Fraction(1, _FINE) if variable else 1 / fps
        self._queue: Queue[Frame | None] = Queue(_WAITING_FRAMES)
        self._failure: Exception | None = None
        self._abandoned = False
        self._subtitles, self._language = subtitles, language
        self._tracks: list[Track] = []
        self._held: Frame | None = None
        self.frames = 0

    def __enter__(self) -> Mp4Writer:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(self._path))
            self._part = PartialFile(self._path)
        except OSError as error:
            raise unwritable(self._path, error) from error
        try:
            # Without its protocol a name with a colon would be taken for one.
            options, metadata = dict(self._container_options), dict(self._metadata)
            if self._format == "mp4" and metadata.keys() & _MDTA:
                options["movflags"] += "+use_metadata_tags"
                self._made = moment_of(metadata.get("creation_time", ""))
                if self._made is not None:
                    del metadata["creation_time"]
            file = f"file:{self._part.path}"
            self._container = av.open(file, "w", format=self._format, options=options)
            self._container.metadata.update(metadata)
            self._add_streams()
        except BaseException as error:
            self._part.discard()
            if isinstance(error, (av.error.FFmpegError, OSError)):
                raise unwritable(self._path, error) from error
            raise
        self._thread = Thread(target=self._work, name="Mp4Writer", daemon=True)
        self._thread.start()
        return self

    def write(self, frame: Frame) -> None:
        """Queue the next frame; waits while the queue is full."""
        self._raise_failure()
        self._queue.put(frame)
        self.frames += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        whole = False
        try:
            if kind is None:
                self._queue.put(None)
                self._thread.join()
                self._finish()
                whole = True
        finally:
            if not whole:
                self._abandon()
            for track in self._tracks:
                track.close()

    def _finish(self) -> None:
        self._raise_failure()
        if self.frames == 0:
            raise OutputError(f'"{self._path}" was not written because there were no frames.')
        try:
            self._container.close()
            if self._subtitles and not self._default_subtitles and self._format in ("mp4", "mov"):
                leave_subtitles_off(self._part.path)
            if self._made is not None:
                set_creation_time(self._part.path, self._made)
            self._part.commit()
        except (av.error.FFmpegError, OSError) as error:
            raise unwritable(self._path, error) from error

    def _abandon(self) -> None:
        self._abandoned = True
        self._queue.put(None)
        self._thread.join()
        with suppress(av.error.FFmpegError, OSError):
            self._container.close()
        self._part.discard()

    def _raise_failure(self) -> None:
        if isinstance(self._failure, (av.error.FFmpegError, OSError)):
            raise unwritable(self._path, self._failure) from self._failure
        if self._failure is not None:
            raise self._failure

    def _add_streams(self) -> None:
        self._video = self._add_video()
        if isinstance(self._sound, CodedSound):
            self._tracks.append(CopiedSound(self._container, self._sound, self._duration))
        elif self._sound is not None:
            self._tracks.append(EncodedSound(self._container, self._sound, self._duration))
        if self._subtitles:
            self._tracks.append(
                SubtitleTrack(
                    self._container,
                    self._subtitles,
                    self._language,
                    self._format,
                    default=self._default_subtitles,
                )
            )

    def _add_video(self) -> VideoStream:
        video = self._container.add_stream("libx264", rate=self._fps, options=self._options)
        video.width, video.height = self._size
        video.pix_fmt = "yuv420p"
        video.time_base = self._time_base
        context = video.codec_context
        context.time_base = self._time_base
        # Reordered pictures would make the track's end follow decoding order, and the next stage seeks often.
        context.max_b_frames = 0
        context.flags |= Flags.frame_duration
        context.gop_size = max(round((_STILL_GOP if self._still else _GOP) * self._fps), 1)
        context.colorspace = self._colour.matrix
        context.color_primaries = self._colour.primaries
        context.color_trc = self._colour.transfer
        # Players take what says nothing for square.
        context.sample_aspect_ratio = self._aspect
        context.color_range = ColorRange.JPEG if self._colour.full_range else ColorRange.MPEG
        return video

    def _work(self) -> None:
        while (frame := self._queue.get()) is not None:
            if self._failure is None and not self._abandoned:
                self._guarded(self._take, frame)
        if self._failure is None and not self._abandoned:
            self._guarded(self._flush)

    def _guarded(self, step: Callable[..., None], *args: Frame) -> None:
        """Errors wait here for the thread that can raise them to somebody."""
        try:
            step(*args)
        except Exception as error:
            self._failure = error

    def _take(self, frame: Frame) -> None:
        """Encode the frame before, now that its end is known."""
        if self._held is not None:
            self._encode(self._held, frame.pts)
        self._held = frame

    def _flush(self) -> None:
        if self._held is not None:
            self._encode(self._held, self._duration)
        self._end_pictures()
        for track in self._tracks:
            track.until(self._duration)
            track.finish()

    def _end_pictures(self) -> None:
        self._container.mux(self._video.encode(None))

    def _encode(self, frame: Frame, end: Fraction) -> None:
        for track in self._tracks:
            track.until(frame.pts)
        self._put(frame, end)

    def _put(self, frame: Frame, end: Fraction) -> None:
        # A copy: `from_numpy_buffer` takes rows // 6 * 4 for the height, wrong where that is 2 mod 4.
        picture = av.VideoFrame.from_ndarray(frame.planes, format="yuv420p")
        picture.time_base = self._time_base
        picture.pts = round(frame.pts / self._time_base)
        picture.duration = round(end / self._time_base) - picture.pts
        self._container.mux(self._video.encode(picture))
