"""What there is to animate: one picture, for how long, and what is said meanwhile."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ...engine.host.protocol import Host
from ...engine.media.source import Source
from ...engine.media.timeline import Timeline
from ...engine.media.times import ConstantTimes
from ...engine.media.voice import RATE, gate
from ..request import LipSyncRequest, SilenceRule, seconds_of
from ..speech import Speech, speech_of
from .picture import Portrait, portrait_of

# A frame's time and a sound's are sums of floats: this close below a frame's begin means it.
_ROUNDING = 1e-6
# Pieces in which a sound's loudness is worked on, in samples.
_PIECE = 60 * RATE


@dataclass(frozen=True)
class PortraitJob:
    """portrait: what is animated. source: where it is from. timeline: of what is put out; each frame shows
    source frame 0. speech: what is said; its times are those of the output's frames. offset: seconds by which
    the mouth moves later than it is heard."""

    portrait: Portrait
    source: Source
    timeline: Timeline
    speech: Speech
    offset: float

    @property
    def silence(self) -> SilenceRule:
        return self.speech.silence

    def frames(self, fps: Fraction | None) -> int:
        """How many there are at a rate of the engine's own; None for the output's."""
        return len(self.timeline) if fps is None else int(self.shown(fps)[-1]) + 1

    def shown(self, fps: Fraction | None) -> np.ndarray:
        """int64 [output frames]: which of the engine's frames each shows."""
        if fps is None:
            return np.arange(len(self.timeline))
        times = self.timeline.times.seconds()
        return np.floor(times * float(fps) + _ROUNDING).astype(np.int64)

    def times(self, fps: Fraction | None) -> np.ndarray:
        """float64 [frames]: the seconds of `samples` at which each of the engine's frames begins."""
        if fps is None:
            return self.timeline.times.seconds()
        return np.arange(self.frames(fps)) / float(fps)

    def gate(self, fps: Fraction | None) -> np.ndarray:
        """float32 [frames]: 1 where there is speech, 0 in silence, for each of the engine's frames."""
        return self.gate_at(self.times(fps))

    def gate_at(self, seconds: np.ndarray) -> np.ndarray:
        """The same of any seconds of `samples`, float32 [n]."""
        return gate(seconds - self.offset, self.speech.spans)

    def samples(self, *, muted: bool = True) -> np.ndarray:
        """What the mouth says, float32 [n], mono at 16 kHz: the first sample is heard with the first frame,
        the last with the end of the last, whatever the sound's own length is.

        muted: silent where nobody speaks, so that an engine closes the mouth there by itself; not where the
        request wants the silence of the sound as it is."""
        count = math.ceil(self.timeline.duration * RATE)
        shift = round(self.offset * RATE)
        sound = self.speech.samples
        heard = np.zeros(count, np.float32)
        start, stop = max(0, shift), min(count, len(sound) + shift)
        if stop > start:
            heard[start:stop] = sound[start - shift : stop - shift]
        if muted and self.silence != "source":
            for begin in range(0, count, _PIECE):
                at = np.arange(begin, min(begin + _PIECE, count)) / RATE - self.offset
                heard[begin : begin + _PIECE] *= _gate_at(at, self.speech)
        return heard


def plan_job(request: LipSyncRequest, host: Host) -> PortraitJob:
    """Raises what `portrait_of` does, and AudioError for a sound that can't be read."""
    source = request.source
    timeline = _timeline(source, seconds_of(request))
    portrait = portrait_of(request, host)
    return PortraitJob(portrait, source, timeline, speech_of(request, timeline, host), request.sync_offset)


def _timeline(source: Source, seconds: Fraction) -> Timeline:
    """The fewest frames of the source's rate that cover so many seconds; of a variable one, its mean."""
    count = max(math.ceil(seconds * source.fps), 1)
    return Timeline(
        source.fps, np.zeros(count, np.int32), ConstantTimes(source.fps, count), count / source.fps
    )


def _gate_at(seconds: np.ndarray, speech: Speech) -> np.ndarray:
    """As `gate` of many times that lie close together: every hundredth of a second, and between these by
    lines."""
    coarse = np.arange(seconds[0], seconds[-1] + 0.02, 0.01)
    return np.interp(seconds, coarse, gate(coarse, speech.spans)).astype(np.float32)
