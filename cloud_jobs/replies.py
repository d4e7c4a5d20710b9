"""What services answer, in the core's words. Everything but ids and addresses may be absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RemoteState = Literal["running", "done", "failed", "rejected"]


@dataclass(frozen=True)
class Credits:
    """remaining, total: in the service's units; total is None where it isn't told. plans: the names of the
    groups they come from."""

    remaining: float
    total: float | None
    plans: tuple[str, ...] = ()


@dataclass(frozen=True)
class Upload:
    """A file at the service. url is passed on unchanged, whatever its scheme."""

    url: str
    id: str


@dataclass(frozen=True)
class Remote:
    """A clip at the service. status: its word, state: ours; an unknown word counts as running. created:
    seconds since 1970 by the service's clock. result_url: to be fetched without credentials. source_url: of
    the file by which it may be told. duration: of the clip, in seconds. marks: texts we sent along that came
    back."""

    id: str
    status: str = ""
    state: RemoteState = "running"
    known: bool = True
    created: float | None = None
    result_url: str = ""
    source_url: str = ""
    duration: float | None = None
    marks: tuple[str, ...] = ()
    error_kind: str = ""
    error_text: str = ""


@dataclass(frozen=True)
class RemotePage:
    """One page of the list. token: asks for the next page, "" at the end."""

    items: tuple[Remote, ...]
    token: str = ""
