"""The service without a network between, for thousands of calls: from requests' adapter straight to it."""

from __future__ import annotations

import io
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from .exchange import Answer, Call
from .server import FakeServer


class Wire(HTTPAdapter):
    """Breaks as a network would: nothing comes, or half of it."""

    def __init__(self, server: FakeServer) -> None:
        super().__init__()
        self._server = server

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        body = request.body or b""
        call = Call(
            str(request.method),
            request.path_url,
            request.headers,
            _bytes(body),
        )
        broken, answer = self._server.serve(call)
        if broken == "stall":
            raise requests.ReadTimeout("no reply in time", request=request)
        if broken in ("reset", "half_header"):
            raise requests.ConnectionError(ProtocolError("Connection aborted."), request=request)
        answer = answer or Answer(200, self._server.stub)
        length = len(answer.body) + (99 if broken == "wrong_length" else 0)
        sent = answer.body[: len(answer.body) // 2] if broken == "half_body" else answer.body
        raw = HTTPResponse(
            io.BytesIO(sent),
            {**answer.headers, "Content-Length": str(length)},
            answer.status,
            preload_content=False,
        )
        return self.build_response(request, raw)


def _bytes(body: Any) -> bytes:
    """Of a request; a file is read."""
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else body.read()


def wired(server: FakeServer) -> requests.Session:
    """A session whose every call goes to that server."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", Wire(server))
    return session
