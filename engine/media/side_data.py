"""What comes with a decoded picture beside its pixels."""

from __future__ import annotations

from typing import Any, cast

import av

# FFmpeg's PNG decoders give a profile its name, which PyAV frees although it is the picture's (18.1): a crash
# later on. Besides a profile PNG has little there, and its orientation is in its EXIF.
_UNSAFE = {"png", "apng"}


def side_data_of(picture: av.VideoFrame, kind: str, codec: str) -> bytes | None:
    """Of a kind (`AV_FRAME_DATA_…`), where it is there and can be had. codec: the decoder's name."""
    if codec in _UNSAFE:
        return None
    try:
        return bytes(cast(Any, picture.side_data)[kind])
    except (KeyError, ValueError):
        return None  # ValueError: PyAV has none at all beside a kind that it doesn't know, such as EXIF
