"""What the user orders: a picture, something to say, options; and what it will cost.

The body of POST /talks is D-ID API 4.2.1 and nothing else, unless the user asks for it by `extra`."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from typing import Any, Literal

from .errors import InvalidRequestError
from .script import TextScript

SECONDS_PER_CREDIT = 15  # D-ID rounds the length of a clip up to units of this many seconds
MAX_IMAGE_BYTES = 10_000_000
MIN_IMAGE_SIDE, MAX_IMAGE_PIXELS = 256, 10 * 1024 * 1024
MAX_AUDIO_BYTES = 6_000_000
MIN_AUDIO_SECONDS, MAX_AUDIO_SECONDS = 0.5, 600.0
MAX_PAD = 60.0
_DRIVERS = ("bank://", "https://", "s3://")
# These tie a talk to its entry in the journal.
_OURS = ("source_url", "script", "name", "user_data")


@dataclass(frozen=True)
class Picture:
    """A JPEG that fits D-ID's limits; `media.picture` makes one from anything. notes: what the user should
    know about how it was made."""

    data: bytes = field(repr=False)
    width: int
    height: int
    notes: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises InvalidRequestError."""
        if min(self.width, self.height) < MIN_IMAGE_SIDE:
            raise InvalidRequestError(
                f"The picture is {self.width}x{self.height}; D-ID needs at "
                f"least {MIN_IMAGE_SIDE} pixels on the short side."
            )
        if self.width * self.height > MAX_IMAGE_PIXELS or len(self.data) > MAX_IMAGE_BYTES:
            raise InvalidRequestError(
                f"The picture is {self.width}x{self.height} and "
                f"{len(self.data)} bytes; D-ID takes {MAX_IMAGE_PIXELS} pixels and "
                f"{MAX_IMAGE_BYTES} bytes."
            )


@dataclass(frozen=True)
class Recording:
    """An encoded sound that fits D-ID's limits, `seconds` long; `media.recording` makes one from anything in
    which something is heard. notes: as Picture's."""

    data: bytes = field(repr=False)
    seconds: float
    suffix: Literal["wav", "mp3"] = "wav"
    notes: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises InvalidRequestError."""
        if not MIN_AUDIO_SECONDS <= self.seconds <= MAX_AUDIO_SECONDS:
            raise InvalidRequestError(
                f"The sound lasts {self.seconds:.2f} s; D-ID takes "
                f"{MIN_AUDIO_SECONDS:g} s to {MAX_AUDIO_SECONDS / 60:g} min."
            )
        if len(self.data) > MAX_AUDIO_BYTES:
            raise InvalidRequestError(
                f"The sound has {len(self.data)} bytes; D-ID takes {MAX_AUDIO_BYTES}, so encode it smaller."
            )


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
        self.picture.check()
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

    def image_name(self) -> str:
        """ "<sha256>.jpg": what the bytes are called on this machine."""
        return f"{digest(self.picture.data)}.jpg"

    def audio_name(self) -> str:
        """As image_name; "" for a text."""
        if isinstance(self.script, TextScript):
            return ""
        return f"{digest(self.script.data)}.{self.script.suffix}"

    def notes(self) -> tuple[str, ...]:
        """What the user should know about picture and sound as they are sent."""
        return (*self.picture.notes, *(self.script.notes if isinstance(self.script, Recording) else ()))

    def key(self, host: str, account: str) -> str:
        """Equal for orders that would give the same clip from the same account."""
        parts = [
            host,
            account,
            json.dumps(self.template(), sort_keys=True),
            self.image_name(),
            self.audio_name(),
            self.nonce,
        ]
        return digest("\n".join(parts).encode(errors="surrogatepass"))


@dataclass(frozen=True)
class Estimate:
    """credits: what D-ID will probably charge. exact: the length is measured, not guessed from a text."""

    seconds: float
    credits: int
    exact: bool

    def text(self, price: float = 0.0, currency: str = "") -> str:
        about = "" if self.exact else "about "
        money = f", {about}{self.credits * price:.2f} {currency}".rstrip() if price else ""
        units = "credit" if self.credits == 1 else "credits"
        return f"{about}{self.seconds:.1f} s, {about}{self.credits} {units}{money} (estimate)"


def estimate(order: TalkOrder) -> Estimate:
    """Length with the padding, and credits: one per started 15 s."""
    exact = isinstance(order.script, Recording)
    spoken = order.script.seconds if isinstance(order.script, Recording) else order.script.guess_seconds()
    padding = order.template()["config"].get("pad_audio", 0.0)
    seconds = spoken + (padding if isinstance(padding, (int, float)) else 0.0)
    # D-ID's pricing page: lengths are rounded up to 15 s; a job of 1 s was seen to cost one credit.
    return Estimate(seconds, max(1, math.ceil(seconds / SECONDS_PER_CREDIT)), exact)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
