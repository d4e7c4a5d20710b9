"""D-ID's REST calls, one method each; a failed call raises and is never repeated here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal
from urllib.parse import quote

from .errors import NotFoundError, ReplyError
from .keys import AuthStyle
from .replies import Credits, Talk, TalkPage, Upload, Voice
from .transport import Transport

PAGE = 100
Kind = Literal["image", "audio"]


class DIDClient:
    """Typed calls over a transport. Every method may raise any ServiceError."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def authenticate(self) -> AuthStyle:
        """Find out which form of the header the service accepts; costs nothing."""
        return self.transport.find_style(self._credits)

    def credits(self) -> Credits:
        """The balance. An account that never had credits is answered with 404, which is a balance of zero."""
        return self._credits(None)

    def _credits(self, style: AuthStyle | None) -> Credits:
        try:
            body = self.transport.call("GET", "/credits", style=style)
        except NotFoundError as error:
            if "credit" in str(error).lower():
                return Credits(0.0, 0.0)
            raise
        return Credits.from_json(_object(body))

    def voices(self, provider: str = "") -> list[Voice]:
        """The voices of one provider, or of all."""
        body = self.transport.call("GET", "/tts/voices", params={"provider": provider} if provider else None)
        entries = body if isinstance(body, list) else _object(body).get("voices")
        if not isinstance(entries, list):
            raise ReplyError("D-ID's list of voices is not a list.")
        return [Voice.from_json(entry) for entry in entries if isinstance(entry, dict)]

    def upload(self, kind: Kind, data: bytes, name: str, mime: str) -> Upload:
        """name: at most 50 letters, digits, dots, dashes, underscores; a picture's shows up in the job's
        source_url."""
        form = {"detect_faces": "true"} if kind == "image" else {}
        files, limit = {kind: (name, data, mime)}, self.transport.timeouts.upload
        body = self.transport.call("POST", f"/{kind}s", read=limit, data=form, files=files)
        upload = Upload.from_json(_object(body))
        if not upload.url:
            raise ReplyError("D-ID took the file but gave no address for it.")
        return upload

    def delete(self, kind: Kind, upload_id: str) -> None:
        try:
            self.transport.call("DELETE", f"/{kind}s/{quote(upload_id, safe='')}")
        except NotFoundError:
            return  # gone is what was wanted

    def submit(self, payload: dict[str, Any]) -> Talk:
        """POST a finished body: this is what costs credits. After an error the talk may exist all the same,
        unless `nothing_sent`."""
        body = self.transport.call(
            "POST", "/talks", read=self.transport.timeouts.create, once=True, json=payload
        )
        talk = Talk.from_json(_object(body))
        if not talk.id:
            raise ReplyError("D-ID took the job but named no id.")
        return talk

    def talk(self, talk_id: str) -> Talk:
        talk = Talk.from_json(_object(self.transport.call("GET", f"/talks/{quote(talk_id, safe='')}")))
        return talk if talk.id else replace(talk, id=talk_id)

    def talks(self, token: str = "") -> TalkPage:
        """One page of the account's talks; their order is not documented."""
        params: dict[str, Any] = {"limit": PAGE, **({"token": token} if token else {})}
        return TalkPage.from_json(_object(self.transport.call("GET", "/talks", params=params)))


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ReplyError("D-ID's reply is empty or not the object it should be.")
    return body
