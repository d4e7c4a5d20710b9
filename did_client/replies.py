"""What D-ID answers, as values. Everything but ids and addresses may be absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..cloud_jobs import parse
from ..cloud_jobs.replies import Credits, Remote, RemotePage, RemoteState

_STATES: dict[str, RemoteState] = {
    "created": "running",
    "started": "running",
    "done": "done",
    "error": "failed",
    "rejected": "rejected",
}


def balance(body: dict[str, Any]) -> Credits:
    """Credits of about 15 s each."""
    entries = parse.listed("D-ID", "credits", body.get("credits"), needed=False)
    remaining, total = parse.number(body.get("remaining")), parse.number(body.get("total"))
    if remaining is None:
        remaining = sum(parse.number(entry.get("remaining")) or 0.0 for entry in entries)
    if total is None:
        total = sum(parse.number(entry.get("total")) or 0.0 for entry in entries)
    names = dict.fromkeys(parse.text(entry.get("plan_group")) for entry in entries)
    return Credits(remaining, total, tuple(name for name in names if name))


@dataclass(frozen=True)
class Voice:
    id: str
    name: str
    provider: str
    gender: str
    languages: tuple[str, ...]

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Voice:
        spoken = parse.objects(body.get("languages"))
        locales = [parse.text(entry.get("locale")) or parse.text(entry.get("language")) for entry in spoken]
        return cls(
            parse.text(body.get("id")),
            parse.text(body.get("name")),
            parse.text(body.get("provider")),
            parse.text(body.get("gender")),
            tuple(locale for locale in locales if locale),
        )


def faces(body: dict[str, Any]) -> int | None:
    """How many D-ID detected in a picture; None if it did not look."""
    found = body.get("faces")
    return len(found) if isinstance(found, list) else None


def talk(body: dict[str, Any]) -> Remote:
    """A job at D-ID. Its result_url is signed and valid for about a day."""
    kind, reason = _failure(body.get("error"))
    status = parse.text(body.get("status"))
    result = parse.text(body.get("result_url"))
    marks = (parse.text(body.get("name")), parse.text(body.get("user_data")))
    return Remote(
        id=parse.text(body.get("id")),
        status=status,
        state=_STATES.get(status, "running"),
        known=status in _STATES,
        created=parse.epoch(body.get("created_at")),
        # An s3:// address here is where the result is being written, not a result.
        result_url=result if result.startswith(("https://", "http://")) else "",
        source_url=parse.text(body.get("source_url")),
        duration=parse.number(body.get("duration")),
        marks=tuple(mark for mark in marks if mark),
        error_kind=kind,
        error_text=reason,
    )


def talk_page(body: dict[str, Any]) -> RemotePage:
    talks = parse.listed("D-ID", "talks", body.get("talks"), needed=False)
    return RemotePage(tuple(map(talk, talks)), parse.text(body.get("token")))


def _failure(error: Any) -> tuple[str, str]:
    """The schema says nothing about the reason of a failed talk; an object and a plain text have been
    seen."""
    if isinstance(error, dict):
        return parse.text(error.get("kind")), parse.text(error.get("description"))
    return "", parse.text(error)
