"""One picture and a voice for a service, and its clip as the result: the clip's own clock, the voice's
length."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Sequence
from fractions import Fraction
from itertools import islice

from PIL import Image

from ...cloud_jobs import Order, Picture, PictureLimits, Recording, Settings, SoundLimits, media
from ...engine.errors import CloudError
from ...engine.host.protocol import Host
from ...engine.media.colour import to_rgb
from ...engine.media.frames import CHUNK
from ...engine.media.sound import Sound
from ...engine.media.timeline import Timeline, plan, walk
from ...engine.media.video import VideoSource
from ...engine.report import FrameState
from ..protocol import FrameChunk, Rendering
from ..request import LipSyncRequest, seconds_of
from .backend import CloudBackend, Ordered

# Difference in length between clip and sound that is rounding, in seconds.
_SLACK = 0.25


class PortraitBackend(CloudBackend):
    """Of a service that makes one picture speak. text: what it says with a voice of its own, in place of the
    request's sound; "" where it is sent that."""

    text: str = ""

    @abstractmethod
    def orders(self, request: LipSyncRequest, limits: Settings, host: Host) -> Sequence[Order]:
        """The one order of a request; free, and the same for the same request. Raises InvalidRequestError."""

    def ordered(self, request: LipSyncRequest, limits: Settings, host: Host) -> Ordered:
        def rendering(clips: Sequence[VideoSource], notes: list[str]) -> Rendering:
            return self.rendering(request, clips, notes, host)

        return Ordered(self.orders(request, limits, host), rendering)

    def rendering(
        self, request: LipSyncRequest, clips: Sequence[VideoSource], notes: list[str], host: Host
    ) -> Rendering:
        """The result, of the order's clip. notes: what is known already. Raises CloudError for a text that
        nobody is heard to say."""
        title = self.spec.title
        (clip,) = clips
        sound = self._spoken(clip, request) if self.text else None
        seconds = clip.duration if sound else seconds_of(request)
        timeline = plan(clip, seconds, "audio", "hold")
        if not request.source.still:
            notes.append(f"{title} was sent the first frame of the footage.")
        if sound is not None:
            notes.append(f"{title} spoke the text with a voice of its own; the audio was not used.")
        if clip.duration < seconds - Fraction(_SLACK):
            notes.append(f"The clip from {title} lasts {float(clip.duration):.2f} s; its last frame is held.")
        return Rendering(
            size=clip.stored_size,
            fps=timeline.fps,
            variable=timeline.variable,
            colour=clip.colour,
            frames=len(timeline),
            duration=timeline.duration,
            chunks=_chunks(clip, timeline, host, f"Taking over {title}'s clip"),
            notes=notes,
            aspect=clip.aspect,
            times=timeline.times,
            sound=sound,
        )

    def _spoken(self, clip: VideoSource, request: LipSyncRequest) -> Sound:
        """What is heard in the clip. A mouth that is to move later follows a voice that is heard earlier."""
        sound = clip.sound()
        if sound is None:
            raise CloudError(f"The clip from {self.spec.title} has no sound, so the text isn't heard in it.")
        return sound.cut(Fraction(request.sync_offset), clip.duration)


def picture_of(request: LipSyncRequest, limits: PictureLimits) -> Picture:
    """The first frame of what is to speak. Raises InvalidRequestError."""
    return media.picture(Image.fromarray(to_rgb(next(request.source.read(0, 1)))), limits)


def voice_of(request: LipSyncRequest, limits: SoundLimits) -> Recording:
    """What moves the mouth, from where the result begins. Raises InvalidRequestError."""
    # A mouth that is to move later hears a voice that begins later.
    voice = request.voice.cut(-Fraction(request.sync_offset), seconds_of(request))
    return media.recording(voice.mono(voice.rate), limits, voice.rate)


def _chunks(
    clip: VideoSource, timeline: Timeline, host: Host, stage: str
) -> Generator[FrameChunk, None, None]:
    frames = walk(clip, timeline)
    done = 0
    host.progress(stage, 0, len(timeline))
    while chunk := list(islice(frames, CHUNK)):
        done += len(chunk)
        host.progress(stage, done, len(timeline))
        yield FrameChunk(chunk, [FrameState.GENERATED] * len(chunk))
