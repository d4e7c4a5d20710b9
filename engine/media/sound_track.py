"""A file's audio track as samples on one time line, whatever its packets do on their way."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

from ..errors import AudioError
from .container import DEFAULT

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

# Closer than this, a difference between a packet's time and the samples so far is rounding, not a gap.
_GAP = Fraction(1, 20)
# Seconds that a recording may pause for; silence of that length is made, and takes memory.
_LONGEST_GAP = 3600
_SEEK_LEAD = 2
# FFmpeg's marks of formats that it keeps an index for, most of them without times of their own, and of those
# whose times may leap, which are their own.
_COUNTED, _LEAPS = (flag.value for flag in (av.format.Flags.generic_index, av.format.Flags.ts_discont))
_SILENCE = 1 << 20  # samples of it that are made at once


def _decoded(container: InputContainer, stream: AudioStream) -> Iterator[av.AudioFrame]:
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue  # the gap is found by the time of what follows


def laid_out(
    container: InputContainer,
    stream: AudioStream,
    begin: Fraction | None,
    seconds: Fraction | None,
    name: str,
    notes: list[str],
) -> Iterator[tuple[np.ndarray, int, str]]:
    """Decoded samples on the time line that starts at `begin` (in the container's time; None: where the audio
    starts), one after the other: float32 [channels, k], with the rate and the layout, which are the first's.

    seconds: how many are wanted; None for all. name: of the file. notes: gets a sentence on what had to be
    converted. Raises AudioError for times that can't be meant."""
    if begin is not None and begin > 2 * _SEEK_LEAD:
        container.seek(int((begin - _SEEK_LEAD) / Fraction(stream.time_base or 1)), stream=stream)
    resampler: av.AudioResampler | None = None
    form: tuple[int, str, str] | None = None
    rate = filled = channels = 0
    layout = ""
    position: int | None = None  # of the next sample; below 0 before `begin`
    timed, clock = _has_times(container), Fraction(0)
    changed = False
    for frame in _decoded(container, stream):
        if resampler is None:
            rate, channels, layout = frame.sample_rate, frame.layout.nb_channels, frame.layout.name
        # Streams of broadcasts, and files put together from several, change what they are on their way.
        before, form = form, (frame.sample_rate, frame.layout.name, frame.format.name)
        if resampler is None or form != before:
            # Interleaved: PyAV reads the planes of eight or more channels beyond their end, and crashes.
            resampler = av.AudioResampler(format="flt", layout=layout, rate=rate)
            changed = changed or (before is not None and form[:2] != before[:2])
        if frame.pts is not None:
            at = frame.pts * Fraction(frame.time_base or 1)
            begin = at if begin is None else begin
            place = round((at - begin) * rate)
            if position is None or (timed and abs(place - position) > _GAP * rate):
                position = place
            elif not timed:
                position += round((at - clock) * rate)
            clock = at + (frame.duration or 0) * Fraction(frame.time_base or 1)
        position = position or 0
        for piece in resampler.resample(frame):
            samples = piece.to_ndarray().reshape(-1, channels).T
            fresh = samples[:, max(filled - position, 0) :]
            position += samples.shape[1]
            if fresh.shape[1]:
                silence = max(position - fresh.shape[1] - filled, 0)
                if seconds is not None:
                    silence = min(silence, math.ceil(seconds * rate) - filled)
                elif silence > _LONGEST_GAP * rate:
                    raise AudioError(
                        f"The times in {name} leap by {silence / rate / 3600:.1f} hours at "
                        f"{filled / rate:.2f} s; convert it to WAV or MP3."
                    )
                # In pieces: a pause may be long.
                for first in range(0, silence, _SILENCE):
                    yield np.zeros((channels, min(_SILENCE, silence - first)), np.float32), rate, layout
                yield fresh, rate, layout
                filled += silence + fresh.shape[1]
        if seconds is not None and filled >= seconds * rate:
            break
    if changed:
        notes.append(
            f"The sound changes its rate or channels on its way: all of it is brought to {rate} Hz, {layout}."
        )


def _has_times(container: InputContainer) -> bool:
    """False where packets hold nothing but sound (ADTS, MP3, AC-3): FFmpeg counts their times up, in steps of
    the rate they began with. They tell what is missing between two frames, not when a frame is heard."""
    return container.format.flags & (_COUNTED | _LEAPS) != _COUNTED


def track_notes(container: InputContainer, stream: AudioStream, track: int | None) -> list[str]:
    """Which of several tracks is heard, where nobody chose one."""
    streams = container.streams.audio
    if track is not None or len(streams) < 2:
        return []
    return [
        f"Of {len(streams)} audio tracks number {streams.index(stream) + 1} is heard, "
        f"{'the default' if stream.disposition & DEFAULT else 'the first'}."
    ]
