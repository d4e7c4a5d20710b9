"""A service behind HTTP: faults, and a log of every request. What it does is its subclass's."""

from __future__ import annotations

import asyncio
import email.utils
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from aiohttp import web
from requests.structures import CaseInsensitiveDict

from .exchange import Answer, Call
from .faults import Fault

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


@dataclass(frozen=True)
class Made:
    """A clip that was paid for. mark: what tells whose job it is. cost: in the service's units."""

    mark: str
    id: str
    cost: float


class FakeServer:
    """A server on a free port of this machine. chance: may return a Fault for a route; asked after the listed
    faults. base: its address, known once it runs."""

    # What comes where a reply is to break off before the service has made one.
    stub = b'{"id": "gen_'

    def __init__(self, now: Callable[[], float] = time.time, port: int = 0) -> None:
        self.now = now
        self.faults: list[Fault] = []
        self.chance: Callable[[str], Fault | None] = lambda route: None
        self.log: list[Seen] = []
        self.counts: Counter[str] = Counter()
        self.url = ""
        self._port = port
        self._lock = threading.RLock()
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def answer(self, call: Call, late: float = 0.0) -> Answer:
        """late: seconds after which what the call makes shows up in lists."""
        raise NotImplementedError

    def forget(self) -> None:
        """Begin a new account."""
        raise NotImplementedError

    def made(self) -> list[Made]:
        raise NotImplementedError

    def charged(self) -> float:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def requests(self, route: str) -> list[Seen]:
        return [seen for seen in self.log if seen.route == route]

    def renew(self) -> None:
        """A new account, without faults or history, at the same address."""
        self.faults, self.log = [], []
        self.counts.clear()
        self.forget()

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
                return "", self.answer(call)
            answer = self.answer(call, fault.late) if fault.acts else None
        if fault.action in _BREAKS:
            return fault.action, answer
        kind = {"Content-Type": "text/html" if fault.action == "html" else "application/json", **self.date()}
        if fault.action == "reply":
            return "", Answer(fault.status, fault.content(), {**kind, **fault.headers})
        bodies = {"empty": b"", "garbage": self.stub, "html": b"<html>Please log in</html>"}
        return "", Answer(200, bodies[fault.action], kind)

    def date(self) -> dict[str, str]:
        return {"Date": email.utils.formatdate(self.now(), usegmt=True)}

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
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        await self._stopping.wait()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        headers = CaseInsensitiveDict(request.headers)
        broken, answer = self.serve(Call(request.method, request.raw_path, headers, await request.read()))
        if not broken:
            assert answer is not None
            return web.Response(status=answer.status, body=answer.body, headers=answer.headers)
        return await self._break(request, broken, answer or Answer(200, self.stub))

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
