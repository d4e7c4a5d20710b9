"""What goes wrong, where and when."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Literal

Action = Literal[
    "reply", "stall", "reset", "half_header", "half_body", "empty", "garbage", "html", "wrong_length"
]

_SAID: dict[int, dict[str, object]] = {
    400: {"kind": "BadRequestError", "description": "bad request"},
    401: {"kind": "AuthorizationError", "description": "user unauthenticated"},
    402: {"kind": "InsufficientCreditsError", "description": "not enough credits"},
    403: {"kind": "PermissionError", "description": "user has no permission for stitch"},
    404: {"kind": "NotFoundError", "description": "not found"},
    409: {"kind": "NotReadyError", "description": "talk is in process"},
    415: {
        "kind": "UnsupportedMimeTypeError",
        "description": "unsupported",
        "details": {"received": "text/plain", "supported": ["image/jpeg", "image/png"]},
    },
    451: {"kind": "ImageModerationError", "description": "the image was moderated"},
    500: {"kind": "InternalServerError", "description": "internal server error"},
    504: {"message": "Endpoint request timed out"},
}
# As many clips are under way as the plan allows, in the words of every service.
BUSY: dict[str, object] = {
    "kind": "ConcurrencyLimitError",
    "description": "too many clips",
    "code": "concurrency_limit",
    "errorCode": "concurrency_limit_reached",
    "message": "too many clips",
    "error": {"code": "concurrency_limit", "message": "too many clips"},
}


@dataclass
class Fault:
    """route: "POST /talks" and the like, "GET /talks/{id}", "GET /files". nth: which calls of the route, from
    1; every call if empty. acts: the service does its work before it fails. action: `reply` answers with
    `status` and `body`; the rest break the reply."""

    route: str
    action: Action = "reply"
    status: int = 500
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    nth: tuple[int, ...] = (1,)
    acts: bool = False
    late: float = 0.0

    def content(self) -> bytes:
        """`late`: a talk made by a call that failed shows up in the list only after so many seconds."""
        if isinstance(self.body, bytes):
            return self.body
        if self.status == 502 and self.body is None:
            return b"<html><body>502 Bad Gateway</body></html>"
        return json.dumps(self.body or _SAID.get(self.status, {"message": f"status {self.status}"})).encode()
