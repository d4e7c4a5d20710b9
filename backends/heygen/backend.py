"""A picture made to speak by HeyGen, as one more backend of the lip-sync node."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ...cloud_jobs import (
    CloudJobs,
    Estimate,
    Order,
    PictureLimits,
    PlainOrder,
    Settings,
    SoundLimits,
    bytes_file,
    spoken,
)
from ...cloud_jobs.errors import InvalidRequestError
from ...engine.host.protocol import Host
from ..cloud.portrait import PortraitBackend, picture_of, voice_of
from ..request import LipSyncRequest
from .spec import SPEC, HeyGenSettings

# A picture is to be smaller than 2K, sound no longer than 10 minutes, and a file 32 MB, the form around it
# included.
_PICTURE = PictureLimits("HeyGen", min_side=256, max_pixels=1920 * 1920, max_bytes=10_000_000, max_side=1920)
_SOUND = SoundLimits("HeyGen", min_seconds=0.5, max_seconds=600.0, max_bytes=31_000_000)
MAX_TEXT = 5000
# US cents a second, by its page of prices (a photo, Avatar IV). How a part of a second counts is not told.
_PRICES = {"720p": 5.0, "1080p": 5.0, "4k": 6.67}


class HeyGenBackend(PortraitBackend):
    spec = SPEC

    def __init__(
        self, open_jobs: Callable[[], CloudJobs], check_consent: Callable[[], None], settings: HeyGenSettings
    ) -> None:
        super().__init__(open_jobs, check_consent, settings)
        self.takes_footage = settings.use_first_frame
        self.text = settings.text.strip()

    def orders(self, request: LipSyncRequest, limits: Settings, host: Host) -> Sequence[Order]:
        settings = self._settings
        picture = picture_of(request, _PICTURE)
        files = {"image": bytes_file(picture.data, "jpg")}
        # "auto" keeps the picture's shape; what it is by itself is 16:9.
        body: dict[str, Any] = {
            "resolution": settings.resolution,
            "aspect_ratio": "auto",
            "expressiveness": settings.expressiveness,
        }
        if motion := settings.motion.strip():
            body["motion_prompt"] = motion
        notes = picture.notes
        if self.text:
            body |= _script(self.text, settings.voice.strip())
            seconds = max(1.0, spoken.guess_seconds(self.text))
        else:
            longest = min(limits.max_seconds or _SOUND.max_seconds, _SOUND.max_seconds)
            recording = voice_of(request, replace(_SOUND, max_seconds=longest))
            files["audio"] = bytes_file(recording.data, recording.suffix)
            seconds = recording.seconds
            notes = (*notes, *recording.notes)
        price = limits.per_second or _PRICES[settings.resolution]
        cost = Estimate(seconds, math.ceil(round(price * seconds, 6)), exact=not self.text)
        again = (str(settings.again),) if settings.again else ()
        return [PlainOrder(body, files, cost, notes, again)]


def _script(text: str, voice: str) -> dict[str, str]:
    """Raises InvalidRequestError."""
    if len(text) > MAX_TEXT:
        raise InvalidRequestError(
            f"The text has {len(text)} characters, more than the {MAX_TEXT} HeyGen takes; split it."
        )
    spoken.check_characters(text)
    spoken.check_says_something(text)
    if not voice:
        raise InvalidRequestError(
            "No voice is chosen for the text: give the id of one that `cloud heygen voices` lists."
        )
    return {"script": text, "voice_id": voice}
