"""sync.so's REST calls (v2), one method each; a failed call raises and is never repeated here.

Facts: the service's API reference and guides on asset uploads, idempotency and errors."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote as quoted

from ...cloud_jobs import Service, parse
from ...cloud_jobs.errors import (
    AddressError,
    ConflictError,
    NotFoundError,
    ReplyError,
    ValidationError,
)
from ...cloud_jobs.job import Job, Stored
from ...cloud_jobs.replies import Remote, RemotePage, RemoteState, Upload
from ...cloud_jobs.transport import Transport
from .faults import OPEN_OUTCOMES, error_for

_STATES: dict[str, RemoteState] = {
    "PENDING": "running",
    "PROCESSING": "running",
    "COMPLETED": "done",
    "FAILED": "failed",
    "REJECTED": "rejected",
}
_COST = "/v2/analyze/cost"
_MOST_CENTS = 1e12  # beyond, a price is a slip
_MARK = re.compile(r"[0-9a-f]{32}")
_UNSUPPORTED = (AddressError, NotFoundError, ValidationError)


class SyncSoClient:
    """Typed calls over a transport. Every method may raise any ServiceError."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def probe(self, style: str | None) -> None:
        self.transport.call("GET", "/v2/models", style=style)

    def credits(self) -> None:
        """sync.so bills by the month; there is no balance to ask for."""
        return None

    def upload(self, kind: str, path: Path, name: str, mime: str) -> Upload:
        """A signed address, the file to it, and the asset made of it. Where assets can't be registered, the
        file's address is used as it is."""
        wanted = {"fileName": name, "contentType": mime, "size": path.stat().st_size}
        place = _object(self.transport.call("POST", "/v2/assets/upload", json=wanted))
        target, url = parse.text(place.get("uploadUrl")), parse.text(place.get("url"))
        if not target or not url:
            raise ReplyError("sync.so gave no address to send the file to.")
        self.transport.put(target, path, mime)
        try:
            asset = _object(self.transport.call("POST", "/v2/assets", json={"url": url}))
        except _UNSUPPORTED:
            return Upload(url, "")
        return Upload(url, parse.text(asset.get("id")) or parse.text(asset.get("assetId")))

    def delete(self, kind: str, remote_id: str) -> None:
        try:
            self.transport.call("DELETE", f"/v2/assets/{quoted(remote_id, safe='')}")
        except (NotFoundError, AddressError):
            return  # gone is what was wanted, and not every account can delete

    def quote(self, job: Job, files: Mapping[str, Stored]) -> int | None:
        """US cents, of the dollars that it answers with. Raises NotFoundError for a file that is gone."""
        try:
            body = self.transport.call("POST", _COST, json=_body(job, files))
        except AddressError:
            return None
        except NotFoundError as error:
            # Whose 404 it is, is told by its words; without any, a file that was sent anew is not to blame.
            if _COST in str(error) or (job.reuploaded and "asset" not in error.kind.lower()):
                return None
            raise
        entries = body if isinstance(body, list) else [_object(body)]
        costs = [_dollars(each.get("estimatedGenerationCost")) for each in entries if isinstance(each, dict)]
        known = [cost for cost in costs if cost is not None]
        if not known or len(known) != len(entries):
            return None
        cents = sum(known) * 100
        if cents > _MOST_CENTS:
            raise ReplyError("sync.so names a price that can't be meant; try again later.")
        return math.ceil(round(cents, 6))

    def submit(self, job: Job, files: Mapping[str, Stored]) -> Remote:
        try:
            made = self.transport.call(
                "POST",
                "/v2/generate",
                read=self.transport.timeouts.create,
                once=True,
                json=_body(job, files),
                headers={"Idempotency-Key": job.idempotency},
            )
        except ConflictError as error:
            if error.kind.upper() in OPEN_OUTCOMES and error.remote_id:
                return Remote(error.remote_id)
            raise
        generation = _generation(_object(made))
        if not generation.id:
            raise ReplyError("sync.so took the job but named no id.")
        return generation

    def status(self, remote_id: str) -> Remote:
        body = self.transport.call("GET", f"/v2/generate/{quoted(remote_id, safe='')}")
        return _generation({"id": remote_id, **_object(body)})

    def page(self, token: str) -> RemotePage:
        """All that the list shows at once; that it has pages is not documented."""
        body = self.transport.call("GET", "/v2/generations")
        entries = body if isinstance(body, list) else _object(body).get("generations")
        generations = parse.listed("sync.so", "generations", entries)
        return RemotePage(tuple(map(_generation, generations)))


def _body(job: Job, files: Mapping[str, Stored]) -> dict[str, Any]:
    """An asset by its id, where there is one."""
    inputs = [
        {"type": kind, **({"assetId": each.remote_id} if each.remote_id else {"url": each.url})}
        for kind, each in files.items()
    ]
    return {**job.template, "input": inputs, "outputFileName": job.id}


def _generation(body: dict[str, Any]) -> Remote:
    status = parse.text(body.get("status"))
    result = parse.text(body.get("outputUrl"))
    inputs = parse.objects(body.get("input"))
    marks = (parse.text(body.get("outputFileName")), parse.stem(result))
    return Remote(
        id=parse.text(body.get("id")),
        status=status,
        state=_STATES.get(status, "running"),
        known=status in _STATES,
        created=parse.epoch(body.get("createdAt")),
        result_url=result,
        source_url=parse.text(inputs[0].get("url")) if inputs else "",
        duration=parse.number(body.get("outputDuration")),
        marks=tuple(mark for mark in marks if _MARK.fullmatch(mark)),
        error_kind=parse.text(body.get("errorCode")),
        error_text=parse.text(body.get("error")),
    )


def _dollars(value: Any) -> float | None:
    """A number, or one that is written as a text."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    found = parse.number(value)
    return found if found is not None and found >= 0 else None


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ReplyError("sync.so's reply is empty or not the object it should be.")
    return body


SERVICE = Service(
    id="syncso",
    title="sync.so",
    command="cloud syncso",
    address="https://api.sync.so",
    address_variable="SYNC_API_URL",
    folder_variable="LIPSYNC_SYNCSO_FOLDER",
    key_variables=("SYNC_API_KEY",),
    key_form="the settings of sync.so, under API keys",
    site="the dashboard of sync.so",
    agreeing="consent in a node, --consent with render",
    error_for=error_for,
    connect=SyncSoClient,
    unit="US cent",
    units="US cents",
    header="x-api-key",
    quotes=True,
    # How long a key is kept is not told; after that the list is searched, and nothing is sent again.
    repeatable=3600.0,
    typical=3600.0,
    defaults={"max_credits_per_run": 500, "max_credits_per_day": 2000, "deadline_minutes": 60.0},
)
