"""The body of POST /talks: D-ID API 4.2.1 and nothing else, unless the user asks for it by `extra`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .errors import InvalidRequestError

MAX_PAD = 60.0


@dataclass(frozen=True)
class TalkConfig:
    """stitch: put the moving face back into the whole picture (some plans only). pad_audio: seconds of
    silence at the end, 0 to 60; they are billed."""

    stitch: bool = False
    fluent: bool = False
    pad_audio: float = 0.0
    result_format: Literal["mp4", "mov"] = "mp4"

    def check(self) -> None:
        """Raises InvalidRequestError."""
        if not 0 <= self.pad_audio <= MAX_PAD:
            raise InvalidRequestError(
                "pad_audio", f"pad_audio is {self.pad_audio:g} s; use 0 to {MAX_PAD:g}."
            )
        if self.result_format not in ("mp4", "mov"):
            raise InvalidRequestError(
                "result_format", f"The result format {self.result_format!r} is not one of mp4, mov."
            )

    def payload(self) -> dict[str, Any]:
        """Only what differs from D-ID's own defaults, with real booleans and numbers."""
        body: dict[str, Any] = {"result_format": self.result_format}
        if self.stitch:
            body["stitch"] = True
        if self.fluent:
            body["fluent"] = True
        if self.pad_audio:
            body["pad_audio"] = self.pad_audio
        return body


def merged(body: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """The body with the extra options, which win; "config" is merged one level deep."""
    config = extra.get("config", {})
    if not isinstance(config, dict):
        raise InvalidRequestError("extra", 'The extra option "config" must be an object.')
    return {**body, **extra, "config": {**body.get("config", {}), **config}}
