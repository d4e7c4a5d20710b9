"""ComfyUI's own values to the engine's."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import torch
from comfy_api.latest import InputImpl, io

from ..engine.errors import VideoError
from .requirements import engine_imports
from .unsaved_video import is_odd, is_unsaved, saved_source, trim_window

if TYPE_CHECKING:
    from ..engine.host.protocol import Host
    from ..engine.media.sound import Sound
    from ..engine.media.source import Source


def source_input(tooltip: str) -> io.Input:
    return io.MultiType.Input("source", types=[io.Video, io.Image], tooltip=tooltip)


def fps_input() -> io.Input:
    return io.Float.Input(
        "fps",
        default=25.0,
        min=1.0,
        max=240.0,
        step=0.001,
        optional=True,
        advanced=True,
        tooltip="Frame rate of an IMAGE source. A VIDEO brings its own.",
    )


def to_source(value: Any, fps: float, host: Host | None = None) -> Source:
    """A VIDEO (file-backed ones are streamed) or an IMAGE batch [B, H, W, C]. host: as in VideoSource. Raises
    VideoError, and OutputError where an edited one finds no room."""
    with engine_imports():
        from ..engine.media.images import ImageSource
        from ..engine.media.video import VideoSource
    if isinstance(value, torch.Tensor):
        return ImageSource(value, fps)
    if value is None:
        raise VideoError("The source is empty: connect a video or an image.")
    # The stream of the one would be a lossy encode made in memory; the pictures are there already.
    made = isinstance(value, InputImpl.VideoFromComponents)
    if made or (is_unsaved(value) and is_odd(value)):
        components = value.get_components()
        return ImageSource(components.images, Fraction(components.frame_rate), components.audio)
    if is_unsaved(value):
        return saved_source(value)
    return VideoSource(value.get_stream_source(), *trim_window(value), host=host)


def to_sound(audio: Mapping[str, Any] | None) -> Sound:
    """An AUDIO. Raises AudioError."""
    with engine_imports():
        from ..engine.media.sound import Sound
    return Sound.from_waveform(audio)
