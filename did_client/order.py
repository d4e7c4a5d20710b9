"""What the user orders: a picture, something to say, options; and what it will cost.

The body of POST /talks is D-ID API 4.2.1 and nothing else, unless the user asks for it by `extra`."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Literal

from ..cloud_jobs.errors import InvalidRequestError
from ..cloud_jobs.media import Picture, Recording
from ..cloud_jobs.order import Estimate, OrderFile, digest
from .media import PICTURE, SOUND
from .script import TextScript

SECONDS_PER_CREDIT = 15  # D-ID rounds the length of a clip up to units of this many seconds
MAX_PAD = 60.0
_DRIVERS = ("bank://", "https://", "s3://")
_DOCUMENTED = {
    "script",
    "config",
    "result_format",
    "stitch",
    "fluent",
    "pad_audio",
    "driver_expressions",
    "logo",
}
# These tie a talk to its entry in the journal.
_OURS = ("source_url", "script", "name", "user_data")


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
            raise InvalidRequestError(f"pad_audio is {self.pad_audio:g} s; use 0 to {MAX_PAD:g}.")

    def payload(self) -> dict[str, Any]:
        """Only what differs from D-ID's own defaults, with real booleans and numbers."""
        given = {"stitch": self.stitch, "fluent": self.fluent, "pad_audio": self.pad_audio}
        return {"result_format": self.result_format} | {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class TalkOrder:
    """One clip to be made.

    extra: legacy options, merged into the body as they are (a nested "config" into the config); whether D-ID
    obeys, ignores or refuses them is not documented. nonce: change it to have the same order rendered, and
    billed, again; otherwise an order that was made before is answered from the journal.
    """

    picture: Picture
    script: TextScript | Recording
    config: TalkConfig = TalkConfig()
    extra: dict[str, Any] = field(default_factory=dict)
    nonce: str = ""

    def check(self) -> None:
        """Raises InvalidRequestError; needs no network."""
        self.picture.check(PICTURE)
        if isinstance(self.script, Recording):
            self.script.check(SOUND)
        else:
            self.script.check()
        self.config.check()
        for name in _OURS:
            if name in self.extra:
                raise InvalidRequestError(f"The extra options must not hold {name}; it is set by the order.")
        driver = self.extra.get("driver_url", "bank://")
        if not isinstance(driver, str) or not driver.startswith(_DRIVERS):
            raise InvalidRequestError(
                f"The extra option driver_url is {driver!r}; it must begin with one of {', '.join(_DRIVERS)}."
            )
        try:
            json.dumps(self.template(), allow_nan=False)
        except (TypeError, ValueError):
            raise InvalidRequestError(
                "The extra options hold what JSON has no form for, such as NaN; leave it out."
            ) from None

    def template(self) -> dict[str, Any]:
        """The body to POST without the addresses of the uploads and the marks of the job."""
        if isinstance(self.script, TextScript):
            script = self.script.payload()
        else:
            script = {"type": "audio", "subtitles": False}
        more = self.extra.get("config", {})
        if not isinstance(more, dict):
            raise InvalidRequestError('The extra option "config" must be an object.')
        return {"script": script, **self.extra, "config": {**self.config.payload(), **more}}

    def files(self) -> dict[str, OrderFile]:
        """Names are "<sha256>.<suffix>"; a text has no sound."""
        files = {"image": OrderFile(f"{digest(self.picture.data)}.jpg", self.picture.data)}
        if isinstance(self.script, Recording):
            name = f"{digest(self.script.data)}.{self.script.suffix}"
            files["audio"] = OrderFile(name, self.script.data)
        return files

    @property
    def suffix(self) -> str:
        return "mov" if self.template()["config"].get("result_format") == "mov" else "mp4"

    def extra_names(self) -> tuple[str, ...]:
        template = self.template()
        return tuple(sorted({*template, *template["config"]} - _DOCUMENTED))

    def estimate(self) -> Estimate:
        """Length with the padding, and credits: one per started 15 s."""
        exact = isinstance(self.script, Recording)
        spoken = self.script.seconds if isinstance(self.script, Recording) else self.script.guess_seconds()
        padding = self.template()["config"].get("pad_audio", 0.0)
        seconds = spoken + (padding if isinstance(padding, (int, float)) else 0.0)
        # D-ID's pricing page: lengths are rounded up to 15 s; a job of 1 s was seen to cost one credit.
        return Estimate(seconds, max(1, math.ceil(seconds / SECONDS_PER_CREDIT)), exact)

    def notes(self) -> tuple[str, ...]:
        """What the user should know about picture and sound as they are sent."""
        return (*self.picture.notes, *(self.script.notes if isinstance(self.script, Recording) else ()))

    def key(self, host: str, account: str) -> str:
        """Equal for orders that would give the same clip from the same account."""
        files = self.files()
        parts = [
            host,
            account,
            json.dumps(self.template(), sort_keys=True),
            files["image"].name,
            files["audio"].name if "audio" in files else "",
            self.nonce,
        ]
        return digest("\n".join(parts).encode(errors="surrogatepass"))
