"""VIDEOs that show something else than their file: cropped, resized or joined by ComfyUI, to be applied by
whoever reads them. Known by their methods: 0.30 has none of them."""

from __future__ import annotations

import errno
import hashlib
import inspect
from io import BytesIO
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from av.error import FFmpegError
from comfy_api.latest import InputImpl, Types

from ..engine.errors import OutputError, VideoError
from ..engine.host.comfy import ComfyHost
from ..engine.host.discard import discard_with
from .requirements import engine_imports

if TYPE_CHECKING:
    from ..engine.media.video import VideoSource

# Near-lossless H.264, quick to write.
_QUALITY = {"crf": 10, "preset": "veryfast"}
# One for each VIDEO, whoever it is wired to: the same key for all, and one encode.
_sources: WeakKeyDictionary[Any, VideoSource] = WeakKeyDictionary()


def is_unsaved(video: Any) -> bool:
    """Whether the stream of a VIDEO isn't what it shows."""
    return _is_list(video) or _is_edited(video)


def is_odd(video: Any) -> bool:
    """Whether one that is cropped or resized has a side of odd length, which H.264 can't store."""
    return not _is_list(video) and any(side % 2 for side in video.get_dimensions())


def saved_source(video: Any) -> VideoSource:
    """The VIDEO as it is shown, with its sound, in a temporary file that lives as long as the source.

    Raises VideoError where ComfyUI can't apply the edits, OutputError where the disk is full."""
    with engine_imports():
        from ..engine.media.video import VideoSource
    source = _sources.get(video)
    if source is not None:
        return source
    path = ComfyHost().temp_file(".mp4")
    try:
        video.save_to(str(path), format=Types.VideoContainer.MP4, **_encoding(video))
        source = VideoSource(path)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise OutputError(
                f"The edited video can't be stored in {path.parent} ({error.strerror}): make room on that "
                "disk."
            ) from error
        if isinstance(error, OSError | ValueError | FFmpegError):
            raise VideoError(
                f"ComfyUI can't apply the edits of the video ({error}): save it with Save Video and load the "
                "file."
            ) from error
        raise
    # Encoders don't write the same bytes each time: what was encoded, and how it was edited, does for a key.
    source.key = hashlib.blake2b(repr(_identity(video)).encode(), digest_size=16).hexdigest()
    source.notes = ("ComfyUI's edits of the video are applied in a copy of it, made in high quality.",)
    discard_with(source, path)
    _sources[video] = source
    return source


def trim_window(video: Any) -> tuple[float, float]:
    """Start and duration in seconds; duration 0: to the end."""
    return video.get_active_trim_window() if hasattr(video, "get_active_trim_window") else (0.0, 0.0)


def _is_list(video: Any) -> bool:
    """Several in a row, whose stream would be put together in memory."""
    kind = getattr(InputImpl, "VideoFromList", None)
    return kind is not None and isinstance(video, kind)


def _is_edited(video: Any) -> bool:
    if hasattr(video, "has_pending_frame_edits"):
        return bool(video.has_pending_frame_edits())
    if not hasattr(video, "as_cropped"):
        return False
    # The first versions that crop don't tell; without a crop the size is the stream's own.
    with engine_imports():
        from ..engine.media.container import MediaFile
    with MediaFile(video.get_stream_source()).pictures() as (_, stream):
        return tuple(video.get_dimensions()) != (stream.width, stream.height)


def _identity(video: Any) -> list[Any]:
    """What decides on the pictures: the file's, and whatever else the VIDEO holds but sound and buffers."""
    from ..engine.media.video import VideoSource

    if _is_list(video):
        return [_identity(part) for part in video.videos]
    stream = video.get_stream_source()
    edits = [
        (name, value)
        for name, value in sorted(vars(video).items())
        if value is not stream and not isinstance(value, BytesIO | dict)
    ]
    return [VideoSource(stream).key, edits]


def _encoding(video: Any) -> dict[str, Any]:
    """Options of `save_to`. Parts of a list that are whole are copied, which loses nothing."""
    if _is_list(video) and not any(_is_edited(part) or any(trim_window(part)) for part in video.videos):
        return {"codec": Types.VideoCodec.AUTO}
    known = inspect.signature(video.save_to).parameters
    return {"codec": Types.VideoCodec.H264} | {name: _QUALITY[name] for name in _QUALITY if name in known}
