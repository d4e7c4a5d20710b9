"""What an order is to the core: a body to POST, files to upload, and what it is likely to cost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from .service import Service


@dataclass(frozen=True)
class OrderFile:
    """Something to upload. name: "<sha256>.<suffix>". content: bytes, or a file that may be moved away."""

    name: str
    content: bytes | Path = field(repr=False)


@dataclass(frozen=True)
class Estimate:
    """seconds: of the clip. credits: what the service will probably charge in its units, None where only it
    can tell. exact: the length is measured, not guessed from a text."""

    seconds: float
    credits: int | None
    exact: bool

    def __add__(self, other: Estimate) -> Estimate:
        known = self.credits is not None and other.credits is not None
        credits = (self.credits or 0) + (other.credits or 0) if known else None
        return Estimate(self.seconds + other.seconds, credits, self.exact and other.exact)

    def text(self, service: Service, price: float = 0.0, currency: str = "") -> str:
        about = "" if self.exact else "about "
        if self.credits is None:
            return f"{about}{self.seconds:.1f} s, at a price that {service.title} tells before the order"
        if not self.credits:
            return f"{about}{self.seconds:.1f} s, free of charge"
        money = f", {about}{self.credits * price:.2f} {currency}".rstrip() if price else ""
        return f"{about}{self.seconds:.1f} s, {service.amount(self.credits, self.exact)}{money} (estimate)"


class Order(Protocol):
    """One clip to be made. extra_names: undocumented options in it. suffix: of the clip's file."""

    @property
    def suffix(self) -> str: ...

    def check(self) -> None:
        """Raises InvalidRequestError; needs no network."""
        ...

    def template(self) -> dict[str, Any]:
        """The body to POST without the addresses of the uploads and the marks of the job."""
        ...

    def files(self) -> Mapping[str, OrderFile]:
        """By kind; the first is the one by which a clip may be told."""
        ...

    def notes(self) -> tuple[str, ...]: ...

    def extra_names(self) -> tuple[str, ...]: ...

    def estimate(self) -> Estimate: ...

    def key(self, host: str, account: str) -> str:
        """Equal for orders that would give the same clip from the same account."""
        ...


@dataclass(frozen=True)
class PlainOrder:
    """An order of a body, its uploads and what it costs. key_parts: what else tells it from others, such as a
    number that has the same clip made once more."""

    body: dict[str, Any]
    uploads: Mapping[str, OrderFile]
    cost: Estimate
    remarks: tuple[str, ...] = ()
    key_parts: tuple[str, ...] = ()
    suffix: str = "mp4"

    def check(self) -> None:
        """What it is made of was checked when that was made."""

    def template(self) -> dict[str, Any]:
        return self.body

    def files(self) -> Mapping[str, OrderFile]:
        return self.uploads

    def notes(self) -> tuple[str, ...]:
        return self.remarks

    def extra_names(self) -> tuple[str, ...]:
        return ()

    def estimate(self) -> Estimate:
        return self.cost

    def key(self, host: str, account: str) -> str:
        names = [f"{kind} {file.name}" for kind, file in self.uploads.items()]
        parts = [host, account, json.dumps(self.body, sort_keys=True), *names, *self.key_parts]
        return digest("\n".join(parts).encode(errors="surrogatepass"))


def bytes_file(data: bytes, suffix: str) -> OrderFile:
    return OrderFile(f"{digest(data)}.{suffix}", data)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
