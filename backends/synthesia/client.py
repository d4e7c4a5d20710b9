"""Synthesia's REST calls (v2), one method each; a failed call raises and is never repeated here.

Facts: the service's OpenAPI description and its page on uploads of script audio."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote as quoted

from ...cloud_jobs import Service, parse
from ...cloud_jobs.errors import AddressError, MediaTypeError, NotFoundError, ReplyError, ValidationError
from ...cloud_jobs.job import Job, Stored
from ...cloud_jobs.replies import Remote, RemotePage, RemoteState, Upload
from ...cloud_jobs.transport import Transport
from .faults import error_for

_ADDRESS = "https://api.synthesia.io"
_UPLOADS = "https://upload.api.synthesia.io"
PAGE = 100
_STATES: dict[str, RemoteState] = {
    "in_progress": "running",
    "approved": "running",
    "complete": "done",
    "error": "failed",
    "deleted": "failed",
    "rejected": "rejected",
}
_MARK = re.compile(r"\b[0-9a-f]{32}\b")
_LENGTH = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2}(?:\.\d+)?)")
_MILLISECONDS = 1e11  # times above are no seconds


class SynthesiaClient:
    """Typed calls over a transport. Every method may raise any ServiceError."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        # Another address of the service takes uploads, too.
        self._uploads = _UPLOADS if transport.api_url == _ADDRESS else ""

    def probe(self, style: str | None) -> None:
        self.transport.call("GET", "/v2/videos", style=style, params={"limit": 1})

    def credits(self) -> None:
        """What is left of the plan is not told."""
        return None

    def upload(self, kind: str, path: Path, name: str, mime: str) -> Upload:
        """A recording, as it is; the file's name goes nowhere."""
        body = self.transport.call(
            "POST",
            "/v2/scriptAudio",
            base=self._uploads,
            read=self.transport.timeouts.upload,
            data=path.read_bytes(),
            headers={"Content-Type": mime},
        )
        upload = Upload("", parse.text(_object(body).get("id")))
        if not upload.id:
            raise ReplyError("Synthesia took the recording but named no id.")
        return upload

    def ready(self, stored: Stored) -> bool:
        """Recordings are taken in after the upload. Whether that can be asked of them is not documented;
        where it can't, they count as ready. Raises MediaTypeError for one that could not be read."""
        try:
            body = _object(self.transport.call("GET", f"/v2/assets/{quoted(stored.remote_id, safe='')}"))
        except (AddressError, NotFoundError, ValidationError):
            return True
        if body.get("status") == "error":
            reason = parse.text(body.get("errorCode"))
            raise MediaTypeError("Synthesia can't read the recording; use another one.", kind=reason)
        return body.get("status") not in ("awaiting_upload", "processing")

    def delete(self, kind: str, remote_id: str) -> None:
        """There is no call that removes a recording."""

    def quote(self, job: Job, files: Mapping[str, Stored]) -> int | None:
        """Synthesia names no price; it is known from the length."""
        return None

    def submit(self, job: Job, files: Mapping[str, Stored]) -> Remote:
        """Title and callback carry the job's mark: there is no idempotency key to tell one order by."""
        (clip,) = job.template["input"]
        if "audio" in files:
            clip = {**clip, "scriptAudio": files["audio"].remote_id}
        marks = {"title": f"LipSync Studio {job.id}", "callbackId": job.id}
        body = {**job.template, "input": [clip], **marks}
        made = self.transport.call(
            "POST", "/v2/videos", read=self.transport.timeouts.create, once=True, json=body
        )
        video = _video(_object(made))
        if not video.id:
            raise ReplyError("Synthesia took the order but named no id.")
        return video

    def status(self, remote_id: str) -> Remote:
        body = self.transport.call("GET", f"/v2/videos/{quoted(remote_id, safe='')}")
        return _video({"id": remote_id, **_object(body)})

    def page(self, token: str) -> RemotePage:
        """One page of the workspace's videos; their order is not documented. Each names the next one's
        beginning, the last too, after which there is nothing."""
        offset = int(token or 0)
        body = _object(self.transport.call("GET", "/v2/videos", params={"limit": PAGE, "offset": offset}))
        videos = tuple(map(_video, parse.listed("Synthesia", "videos", body.get("videos"))))
        following = parse.number(body.get("nextOffset"))
        more = bool(body["videos"]) and following is not None and following > offset
        return RemotePage(videos, str(int(following or 0)) if more else "")


def _video(body: dict[str, Any]) -> Remote:
    status = parse.text(body.get("status"))
    kind, reason = _failure(body.get("error"))
    texts = (parse.text(body.get(name)) for name in ("callbackId", "title"))
    return Remote(
        id=parse.text(body.get("id")),
        status=status,
        state=_STATES.get(status, "running"),
        known=status in _STATES,
        created=_moment(body.get("createdAt")),
        result_url=parse.text(body.get("download")),
        duration=_seconds(body.get("duration")),
        marks=tuple(mark for text in texts for mark in _MARK.findall(text)),
        error_kind=kind,
        error_text=reason,
    )


def _moment(value: Any) -> float | None:
    """Seconds since 1970, of seconds, milliseconds or a text."""
    number = parse.number(value)
    if number is None:
        return parse.epoch(value)
    return number / 1000 if number > _MILLISECONDS else number


def _seconds(value: Any) -> float | None:
    """Of "h:mm:ss.ffffff"."""
    if not (found := _LENGTH.fullmatch(parse.text(value))):
        return parse.number(value)
    hours, minutes, seconds = found.groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _failure(error: Any) -> tuple[str, str]:
    """Why a video failed is not in the description; as in refusals, if anywhere."""
    if isinstance(error, dict):
        return parse.text(error.get("code")), parse.text(error.get("detail")) or parse.text(
            error.get("error")
        )
    return "", parse.text(error)


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ReplyError("Synthesia's reply is empty or not the object it should be.")
    return body


SERVICE = Service(
    id="synthesia",
    title="Synthesia",
    command="cloud synthesia",
    address=_ADDRESS,
    address_variable="SYNTHESIA_API_URL",
    folder_variable="LIPSYNC_SYNTHESIA_FOLDER",
    key_variables=("SYNTHESIA_API_KEY",),
    key_form="Synthesia's Studio, under Developers, API keys, of the scope Legacy (v2)",
    site="Synthesia's library of videos",
    agreeing="consent in the node, or cloud synthesia consent",
    error_for=error_for,
    connect=SynthesiaClient,
    unit="minute",
    units="minutes",
    ready=SynthesiaClient.ready,
    typical=1800.0,
    without=("max_seconds", "per_second"),
    defaults={"max_credits_per_run": 5, "max_credits_per_day": 20, "deadline_minutes": 60.0},
)
