"""HTTP in front of the service: credentials, faults, and a log of every request."""

from __future__ import annotations

import asyncio
import base64
import email
import email.utils
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from typing import Any

from aiohttp import web

from .faults import Fault
from .policy import Policy
from .service import Refusal, Service

STALL = 2.0


@dataclass(frozen=True)
class Seen:
    """A request that came in. fault: what was done to it."""

    route: str
    raw_path: str
    headers: dict[str, str]
    body: bytes
    fault: str = ""


class FakeDID:
    """A server on a free port of this machine. key: "user:password", the only one it knows. chance: a
    function that may return a Fault for a route, tried after the listed faults."""

    def __init__(self, key: str, policy: Policy | None = None, *, now: Callable[[], float] = time.time,
                 credits: float = 1000.0, port: int = 0) -> None:
        self.policy = policy or Policy()
        self.service = Service(self.policy, now, credits)
        self.faults: list[Fault] = []
        self.chance: Callable[[str], Fault | None] = lambda route: None
        self.log: list[Seen] = []
        self.counts: Counter[str] = Counter()
        self._key = key
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> FakeDID:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._main())
        self._loop.close()

    async def _main(self) -> None:
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self._port)
        await site.start()
        self._port = runner.addresses[0][1]
        self.url = self.service.base = f"http://127.0.0.1:{self._port}"
        self._ready.set()
        await self._stopping.wait()
        await runner.cleanup()

    def requests(self, route: str) -> list[Seen]:
        return [seen for seen in self.log if seen.route == route]

    def renew(self, credits: float = 1000.0) -> None:
        """A new account, without faults or history, at the same address."""
        base = self.service.base
        self.service = Service(self.policy, self.service.now, credits, base)
        self.faults, self.log = [], []
        self.counts.clear()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        route = _route(request.method, request.path)
        with self.service.lock:
            self.counts[route] += 1
            fault = next((f for f in self.faults if f.route == route
                          and (not f.nth or self.counts[route] in f.nth)), None) or self.chance(route)
            self.log.append(Seen(route, request.raw_path, dict(request.headers), body,
                                 fault.action if fault else ""))
        if fault is None:
            return await self._answer(request, body)
        if fault.action == "reply":
            if fault.acts:
                await self._answer(request, body, fault.late)
            headers = {"Content-Type": "application/json", **self._date(), **fault.headers}
            return web.Response(status=fault.status, body=fault.content(), headers=headers)
        answer = await self._answer(request, body, fault.late) if fault.acts else None
        return await self._break(request, fault, answer)

    async def _break(self, request: web.Request, fault: Fault,
                     answer: web.Response | None) -> web.StreamResponse:
        if fault.action == "stall":
            await asyncio.sleep(STALL)
        if fault.action == "empty":
            return web.Response(status=200)
        if fault.action == "garbage":
            return web.Response(status=200, body=b'{"id": "tlk_', content_type="application/json")
        if fault.action == "html":
            return web.Response(status=200, text="<html>Please log in</html>", content_type="text/html")
        body = bytes(answer.body) if answer and isinstance(answer.body, bytes) else b'{"id": "tlk_'
        head = f"HTTP/1.1 {answer.status if answer else 200} OK\r\nContent-Type: application/json\r\n"
        transport = request.transport
        assert transport is not None
        if fault.action == "half_header":
            transport.write(head.encode()[:25])
        elif fault.action == "half_body":
            etag = answer.headers.get("ETag", "") if answer else ""
            tag = f"ETag: {etag}\r\nAccept-Ranges: bytes\r\n" if etag else ""
            head += f"{tag}Content-Length: {len(body)}\r\n\r\n"
            transport.write(head.encode() + body[: len(body) // 2])
        elif fault.action == "wrong_length":
            transport.write(f"{head}Content-Length: {len(body) + 99}\r\n\r\n".encode() + body)
        if fault.action in ("half_header", "half_body", "wrong_length"):
            await asyncio.sleep(0.02)
            transport.close()
        else:
            transport.abort()
        return web.Response()

    async def _answer(self, request: web.Request, body: bytes, late: float = 0.0) -> web.Response:
        if request.path.startswith("/files/"):
            return self._file(request)
        if not self._authorised(request.headers.get("Authorization", "")):
            return self._json({"kind": "AuthorizationError", "description": "user unauthenticated"}, 401)
        form = _form(request.headers.get("Content-Type", ""), body)
        with self.service.lock:
            try:
                return self._dispatch(request, body, form, late)
            except Refusal as refusal:
                status, kind, said = refusal.args
                return self._json({"kind": kind, "description": said}, status)

    def _dispatch(self, request: web.Request, body: bytes, form: dict[str, Message],
                  late: float) -> web.Response:
        service, query = self.service, request.query
        route, item = _route(request.method, request.path), request.path.rsplit("/", 1)[-1]
        if route == "GET /credits":
            return self._json(service.credits())
        if route == "GET /tts/voices":
            return self._json(service.voices(query.get("provider", "")))
        if route == "POST /images" and "image" in form:
            detect = "detect_faces" in form and form["detect_faces"].get_payload(decode=True) == b"true"
            return self._json(service.image(*_file(form["image"]), detect), 201)
        if route == "POST /audios" and "audio" in form:
            return self._json(service.audio(*_file(form["audio"])), 201)
        if route in ("DELETE /images/{id}", "DELETE /audios/{id}"):
            service.delete_upload(request.path.split("/")[1], item)
            return web.Response(status=204)
        if route == "POST /talks":
            return self._json(service.create(json.loads(body), late), 201)
        if route == "GET /talks":
            return self._json(service.page(query.get("token", ""), int(query.get("limit", 100))))
        if route == "GET /talks/{id}":
            return self._json(service.get(item))
        if route == "DELETE /talks/{id}":
            return self._json(service.delete(item))
        # The gateway's way to say that there is no such route, with the header in the text.
        header = request.headers["Authorization"]
        return self._json({"message": f"'{header}' not a valid key=value pair (missing equal-sign) in "
                                      "Authorization header; it requires 'Credential' parameter."}, 403)

    def _authorised(self, header: str) -> bool:
        encoded = base64.b64encode(self._key.encode()).decode()
        forms = {"basic_raw": f"Basic {self._key}", "basic_b64": f"Basic {encoded}",
                 "bearer": f"Bearer {encoded}"}
        return header in (forms.values() if self.policy.auth == "any" else [forms[self.policy.auth]])

    def _file(self, request: web.Request) -> web.Response:
        """As S3: a signed link and a header are one way too many to log in."""
        if "Authorization" in request.headers:
            return web.Response(status=400, text="<Error><Code>InvalidArgument</Code></Error>")
        data = self.service.file(request.raw_path)
        if data is None:
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        headers = {"ETag": '"tag1"'} if self.policy.etag else {}
        wanted = re.match(r"bytes=(\d+)-$", request.headers.get("Range", ""))
        if wanted and self.policy.ranges and request.headers.get("If-Range") == headers.get("ETag"):
            start = int(wanted[1])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            return web.Response(status=206, body=data[start:], headers=headers, content_type="video/mp4")
        return web.Response(body=data, headers=headers, content_type="video/mp4")

    def _json(self, content: Any, status: int = 200) -> web.Response:
        return web.Response(status=status, body=json.dumps(content).encode(), content_type="application/json",
                            headers=self._date())

    def _date(self) -> dict[str, str]:
        moment = self.service.time() if self.policy.date_header else 0
        return {"Date": email.utils.formatdate(moment, usegmt=True) if self.policy.date_header else ""}


def _form(content_type: str, body: bytes) -> dict[str, Message]:
    """The parts of a multipart/form-data body by name."""
    if not content_type.startswith("multipart/form-data"):
        return {}
    message = email.message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    return {str(part.get_param("name", header="Content-Disposition")): part for part in message.get_payload()}


def _file(part: Message) -> tuple[bytes, str, str]:
    """Content, file name and type of a part."""
    return part.get_payload(decode=True), part.get_filename() or "", part.get_content_type()


def _route(method: str, path: str) -> str:
    if path.startswith("/files/"):
        return f"{method} /files"
    return f"{method} " + re.sub(r"^/(talks|images|audios)/[^/]+$", r"/\1/{id}", path)
