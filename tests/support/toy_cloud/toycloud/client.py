"""The toy's calls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...cloud_jobs import Service, parse
from ...cloud_jobs.errors import ReplyError
from ...cloud_jobs.job import Job, Stored
from ...cloud_jobs.replies import Credits, Remote, RemotePage, RemoteState, Upload
from ...cloud_jobs.transport import Transport
from .faults import error_for

_STATES: dict[str, RemoteState] = {"working": "running", "ready": "done", "broken": "failed"}


class ToyClient:
    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def probe(self, style: str | None) -> Credits:
        body = _object(self.transport.call("GET", "/account", style=style))
        return Credits(parse.number(body.get("coins")) or 0.0, None)

    def credits(self) -> Credits:
        return self.probe(None)

    def upload(self, kind: str, path: Path, name: str, mime: str) -> Upload:
        limit = self.transport.timeouts.upload
        files = {"file": (name, path.read_bytes(), mime)}
        body = _object(self.transport.call("POST", "/uploads", read=limit, files=files))
        if not parse.text(body.get("id")):
            raise ReplyError("Toy took the file but named no id.")
        return Upload(parse.text(body.get("url")), parse.text(body["id"]))

    def delete(self, kind: str, remote_id: str) -> None:
        """What lies at the toy is forgotten by itself."""

    def quote(self, job: Job, files: Mapping[str, Stored]) -> int | None:
        return None

    def submit(self, job: Job, files: Mapping[str, Stored]) -> Remote:
        payload = {**job.template, "mark": job.id, **{kind: each.remote_id for kind, each in files.items()}}
        made = self.transport.call(
            "POST", "/clips", read=self.transport.timeouts.create, once=True, json=payload
        )
        return _clip(_object(made))

    def status(self, remote_id: str) -> Remote:
        return _clip(_object(self.transport.call("GET", f"/clips/{remote_id}")))

    def page(self, token: str) -> RemotePage:
        body = _object(self.transport.call("GET", "/clips", params={"after": token}))
        clips = parse.listed("Toy", "clips", body.get("clips"))
        return RemotePage(tuple(map(_clip, clips)), parse.text(body.get("next")))


def _clip(body: dict[str, Any]) -> Remote:
    if not parse.text(body.get("id")):
        raise ReplyError("Toy's clip has no id.")
    status = parse.text(body.get("status"))
    return Remote(
        id=parse.text(body.get("id")),
        status=status,
        state=_STATES.get(status, "running"),
        known=status in _STATES,
        created=parse.epoch(body.get("created")),
        result_url=parse.text(body.get("link")),
        duration=parse.number(body.get("seconds")),
        marks=tuple(mark for mark in (parse.text(body.get("mark")),) if mark),
    )


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ReplyError("Toy's reply is not the object it should be.")
    return body


SERVICE = Service(
    id="toycloud",
    title="Toy",
    command="cloud toycloud",
    address="https://toy.example.org",
    address_variable="TOY_API_URL",
    folder_variable="LIPSYNC_TOY_FOLDER",
    key_variables=("TOY_API_KEY",),
    key_form="the toy's box",
    site="the toy's box",
    agreeing="consent in a node",
    error_for=error_for,
    connect=ToyClient,
    header="X-Toy-Key",
    unit="coin",
    units="coins",
)
