"""D-ID's routes and credentials."""

from __future__ import annotations

import base64
import email.utils
import json
import re
import time
from collections.abc import Callable
from email.message import Message

from fake_cloud.exchange import Answer, Call, json_answer
from fake_cloud.server import FakeServer, Made

from .policy import Policy
from .service import Refusal, Service


class FakeDID(FakeServer):
    """key: "user:password", the only one it knows."""

    stub = b'{"id": "tlk_'

    def __init__(
        self,
        key: str,
        policy: Policy | None = None,
        *,
        now: Callable[[], float] = time.time,
        credits: float = 1000.0,
        port: int = 0,
    ) -> None:
        super().__init__(now, port)
        self.policy = policy or Policy()
        self._credits = credits
        self.service = Service(self.policy, now, credits)
        self._key = key

    def __enter__(self) -> FakeDID:
        super().__enter__()
        self.service.base = self.url
        return self

    def renew(self, credits: float = 1000.0) -> None:
        self._credits = credits
        super().renew()

    def forget(self) -> None:
        self.service = Service(self.policy, self.service.now, self._credits, self.url)

    def made(self) -> list[Made]:
        talks = self.service.talks.values()
        return [Made(talk.body["user_data"], talk.id, talk.cost) for talk in talks]

    def charged(self) -> float:
        return self.service.charged

    def answer(self, call: Call, late: float = 0.0) -> Answer:
        if call.path.startswith("/files/"):
            return self._file(call)
        if not self._authorised(call.headers.get("Authorization", "")):
            return json_answer({"kind": "AuthorizationError", "description": "user unauthenticated"}, 401)
        try:
            return self._dispatch(call, late)
        except Refusal as refusal:
            status, kind, said = refusal.args
            return json_answer({"kind": kind, "description": said}, status, **self.date())

    def _dispatch(self, call: Call, late: float) -> Answer:
        service, route, item = self.service, call.route, call.path.rsplit("/", 1)[-1]
        status = 200
        if route == "GET /credits":
            content: object = service.credits()
        elif route == "GET /tts/voices":
            content = service.voices(call.query("provider"))
        elif route == "POST /images" and (image := call.part("image")):
            detect = call.part("detect_faces")
            wanted = detect is not None and detect.get_payload(decode=True) == b"true"
            content, status = service.image(*_upload(image), wanted), 201
        elif route == "POST /audios" and (audio := call.part("audio")):
            content, status = service.audio(*_upload(audio)), 201
        elif route in ("DELETE /images/{id}", "DELETE /audios/{id}"):
            service.delete_upload(call.path.split("/")[1], item)
            return Answer(204, headers=self.date())
        elif route == "POST /talks":
            content, status = service.create(json.loads(call.body), late), 201
        elif route == "GET /talks":
            content = service.page(call.query("token"), int(call.query("limit", "100")))
        elif route == "GET /talks/{id}":
            content = service.get(item)
        else:
            # The gateway's way to say that there is no such route, with the header in the text.
            header = call.headers["Authorization"]
            content, status = (
                {
                    "message": f"'{header}' not a valid key=value pair (missing equal-sign) in "
                    "Authorization header; it requires 'Credential' parameter."
                },
                403,
            )
        return json_answer(content, status, **self.date())

    def _authorised(self, header: str) -> bool:
        encoded = base64.b64encode(self._key.encode()).decode()
        forms = {
            "basic_raw": f"Basic {self._key}",
            "basic_b64": f"Basic {encoded}",
            "bearer": f"Bearer {encoded}",
        }
        return header in (forms.values() if self.policy.auth == "any" else [forms[self.policy.auth]])

    def _file(self, call: Call) -> Answer:
        """As S3: a signed link and a header are one way too many to log in."""
        if "Authorization" in call.headers:
            return Answer(400, b"<Error><Code>InvalidArgument</Code></Error>")
        data = self.service.file(call.raw_path)
        if data is None:
            return Answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        headers = {"Content-Type": "video/mp4", **({"ETag": '"tag1"'} if self.policy.etag else {})}
        wanted = re.match(r"bytes=(\d+)-$", call.headers.get("Range", ""))
        if wanted and self.policy.ranges and call.headers.get("If-Range") == headers.get("ETag"):
            start = int(wanted[1])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            return Answer(206, data[start:], headers)
        return Answer(200, data, headers)

    def date(self) -> dict[str, str]:
        if not self.policy.date_header:
            return {"Date": ""}
        return {"Date": email.utils.formatdate(self.service.time(), usegmt=True)}


def _upload(part: Message) -> tuple[bytes, str, str]:
    """Content, file name and type of a part."""
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content, part.get_filename() or "", part.get_content_type()
