"""What the job core is told of a service, and what it asks of the service's client. It knows none by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from .errors import ServiceError

if TYPE_CHECKING:
    from .job import Job, Stored
    from .replies import Credits, Remote, RemotePage, Upload
    from .transport import Transport

PLAIN = "plain"


def only_plain(secret: str) -> tuple[str, ...]:
    """The forms of a header that takes the key as it is."""
    return (PLAIN,)


def as_it_is(secret: str, style: str) -> str:
    return secret


def at_once(client: Any, stored: Stored) -> bool:
    """Of a service whose uploads can be used when they are there."""
    return True


@dataclass(frozen=True)
class Service:
    """One paid service.

    id: names its folder, "<id>.json" and "<id>.key". title: as users know it. command: its command line, for
    messages. address: of its API. address_variable, folder_variable, key_variables: environment variables.
    key_form: where a key is found and what it looks like. site: where the user sees their clips there.
    agreeing: how one agrees to an order. unit, units: what it charges in, one and many.
    header: that carries the key. styles: the forms of that header worth trying for a key, most likely first;
    encode: the header's value in one of them; all_styles: what the settings may name.
    ring_user: in the system's keyring, where it isn't the id. without: settings that mean nothing to it.
    error_for: from status, body, headers and the service's time to the exception for a refusal.
    connect: makes the client.
    lists: whether made clips can be listed. quotes: whether the service tells the price of an order
    beforehand. repeatable: seconds for which a second POST with the same Idempotency-Key makes no second
    clip, 0 where there is no such key. reuse: seconds for which an upload may be used. ready: asks the client
    whether an upload can be used yet; raises MediaTypeError for one that never can. typical: seconds most
    clips take. defaults: of the settings, where they differ.
    """

    id: str
    title: str
    command: str
    address: str
    address_variable: str
    folder_variable: str
    key_variables: tuple[str, ...]
    key_form: str
    site: str
    agreeing: str
    error_for: Callable[[int, bytes, Any, float], ServiceError]
    connect: Callable[[Transport], Client]
    unit: str = "credit"
    units: str = "credits"
    header: str = "Authorization"
    styles: Callable[[str], tuple[str, ...]] = only_plain
    encode: Callable[[str, str], str] = as_it_is
    all_styles: tuple[str, ...] = ("auto", PLAIN)
    ring_user: str = ""
    without: tuple[str, ...] = ()
    lists: bool = True
    quotes: bool = False
    repeatable: float = 0.0
    reuse: float = 20 * 3600.0
    ready: Callable[[Any, Stored], bool] = at_once
    typical: float = 600.0
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def settings_file(self) -> str:
        return f"{self.id}.json"

    @property
    def key_file(self) -> str:
        return f"{self.id}.key"

    @property
    def keyring(self) -> tuple[str, str]:
        """Service and user of the key in the system's keyring. Windows' tells entries apart by the user only
        where there is one."""
        return "lipsync-studio", self.ring_user or self.id

    @property
    def heading(self) -> str:
        """What it charges in, where a sentence begins."""
        return self.units[:1].upper() + self.units[1:]

    def amount(self, count: float, exact: bool = True) -> str:
        """ "3 credits", "about 1 credit"."""
        return f"{'' if exact else 'about '}{count:g} {self.unit if count == 1 else self.units}"


class Client(Protocol):
    """Typed calls; a failed one raises a ServiceError and is never repeated by the client. A call that may
    not be repeated goes over a connection of its own (`once`)."""

    @property
    def transport(self) -> Transport: ...

    def probe(self, style: str | None) -> Any:
        """A call that costs nothing and needs the key, in that form of the header."""
        ...

    def credits(self) -> Credits | None:
        """The balance; None where the service tells none."""
        ...

    def upload(self, kind: str, path: Path, name: str, mime: str) -> Upload: ...

    def delete(self, kind: str, remote_id: str) -> None:
        """Remove an upload; one that is gone is no error."""
        ...

    def quote(self, job: Job, files: Mapping[str, Stored]) -> int | None:
        """What the order will cost; None where the service does not tell. Costs nothing."""
        ...

    def submit(self, job: Job, files: Mapping[str, Stored]) -> Remote:
        """The call that costs money. After an error the clip may be made all the same. Where the service
        takes an Idempotency-Key, it is job.idempotency."""
        ...

    def status(self, remote_id: str) -> Remote: ...

    def page(self, token: str) -> RemotePage:
        """One page of the account's clips, from the first one at ""."""
        ...
