"""Lyrics burnt into a whole clip, frame by frame."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from PIL import Image

from ..align.words import WordTimings
from ..engine.host.protocol import Host
from ..engine.media.colour import small_rgb
from ..engine.media.source import Source
from ..engine.media.writer import Mp4Writer
from .lyrics import LyricOverlay
from .style import OverlayStyle

_CHUNK = 16
_PREVIEW = 512
_STAGE = "Drawing lyrics"


def burn(
    source: Source, words: WordTimings, style: OverlayStyle, host: Host, path: Path, crf: int = 16
) -> None:
    """Write the clip with its own sound and the lyrics over it to `path`, an MP4.

    Raises TextError for lyrics or a style that can't be drawn, VideoError for a clip that can't be read;
    nothing is left at `path` unless it is whole."""
    overlay = LyricOverlay(source.size, words, source.times, source.duration, style)
    frames = source.read()
    done = 0
    with Mp4Writer(
        path,
        source.size,
        source.fps,
        source.colour,
        source.sound(),
        source.duration,
        crf=crf,
        variable=source.variable,
    ) as writer:
        while chunk := list(islice(frames, _CHUNK)):
            for frame in chunk:
                overlay.draw(frame)
            host.progress(
                _STAGE,
                done := done + len(chunk),
                source.frames,
                Image.fromarray(small_rgb(chunk[-1], _PREVIEW)),
            )
            for frame in chunk:
                writer.write(frame)
