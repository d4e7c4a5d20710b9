"""The body of POST /talks: D-ID API 4.2.1 and nothing else, unless the user asks for it by `extra`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from .errors import InvalidRequestError
from .script import AudioScript, TextScript

MAX_PAD = 60.0
Expression = Literal["neutral", "happy", "serious", "surprise"]
_EXPRESSIONS = ("neutral", "happy", "serious", "surprise")
# The published patterns take an extension in all lower or all upper case; the picture's may be followed by
# anything, the sound's only by a query of word characters and ./=&#%-
_IMAGE = re.compile(r"(https|s3):.*\.(jpg|jpeg|png|JPG|JPEG|PNG)", re.DOTALL)
_AUDIO = re.compile(r"(https|s3)://\S+\.(m4a|flac|mp3|mp4|wav|M4A|FLAC|MP3|MP4|WAV)(\?[\w./=&#%-]*)?")
_WRITABLE = re.compile(r"(https|s3)://\S+")
_LINE = re.compile(r"[^\r\n]{1,1000}")


@dataclass(frozen=True)
class ExpressionAt:
    """From a frame on (25 fps), an expression of some intensity 0..1."""

    start_frame: int
    expression: Expression
    intensity: float = 1.0


@dataclass(frozen=True)
class Logo:
    """position: pixels from the top-left, or with a minus from the far edge."""

    url: str
    position: tuple[int, int]


@dataclass(frozen=True)
class TalkConfig:
    """stitch: put the moving face back into the whole picture (some plans only). pad_audio: seconds of
    silence at the end, 0 to 60; they are billed. transition_frames: frames between two expressions."""

    stitch: bool = False
    fluent: bool = False
    pad_audio: float = 0.0
    result_format: Literal["mp4", "mov"] = "mp4"
    expressions: tuple[ExpressionAt, ...] = ()
    transition_frames: int | None = None
    logo: Logo | None = None

    def check(self) -> None:
        """Raises InvalidRequestError."""
        if not 0 <= self.pad_audio <= MAX_PAD:
            raise InvalidRequestError("pad_audio", f"pad_audio is {self.pad_audio:g} s; use 0 to "
                                                   f"{MAX_PAD:g}.")
        if self.result_format not in ("mp4", "mov"):
            raise InvalidRequestError("result_format", f"The result format {self.result_format!r} is not one "
                                      "of mp4, mov.")
        for entry in self.expressions:
            if entry.expression not in _EXPRESSIONS or entry.start_frame < 0 or not 0 <= entry.intensity <= 1:
                raise InvalidRequestError("expressions", f"{entry} is no expression D-ID knows; use "
                                          f"{', '.join(_EXPRESSIONS)}, a frame from 0, an intensity 0 to 1.")

    def payload(self) -> dict[str, Any]:
        """Only what differs from D-ID's own defaults, with real booleans and numbers."""
        body: dict[str, Any] = {"result_format": self.result_format}
        if self.stitch:
            body["stitch"] = True
        if self.fluent:
            body["fluent"] = True
        if self.pad_audio:
            body["pad_audio"] = self.pad_audio
        if self.expressions:
            body["driver_expressions"] = {"expressions": [vars(entry) for entry in self.expressions]}
            if self.transition_frames is not None:
                body["driver_expressions"]["transition_frames"] = self.transition_frames
        if self.logo:
            body["logo"] = {"url": self.logo.url, "position": list(self.logo.position)}
        return body


@dataclass(frozen=True)
class TalkRequest:
    """source_url is required although the service has a default: without it D-ID renders, and bills, a face
    of its own. name, user_data: come back in the job, if D-ID echoes them. extra: legacy options, merged into
    the body as they are (a nested "config" into the config); whether D-ID obeys, ignores or refuses them is
    not documented."""

    source_url: str
    script: TextScript | AudioScript
    config: TalkConfig = TalkConfig()
    name: str = ""
    user_data: str = ""
    webhook: str = ""
    result_url: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        """Raises InvalidRequestError naming the first field the published schema would refuse."""
        if not _IMAGE.match(self.source_url):
            raise InvalidRequestError("source_url", "The picture's address must begin with https: or s3: and "
                                      "end in jpg, jpeg or png; upload the picture first.")
        if isinstance(self.script, AudioScript):
            if not _AUDIO.fullmatch(self.script.audio_url):
                raise InvalidRequestError("audio_url", "The sound's address must be https:// or s3://, end "
                                          "in m4a, flac, mp3, mp4 or wav, and have a plain query; upload the "
                                          "sound first.")
        else:
            self.script.check()
        self.config.check()
        if self.user_data and (not _LINE.fullmatch(self.user_data) or not self.user_data.strip()):
            raise InvalidRequestError("user_data", "user_data must be one line of 1 to 1000 characters.")
        if self.webhook and not re.fullmatch(r"https://\S+", self.webhook):
            raise InvalidRequestError("webhook", "The webhook must be an https:// address.")
        if self.result_url and not _WRITABLE.fullmatch(self.result_url):
            raise InvalidRequestError("result_url", "result_url must be an https:// or s3:// address.")

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {"source_url": self.source_url, "script": self.script.payload(),
                                "config": self.config.payload()}
        for name in ("name", "user_data", "webhook", "result_url"):
            if getattr(self, name):
                body[name] = getattr(self, name)
        return merged(body, self.extra)


def merged(body: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """The body with the extra options, which win; "config" is merged one level deep."""
    config = extra.get("config", {})
    if not isinstance(config, dict):
        raise InvalidRequestError("extra", 'The extra option "config" must be an object.')
    return {**body, **extra, "config": {**body.get("config", {}), **config}}
