"""The service behind HTTP: credentials, faults, and a log of every request."""

from __future__ import annotations

import asyncio
import base64
import email.utils
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message

from aiohttp import web
from requests.structures import CaseInsensitiveDict

from .exchange import Answer, Call, json_answer
from .faults import Fault
from .policy import Policy
from .service import Refusal, Service

STALL = 2.0
_BREAKS = ("stall", "reset", "half_header", "half_body", "wrong_length")


@dataclass(frozen=True)
class Seen:
    """A request that came in. fault: what was done to it."""

    route: str
    raw_path: str
    headers: CaseInsensitiveDict[str]
    body: bytes
    fault: str = ""


class FakeDID:
    """A server on a free port of this machine. key: "user:password", the only one it knows. chance: may
    return a Fault for a route; asked after the listed faults."""

    def __init__(
        self,
        key: str,
        policy: Policy | None = None,
        *,
        now: Callable[[], float] = time.time,
        credits: float = 1000.0,
        port: int = 0,
    ) -> None:
        self.policy = policy or Policy()
        self.service = Service(self.policy, now, credits)
        self.faults: list[Fault] = []
        self.chance: Callable[[str], Fault | None] = lambda route: None
        self.log: list[Seen] = []
        self.counts: Counter[str] = Counter()
        self._key = key
        self._port = port
        self._lock = threading.RLock()
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> FakeDID:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def requests(self, route: str) -> list[Seen]:
        return [seen for seen in self.log if seen.route == route]

    def renew(self, credits: float = 1000.0) -> None:
        """A new account, without faults or history, at the same address."""
        self.service = Service(self.policy, self.service.now, credits, self.service.base)
        self.faults, self.log = [], []
        self.counts.clear()

    def serve(self, call: Call) -> tuple[str, Answer | None]:
        """What to do with the connection, "" for nothing, and the answer; None if the service never acted."""
        with self._lock:
            self.counts[call.route] += 1
            count = self.counts[call.route]
            listed = (each for each in self.faults if each.route == call.route)
            fault = next((each for each in listed if not each.nth or count in each.nth), None)
            fault = fault or self.chance(call.route)
            self.log.append(
                Seen(call.route, call.raw_path, call.headers, call.body, fault.action if fault else "")
            )
            if fault is None:
                return "", self._answer(call)
            answer = self._answer(call, fault.late) if fault.acts else None
        if fault.action in _BREAKS:
            return fault.action, answer
        kind = {"Content-Type": "text/html" if fault.action == "html" else "application/json", **self._date()}
        if fault.action == "reply":
            return "", Answer(fault.status, fault.content(), {**kind, **fault.headers})
        bodies = {"empty": b"", "garbage": b'{"id": "tlk_', "html": b"<html>Please log in</html>"}
        return "", Answer(200, bodies[fault.action], kind)

    def _answer(self, call: Call, late: float = 0.0) -> Answer:
        if call.path.startswith("/files/"):
            return self._file(call)
        if not self._authorised(call.headers.get("Authorization", "")):
            return json_answer({"kind": "AuthorizationError", "description": "user unauthenticated"}, 401)
        try:
            return self._dispatch(call, late)
        except Refusal as refusal:
            status, kind, said = refusal.args
            return json_answer({"kind": kind, "description": said}, status, **self._date())

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
            return Answer(204, headers=self._date())
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
        return json_answer(content, status, **self._date())

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

    def _date(self) -> dict[str, str]:
        if not self.policy.date_header:
            return {"Date": ""}
        return {"Date": email.utils.formatdate(self.service.time(), usegmt=True)}

    # On the network ----------------------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()

    async def _listen(self) -> None:
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        self.url = self.service.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        await self._stopping.wait()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        headers = CaseInsensitiveDict(request.headers)
        broken, answer = self.serve(Call(request.method, request.raw_path, headers, await request.read()))
        if not broken:
            assert answer is not None
            return web.Response(status=answer.status, body=answer.body, headers=answer.headers)
        return await self._break(request, broken, answer or Answer(200, b'{"id": "tlk_'))

    async def _break(self, request: web.Request, action: str, answer: Answer) -> web.StreamResponse:
        if action == "stall":
            await asyncio.sleep(STALL)
        transport = request.transport
        if transport is None:  # the client has lost patience
            return web.Response()
        head = f"HTTP/1.1 {answer.status} OK\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        length = len(answer.body) + (99 if action == "wrong_length" else 0)
        whole = f"{head}Content-Length: {length}\r\n\r\n".encode() + answer.body
        if action == "half_header":
            transport.write(whole[:25])
        elif action == "half_body":
            transport.write(whole[: len(whole) - len(answer.body) // 2])
        elif action == "wrong_length":
            transport.write(whole)
        else:
            transport.abort()
        await asyncio.sleep(0.02)
        transport.close()
        return web.Response()


def _upload(part: Message) -> tuple[bytes, str, str]:
    """Content, file name and type of a part."""
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content, part.get_filename() or "", part.get_content_type()
