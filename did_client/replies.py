"""What D-ID answers, as values. Everything but ids and addresses may be absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from . import parse

TalkState = Literal["running", "done", "failed", "rejected"]
_STATES: dict[str, TalkState] = {
    "created": "running",
    "started": "running",
    "done": "done",
    "error": "failed",
    "rejected": "rejected",
}


@dataclass(frozen=True)
class Credits:
    """remaining, total: credits of about 15 s each. plans: the names of the groups they come from."""

    remaining: float
    total: float
    plans: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Credits:
        entries = [entry for entry in body.get("credits") or [] if isinstance(entry, dict)]
        remaining, total = parse.number(body.get("remaining")), parse.number(body.get("total"))
        if remaining is None:
            remaining = sum(parse.number(entry.get("remaining")) or 0.0 for entry in entries)
        if total is None:
            total = sum(parse.number(entry.get("total")) or 0.0 for entry in entries)
        names = dict.fromkeys(parse.text(entry.get("plan_group")) for entry in entries)
        return cls(remaining, total, tuple(name for name in names if name))


@dataclass(frozen=True)
class Voice:
    id: str
    name: str
    provider: str
    gender: str
    languages: tuple[str, ...]

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Voice:
        spoken = [entry for entry in body.get("languages") or [] if isinstance(entry, dict)]
        locales = [parse.text(entry.get("locale")) or parse.text(entry.get("language")) for entry in spoken]
        return cls(
            parse.text(body.get("id")),
            parse.text(body.get("name")),
            parse.text(body.get("provider")),
            parse.text(body.get("gender")),
            tuple(locale for locale in locales if locale),
        )


@dataclass(frozen=True)
class Upload:
    """A picture or sound at D-ID. url is passed on unchanged: it may be an s3:// address.

    faces: what D-ID detected in a picture; None if it did not look."""

    url: str
    id: str
    faces: int | None = None

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Upload:
        faces = body.get("faces")
        return cls(
            parse.text(body.get("url")),
            parse.text(body.get("id")),
            len(faces) if isinstance(faces, list) else None,
        )


@dataclass(frozen=True)
class Talk:
    """A job at D-ID. state: status in our words; an unknown status counts as running. created: seconds since
    1970 by D-ID's clock. result_url: signed, valid for about a day, to be fetched without credentials."""

    id: str
    status: str
    state: TalkState
    created: float | None
    result_url: str
    source_url: str
    duration: float | None
    name: str
    user_data: str
    error_kind: str
    error_text: str

    @property
    def status_known(self) -> bool:
        return self.status in _STATES

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Talk:
        kind, reason = _failure(body.get("error"))
        status = parse.text(body.get("status"))
        result = parse.text(body.get("result_url"))
        return cls(
            id=parse.text(body.get("id")),
            status=status,
            state=_STATES.get(status, "running"),
            created=parse.epoch(body.get("created_at")),
            # An s3:// address here is where the result is being written, not a result.
            result_url=result if result.startswith(("https://", "http://")) else "",
            source_url=parse.text(body.get("source_url")),
            duration=parse.number(body.get("duration")),
            name=parse.text(body.get("name")),
            user_data=parse.text(body.get("user_data")),
            error_kind=kind,
            error_text=reason,
        )


@dataclass(frozen=True)
class TalkPage:
    """One page of the list. token: asks for the next page, "" at the end."""

    talks: tuple[Talk, ...]
    token: str

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> TalkPage:
        talks = [Talk.from_json(entry) for entry in body.get("talks") or [] if isinstance(entry, dict)]
        return cls(tuple(talks), parse.text(body.get("token")))


def _failure(error: Any) -> tuple[str, str]:
    """The schema says nothing about the reason of a failed talk; an object and a plain text have been
    seen."""
    if isinstance(error, dict):
        return parse.text(error.get("kind")), parse.text(error.get("description"))
    return "", parse.text(error)
