"""Footage or a picture lip-synced by sync.so, as one more backend of the lip-sync node."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ...cloud_jobs import (
    Estimate,
    Order,
    OrderFile,
    PictureLimits,
    PlainOrder,
    Settings,
    SoundLimits,
    bytes_file,
    media,
    sound,
)
from ...cloud_jobs.errors import InvalidRequestError
from ...engine.host.protocol import Host
from ...engine.media.sound import Sound
from ...engine.media.timeline import Timeline, plan
from ...engine.media.video import VideoSource
from ...engine.report import FrameState
from ..cloud.backend import Ordered
from ..cloud.parts import Part, cuts, join, write_frames
from ..cloud.portrait import PortraitBackend, picture_of, seconds_of, voice_of
from ..protocol import Rendering
from ..request import LipSyncRequest
from .speaker import Speaker
from .spec import IMAGE_MODEL, SPEC

# Of footage and pictures; of sound, the longest that one job is known to take.
MAX_SIDE, MAX_PIXELS = 4096, 4096 * 2160
MAX_SECONDS = 600.0
_PICTURE = PictureLimits(
    "sync.so", min_side=256, max_pixels=MAX_PIXELS, max_bytes=10_000_000, max_side=MAX_SIDE
)
_SOUND = SoundLimits("sync.so", min_seconds=0.2, max_seconds=MAX_SECONDS + 1, max_bytes=60_000_000)
# Where the footage decides on the length, the sound reaches a little beyond it, in frames.
_BEYOND = 2
_REPEATS = {"pingpong": "bounce", "loop": "loop"}


class SyncSoBackend(PortraitBackend):
    """Footage goes in parts that the plan allows, a picture whole."""

    spec = SPEC
    takes_footage = True

    def ordered(self, request: LipSyncRequest, limits: Settings, host: Host) -> Ordered:
        _check(request)
        if request.source.still:
            return super().ordered(request, limits, host)
        return _Footage(request, limits, self._settings, host).ordered()

    def orders(self, request: LipSyncRequest, limits: Settings, host: Host) -> Sequence[Order]:
        """Of a picture."""
        if self._settings.model != IMAGE_MODEL:
            raise InvalidRequestError(
                f"{self._settings.model} repaints footage; for a single picture choose {IMAGE_MODEL}."
            )
        longest = limits.max_seconds or MAX_SECONDS
        if seconds_of(request) > longest:
            raise InvalidRequestError(
                f"The sound lasts {float(seconds_of(request)):.1f} s, and sync.so makes a picture speak for "
                f"{longest:g} s at most (max_seconds in syncso.json); cut it, or use footage, which can be "
                "sent in parts."
            )
        picture, voice = picture_of(request, _PICTURE), voice_of(request, _SOUND)
        speaker = Speaker.of(request, host)
        options = _options(self._settings)
        if speaker is not None and (place := speaker.in_picture((picture.width, picture.height))):
            options["active_speaker_detection"] = place
        files = {"image": bytes_file(picture.data, "jpg"), "audio": bytes_file(voice.data, voice.suffix)}
        notes = (*picture.notes, *voice.notes)
        return [_order(self._settings, options, files, voice.seconds, limits, notes)]


class _Footage:
    """One request with footage."""

    def __init__(self, request: LipSyncRequest, limits: Settings, settings: Any, host: Host) -> None:
        self._request, self._limits, self._settings, self._host = request, limits, settings, host
        source = request.source
        # sync.so has one rate for a clip.
        rate = source.fps if source.variable else None
        self._rate = rate
        self._timeline = plan(source, request.soundtrack.duration, request.length, request.fill, rate)
        self._voice = _along(request, self._timeline)
        self._speaker = Speaker.of(request, host)
        self._notes = (
            ["The footage's frame rate varies; sync.so was sent one rate."] if source.variable else []
        )

    def ordered(self) -> Ordered:
        longest = min(self._limits.max_seconds or MAX_SECONDS, MAX_SECONDS)
        spans = cuts(self._voice, self._timeline, longest)
        made = [self._part(start, stop, alone=len(spans) == 1) for start, stop in spans]
        orders = [order for _, order in made if order is not None]
        parts = [part for part, _ in made]
        if not orders:
            raise InvalidRequestError(
                "Nothing would be said: the sound is silent, or there is no face in the footage while it is "
                "heard."
            )
        return Ordered(orders, lambda clips, notes: self._joined(parts, clips, notes))

    def _joined(self, parts: Sequence[Part], clips: Sequence[VideoSource], notes: list[str]) -> Rendering:
        notes += self._notes
        if len(parts) > 1:
            notes.append(f"The clip was made in {len(clips)} parts, cut at pauses, and joined again.")
        if len(clips) < len(parts):
            notes.append(f"{len(parts) - len(clips)} parts in which nothing is said were not sent.")
        return join(parts, clips, self._request.source, self._timeline, notes, self._host, SPEC.title)

    def _part(self, start: int, stop: int, alone: bool) -> tuple[Part, Order | None]:
        timeline = self._timeline.part(start, stop)
        begin, end = self._timeline.time(start), self._timeline.time(stop)
        state = self._state(timeline, begin, end)
        if state is not FrameState.GENERATED:
            return Part(start, stop, state), None
        mode, shown, seconds = self._mode(timeline, end - begin) if alone else ("cut_off", timeline, None)
        samples = self._samples(begin, end)
        if seconds is None:
            silence = np.zeros(math.ceil(_BEYOND / self._timeline.fps * self._voice.rate), np.float32)
            samples = np.concatenate([samples, silence])
        else:
            samples = samples[: round(seconds * self._voice.rate)]
        voice = media.recording(samples, _SOUND, self._voice.rate)
        path, told = write_frames(self._request.source, shown, self._host)
        options = _options(self._settings) | {"sync_mode": mode}
        if self._speaker is not None:
            frames = shown.source_index[shown.shown.start : shown.shown.stop]
            place = self._speaker.in_footage(frames, self._request.source.stored_size)
            if place:
                options["active_speaker_detection"] = place
        files = {"video": OrderFile(f"{told}.mp4", path), "audio": bytes_file(voice.data, voice.suffix)}
        order = _order(self._settings, options, files, float(end - begin), self._limits, voice.notes)
        return Part(start, stop), order

    def _state(self, timeline: Timeline, begin: Fraction, end: Fraction) -> FrameState:
        """Why a part needn't be made."""
        if sound.is_silent(self._samples(begin, end), self._voice.rate):
            return FrameState.SILENCE
        frames = timeline.source_index[timeline.shown.start : timeline.shown.stop]
        if self._speaker is not None and not self._speaker.seen(frames):
            return FrameState.NO_FACE
        return FrameState.GENERATED

    def _mode(self, timeline: Timeline, length: Fraction) -> tuple[str, Timeline, Fraction | None]:
        """sync.so's word for our length rule; what is sent of the footage; and the seconds of sound, None for
        a little more than the footage."""
        request = self._request
        frames = request.source.frames
        heard = request.voice.duration + Fraction(request.sync_offset)
        own = plan(request.source, None, "video", "hold", self._rate)
        if len(timeline) > len(own) and request.fill in _REPEATS and frames > 1:
            return _REPEATS[request.fill], own, length
        if request.length == "video" and Fraction(1, 2) < heard < length:
            return "silence", timeline, heard
        return "cut_off", timeline, None

    def _samples(self, begin: Fraction, end: Fraction) -> np.ndarray:
        rate = self._voice.rate
        return self._voice.mono(rate)[round(begin * rate) : round(end * rate)]


def _along(request: LipSyncRequest, timeline: Timeline) -> Sound:
    """What moves the mouth, one channel along the result; silent where others have their turn. A mouth that
    is to move later hears a voice that begins later."""
    voice = request.voice.cut(-Fraction(request.sync_offset), timeline.duration)
    samples = voice.mono(voice.rate)
    if request.turns is not None:
        times = np.arange(len(samples)) / voice.rate + request.sync_offset
        own = np.zeros(len(samples), bool)
        for first, last in request.turns:
            own |= (times >= first) & (times < last)
        samples = np.where(own, samples, np.float32(0))
    return Sound(samples[None], voice.rate)


def _check(request: LipSyncRequest) -> None:
    if request.voices:
        raise InvalidRequestError(
            "sync.so is sent one voice for one mouth: choose a person, without voices, or a local engine."
        )
    width, height = request.source.stored_size
    if not request.source.still and (max(width, height) > MAX_SIDE or width * height > MAX_PIXELS):
        raise InvalidRequestError(
            f"The footage is {width}x{height}, and sync.so takes 4096x2160 at most; scale it down."
        )


def _options(settings: Any) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if settings.temperature is not None:
        options["temperature"] = settings.temperature
    if settings.occlusion:
        options["occlusion_detection_enabled"] = True
    return options


def _order(
    settings: Any,
    options: dict[str, Any],
    files: dict[str, OrderFile],
    seconds: float,
    limits: Settings,
    notes: tuple[str, ...],
) -> PlainOrder:
    credits = math.ceil(limits.per_second * seconds) if limits.per_second else None
    body = {"model": settings.model, **({"options": options} if options else {})}
    again = (str(settings.again),) if settings.again else ()
    return PlainOrder(body, files, Estimate(seconds, credits, True), notes, again)
