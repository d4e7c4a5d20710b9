"""Footage for services that repaint mouths in it: laid out for the sound, cut at silences into what one job
may be long, sent as files, and joined again of what comes back."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from ...engine.errors import CloudError
from ...engine.host.protocol import Host
from ...engine.media.frames import CHUNK
from ...engine.media.sound import Sound
from ...engine.media.source import Source
from ...engine.media.timeline import Timeline, plan, walk
from ...engine.media.video import VideoSource
from ...engine.media.voice import RATE
from ...engine.media.writer import Mp4Writer
from ...engine.report import FrameState
from ..protocol import FrameChunk, Rendering
from .fitting import fitted

_CRF = 12
# A part ends in the last pause that its second half has; where there is none, in its quietest moment.
_EARLIEST = 0.5
# Seconds that levels are measured over, the level below which there is a pause (20 dB below what is loud),
# and how long that lasts.
_BLOCK, _PAUSE, _SHORTEST_PAUSE = 0.05, 0.1, 0.15
# The shortest that is left for the last part, in seconds.
_SHORTEST = 1.0


@dataclass(frozen=True)
class Part:
    """Output frames start..stop-1. state: what becomes of them."""

    start: int
    stop: int
    state: FrameState = FrameState.GENERATED

    @property
    def ordered(self) -> bool:
        """Whether they are generated. Of the others nothing is sent: they stay as they are."""
        return self.state is FrameState.GENERATED


def cuts(voice: Sound, timeline: Timeline, longest: float) -> list[tuple[int, int]]:
    """Frames [start, stop) of parts that last at most `longest` seconds each, one after the other. voice: as
    it is heard along the timeline."""
    levels = _levels(voice.mono(RATE))
    parts = []
    start = 0
    while float(timeline.duration - timeline.time(start)) > longest:
        begin = float(timeline.time(start))
        rest = float(timeline.duration) - begin
        latest = begin + min(longest, max(rest - _SHORTEST, longest * _EARLIEST))
        moment = _moment(levels, begin + _EARLIEST * (latest - begin), latest)
        stop = _frame_at(timeline, moment)
        stop = min(max(stop, start + 1), len(timeline) - 1)
        parts.append((start, stop))
        start = stop
    return [*parts, (start, len(timeline))]


def _levels(samples: np.ndarray) -> np.ndarray:
    """RMS over each _BLOCK, in parts of what the loudest twentieth has, float64 [n]."""
    step = round(_BLOCK * RATE)
    blocks = samples[: len(samples) // step * step].reshape(-1, step)
    rms = np.sqrt(np.mean(blocks.astype(np.float64) ** 2, axis=1))
    return rms / max(float(np.quantile(rms, 0.95)), 1e-9) if len(rms) else rms


def _moment(levels: np.ndarray, first: float, last: float) -> float:
    """The middle of the last pause between two times, else the quietest moment."""
    start = math.ceil(first / _BLOCK)
    piece = levels[start : math.floor(last / _BLOCK)]
    if not len(piece):
        return last
    edges = np.flatnonzero(np.diff(np.concatenate([[0], piece < _PAUSE, [0]])))
    pauses = [
        (begin, end) for begin, end in edges.reshape(-1, 2) if (end - begin) * _BLOCK >= _SHORTEST_PAUSE
    ]
    middle = sum(pauses[-1]) / 2 if pauses else float(np.argmin(piece)) + 0.5
    return (start + middle) * _BLOCK


def _frame_at(timeline: Timeline, moment: float) -> int:
    """The frame that is shown then."""
    return int(np.searchsorted(timeline.times.seconds(), moment, side="right")) - 1


def write_frames(source: Source, timeline: Timeline, host: Host) -> tuple[Path, str]:
    """The frames that a timeline shows, as a file of their own without sound, which begins at 0; and what
    tells it from others: a hash of its pictures and times, whatever the encoder."""
    path = host.temp_file(".mp4")
    shown = timeline.shown
    begin, end = timeline.time(shown.start), timeline.time(shown.stop)
    told = hashlib.sha256(f"{source.stored_size} {timeline.fps} {source.aspect} {source.colour}".encode())
    writer = Mp4Writer(
        path,
        source.stored_size,
        timeline.fps,
        source.colour,
        None,
        end - begin,
        crf=_CRF,
        aspect=source.aspect,
    )
    with writer:
        for frame in walk(source, timeline):
            host.check_cancelled()
            told.update(np.ascontiguousarray(frame.planes).data)
            writer.write(replace(frame, pts=frame.pts - begin, index=frame.index - shown.start))
    return path, told.hexdigest()


def join(
    parts: Sequence[Part],
    clips: Sequence[VideoSource],
    source: Source,
    timeline: Timeline,
    notes: list[str],
    host: Host,
    title: str,
) -> Rendering:
    """The whole: of each part that was ordered its clip, decoded once, of the others the source's own frames;
    all in the first clip's size and colours. A clip of another rate, or a frame too long or too short, is
    laid along the part's own times. clips: of the parts that were ordered, at least one.

    Raises CloudError, as the chunks are read, where a clip breaks off."""
    model = clips[0]
    made = iter(clips)
    pieces: list[tuple[Part, Source, Timeline]] = []
    for part in parts:
        if part.ordered:
            clip = next(made)
            pieces.append((part, clip, _laid(clip, timeline, part, notes, title)))
        else:
            pieces.append((part, source, timeline.part(part.start, part.stop)))
    notes += _size_notes(parts, clips, source, title)
    return Rendering(
        size=model.stored_size,
        fps=timeline.fps,
        variable=timeline.variable,
        colour=model.colour,
        frames=len(timeline),
        duration=timeline.duration,
        chunks=_chunks(pieces, model, timeline, host, f"Taking over {title}'s clip"),
        notes=notes,
        aspect=model.aspect,
        times=timeline.times,
    )


def _size_notes(parts: Sequence[Part], clips: Sequence[VideoSource], source: Source, title: str) -> list[str]:
    """What is scaled to the first clip's size."""
    model = clips[0]
    width, height = model.stored_size
    wanted = model.stored_size, model.aspect
    notes = []
    if any((clip.stored_size, clip.aspect) != wanted for clip in clips):
        notes.append(
            f"The parts that came from {title} differ in size; all were scaled to the first's, "
            f"{width}x{height}."
        )
    if (source.stored_size, source.aspect) != wanted and not all(part.ordered for part in parts):
        notes.append(
            f"The clip from {title} measures {width}x{height}, unlike the footage; what was not sent was "
            "scaled to it."
        )
    return notes


def _laid(clip: VideoSource, timeline: Timeline, part: Part, notes: list[str], title: str) -> Timeline:
    """Which of the clip's frames each of the part's shows."""
    count = part.stop - part.start
    seconds = timeline.time(part.stop) - timeline.time(part.start)
    laid = plan(clip, seconds, "audio", "hold", timeline.fps)
    if clip.fps != timeline.fps or clip.variable:
        notes.append(
            f"The clip from {title} has {float(clip.fps):.3f} frames a second; it was laid along the "
            f"footage's {float(timeline.fps):.3f}."
        )
    elif clip.frames != count:
        notes.append(
            f"The clip from {title} has {clip.frames} frames in place of {count}; "
            f"{'its last frame is held' if clip.frames < count else 'what is beyond was left out'}."
        )
    return laid


def _chunks(
    pieces: Sequence[tuple[Part, Source, Timeline]],
    model: Source,
    timeline: Timeline,
    host: Host,
    stage: str,
) -> Generator[FrameChunk, None, None]:
    done = 0
    host.progress(stage, 0, len(timeline))
    for part, source, laid in pieces:
        frames = walk(source, laid)
        first = part.start - laid.shown.start  # a clip's frames are numbered from its own beginning
        while chunk := list(islice(frames, CHUNK)):
            placed = [
                replace(fitted(frame, model), index=index, pts=timeline.time(index))
                for frame in chunk
                for index in [first + frame.index]
            ]
            done += len(chunk)
            host.progress(stage, done, len(timeline))
            yield FrameChunk(placed, [part.state] * len(placed))
        if done != part.stop:
            raise CloudError(
                f"A part of the clip has {done - part.start} frames in place of {part.stop - part.start}."
            )
