"""A request and a reply, whatever carries them."""

from __future__ import annotations

import email
import json
import re
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, urlsplit

from requests.structures import CaseInsensitiveDict


@dataclass(frozen=True)
class Call:
    """raw_path: path and query as they were written."""

    method: str
    raw_path: str
    headers: CaseInsensitiveDict[str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.raw_path).path

    @property
    def route(self) -> str:
        """ "GET /talks/{id}" and the like."""
        if self.path.startswith("/files/"):
            return f"{self.method} /files"
        path = re.sub(r"^/(talks|images|audios)/[^/]+$", r"/\1/{id}", self.path)
        return f"{self.method} " + re.sub(r"/[a-z]{3}_[^/]+", "/{id}", path)

    def query(self, name: str, default: str = "") -> str:
        return parse_qs(urlsplit(self.raw_path).query).get(name, [default])[0]

    def part(self, name: str) -> Message | None:
        """A part of a multipart/form-data body."""
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("multipart/form-data"):
            return None
        message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + self.body)
        return next(
            (
                part
                for part in message.get_payload()
                if part.get_param("name", header="Content-Disposition") == name
            ),
            None,
        )


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(content: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(content).encode(), {"Content-Type": "application/json", **headers})
