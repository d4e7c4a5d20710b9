"""D-ID's REST calls, one method each; a failed call raises and is never repeated here."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..cloud_jobs import parse
from ..cloud_jobs.errors import FaceError, NotFoundError, ReplyError, ServiceError
from ..cloud_jobs.job import Job, Stored
from ..cloud_jobs.replies import Credits, Remote, RemotePage, Upload
from ..cloud_jobs.transport import Transport
from .replies import Voice, balance, faces, talk, talk_page

PAGE = 100


class DIDClient:
    """Typed calls over a transport. Every method may raise any ServiceError."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def probe(self, style: str | None) -> Credits:
        """The balance. An account that never had credits is answered with 404, which is a balance of zero."""
        try:
            body = self.transport.call("GET", "/credits", style=style)
        except NotFoundError as error:
            if "credit" in str(error).lower():
                return Credits(0.0, 0.0)
            raise
        return balance(_object(body))

    def credits(self) -> Credits:
        return self.probe(None)

    def voices(self, provider: str = "") -> list[Voice]:
        """The voices of one provider, or of all."""
        body = self.transport.call("GET", "/tts/voices", params={"provider": provider} if provider else None)
        entries = body if isinstance(body, list) else _object(body).get("voices")
        return [Voice.from_json(entry) for entry in parse.listed("D-ID", "voices", entries)]

    def upload(self, kind: str, path: Path, name: str, mime: str) -> Upload:
        """name: at most 50 letters, digits, dots, dashes, underscores; a picture's shows up in the job's
        source_url. Raises FaceError for a picture in which D-ID looked for a face and found none."""
        form = {"detect_faces": "true"} if kind == "image" else {}
        files, limit = {kind: (name, path.read_bytes(), mime)}, self.transport.timeouts.upload
        body = _object(self.transport.call("POST", f"/{kind}s", read=limit, data=form, files=files))
        upload = Upload(parse.text(body.get("url")), parse.text(body.get("id")))
        if not upload.url:
            raise ReplyError("D-ID took the file but gave no address for it.")
        if faces(body) == 0:
            if upload.id:
                with contextlib.suppress(ServiceError):
                    self.delete(kind, upload.id)
            raise FaceError(
                "D-ID finds no face in the picture, so nothing was ordered; use one frontal, "
                "unobstructed face of at least 200 pixels.",
                kind="InvalidFaceError",
            )
        return upload

    def delete(self, kind: str, remote_id: str) -> None:
        try:
            self.transport.call("DELETE", f"/{kind}s/{quote(remote_id, safe='')}")
        except NotFoundError:
            return  # gone is what was wanted

    def quote(self, job: Job, files: Mapping[str, Stored]) -> int | None:
        """D-ID names no price; it is known from the length."""
        return None

    def submit(self, job: Job, files: Mapping[str, Stored]) -> Remote:
        """Addresses of uploads go in exactly as D-ID gave them."""
        script = {**job.template["script"]}
        if "audio" in files:
            script["audio_url"] = files["audio"].url
        marks = {"name": job.id, "user_data": job.id}
        payload: dict[str, Any] = {
            **job.template,
            "source_url": files["image"].url,
            "script": script,
            **marks,
        }
        body = self.transport.call(
            "POST", "/talks", read=self.transport.timeouts.create, once=True, json=payload
        )
        made = talk(_object(body))
        if not made.id:
            raise ReplyError("D-ID took the job but named no id.")
        return made

    def status(self, remote_id: str) -> Remote:
        found = talk(_object(self.transport.call("GET", f"/talks/{quote(remote_id, safe='')}")))
        return found if found.id else replace(found, id=remote_id)

    def page(self, token: str = "") -> RemotePage:
        """One page of the account's talks; their order is not documented."""
        params: dict[str, Any] = {"limit": PAGE, **({"token": token} if token else {})}
        return talk_page(_object(self.transport.call("GET", "/talks", params=params)))


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ReplyError("D-ID's reply is empty or not the object it should be.")
    return body
