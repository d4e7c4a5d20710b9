"""What is ordered of Synthesia: an avatar that says something."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from ...cloud_jobs import Estimate, PlainOrder, Recording, SoundLimits, bytes_file
from ...cloud_jobs.errors import InvalidRequestError
from ...cloud_jobs.spoken import check_characters, check_says_something, guess_seconds
from .spec import ASPECTS

# Ours: Synthesia publishes none, but that it takes MP3 alone.
SOUND = SoundLimits("Synthesia", min_seconds=0.5, max_seconds=1800.0, max_bytes=30_000_000, wav=False)
SECONDS_PER_MINUTE = 60
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z0-9]{2,3})?")


@dataclass(frozen=True)
class VideoOrder:
    """One clip of one scene. avatar, background: their names at Synthesia, or an upload's. says: a text that
    the avatar's voice speaks, or a recording. language: of the recording, such as en-US. voice: id of
    another voice for a text. test: free, with a watermark. again: another number has the same clip made once
    more."""

    avatar: str
    says: str | Recording
    background: str = "white_studio"
    aspect: str = "16:9"
    language: str = "en-US"
    voice: str = ""
    test: bool = True
    again: int = 0

    def plain(self) -> PlainOrder:
        """Raises InvalidRequestError."""
        self._check()
        clip: dict[str, Any] = {"avatar": self.avatar, "background": self.background}
        if isinstance(self.says, Recording):
            clip["scriptLanguage"] = self.language
            seconds, notes = self.says.seconds, self.says.notes
            files = {"audio": bytes_file(self.says.data, self.says.suffix)}
        else:
            clip["scriptText"] = self.says
            seconds, notes, files = max(1.0, guess_seconds(self.says)), (), {}
            if self.voice:
                clip["avatarSettings"] = {"voice": self.voice}
        minutes = 0 if self.test else math.ceil(seconds / SECONDS_PER_MINUTE)
        body = {"test": self.test, "visibility": "private", "aspectRatio": self.aspect, "input": [clip]}
        # Not exact even of a recording: how much silence Synthesia leaves around it is not told.
        cost = Estimate(seconds, minutes, False)
        return PlainOrder(body, files, cost, notes, (str(self.again),) if self.again else ())

    def _check(self) -> None:
        if not self.avatar.strip():
            raise InvalidRequestError("No avatar is named; take one from Synthesia's list of avatars.")
        if not self.background.strip():
            raise InvalidRequestError("No background is named; white_studio is one.")
        if self.aspect not in ASPECTS:
            raise InvalidRequestError(f"aspect is {self.aspect!r}; use one of {', '.join(ASPECTS)}.")
        if isinstance(self.says, Recording):
            self.says.check(SOUND)
            if not _LANGUAGE.fullmatch(self.language):
                raise InvalidRequestError(
                    f"The recording's language is {self.language!r}; write it as en-US or de-DE."
                )
        else:
            check_characters(self.says)
            check_says_something(self.says)
