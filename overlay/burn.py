"""Lyrics put into a whole clip: drawn into its frames, laid beside them as subtitles, or both."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from PIL import Image

from ..align.words import WordTimings
from ..engine.host.protocol import Host
from ..engine.media.colour import small_rgb
from ..engine.media.frames import CHUNK
from ..engine.media.metadata import LOCATION_LEFT_OUT
from ..engine.media.source import Source
from ..engine.media.tracks import downmix_notes, recoded_note
from ..engine.media.writer import Mp4Writer
from .lyrics import LyricOverlay
from .style import LyricStyle
from .subtitles import subtitles, track_language

_PREVIEW = 512
_STAGE = "Drawing lyrics"


def burn(
    source: Source,
    words: WordTimings,
    style: LyricStyle,
    host: Host,
    path: Path,
    crf: int = 16,
    folders: Sequence[Path] = (),
    *,
    draw: bool = True,
    track: bool = False,
    notes: list[str] | None = None,
    location: bool = False,
) -> None:
    """Write the clip with its own sound and the lyrics over it to `path`, as Mp4Writer does.

    folders: as in LyricOverlay. draw: into the frames; track: as subtitles that a player can switch on.
    notes: gets LyricOverlay's, what becomes of the sound, and what of the source is left out. location:
    whether the clip goes on saying where it was recorded. Sound that the container can carry as it is coded
    is copied. Raises TextError for lyrics or a style that can't be drawn, VideoError for a clip that can't be
    read; nothing is left at `path` unless it is whole."""
    overlay = None
    if draw:
        overlay = LyricOverlay(source.size, words, source.times, source.duration, style, folders)
        if notes is not None:
            notes += overlay.notes
    coded = source.coded_sound()
    if coded is not None and not coded.carried_by(path.suffix):
        coded = None
    sound = None if coded is not None else source.sound()
    if sound is not None and notes is not None:
        notes += [recoded_note(sound, path.suffix), *downmix_notes(sound)]
    known = source.metadata()
    if notes is not None:
        notes += [*known.left_out(), *([LOCATION_LEFT_OUT] if known.location and not location else [])]
    frames = source.read()
    done = 0
    with Mp4Writer(
        path,
        source.stored_size,
        source.fps,
        source.colour,
        coded or sound,
        source.duration,
        crf=crf,
        variable=source.variable,
        subtitles=subtitles(words, source.duration) if track else (),
        language=track_language(words) if track else "",
        aspect=source.aspect,
        metadata=known.carried(location),
        still=source.still,
        # What is in the picture already is not to stand there twice.
        default_subtitles=not draw,
    ) as writer:
        while chunk := list(islice(frames, CHUNK)):
            if overlay is not None:
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
