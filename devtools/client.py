"""A client for ComfyUI's HTTP and websocket interface, as the front end uses it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import struct
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp
import requests

from .server import ComfyServer

Prompt = Mapping[str, Any]

# What `SaveVideo` is asked: newer ComfyUIs have the codec inside of the format, older ones beside it, and
# each passes over what the other one reads.
SAVE_OPTIONS = {"format": "auto", "format.codec": "auto", "codec": "auto"}

# Binary websocket messages begin with one of these numbers (ComfyUI's protocol.py).
PREVIEW_IMAGE = 1
TEXT = 3


class PromptRejected(Exception):
    """The server found fault with the prompt. node_errors: its findings by node id."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.node_errors = answer.get("node_errors") or {}
        super().__init__(json.dumps(answer, indent=1))


@dataclass(frozen=True)
class Event:
    """What the server tells while a prompt runs.

    kind: ComfyUI's event name, or "text" (data: node, text) or "preview" (data: jpeg) for binary messages.
    """

    kind: str
    data: dict[str, Any]


@dataclass
class Run:
    """A finished prompt. history: ComfyUI's own record. error: `execution_error`'s data, if it failed."""

    prompt_id: str
    history: dict[str, Any]
    events: list[Event] = field(default_factory=list)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event.data for event in self.events if event.kind == kind]

    @property
    def error(self) -> dict[str, Any] | None:
        errors = self.of("execution_error")
        return errors[0] if errors else None

    @property
    def interrupted(self) -> bool:
        return bool(self.of("execution_interrupted"))

    @property
    def texts(self) -> list[str]:
        """Progress texts shown under nodes, in order."""
        return [data["text"] for data in self.of("text")]


class ComfyClient:
    """`with ComfyClient(server) as client:` holds a websocket open for the block."""

    def __init__(self, server: ComfyServer) -> None:
        self.server = server
        self.client_id = uuid.uuid4().hex
        self._events: queue.Queue[Event] = queue.Queue()
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._run_listener, daemon=True)

    def __enter__(self) -> ComfyClient:
        self._thread.start()
        if not self._connected.wait(30):
            raise ConnectionError(f"No websocket at {self.server.url}.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._listener.cancel)
        self._thread.join()

    def _run_listener(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._listen())

    async def _listen(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener = self._loop.create_task(self._receive())
        await self._listener

    async def _receive(self) -> None:
        address = f"{self.server.url}/ws?clientId={self.client_id}"
        async with aiohttp.ClientSession() as session, session.ws_connect(address, max_msg_size=0) as socket:
            self._connected.set()
            async for message in socket:
                if message.type == aiohttp.WSMsgType.TEXT:
                    content = json.loads(message.data)
                    self._events.put(Event(content["type"], content.get("data") or {}))
                elif message.type == aiohttp.WSMsgType.BINARY:
                    event = _binary_event(message.data)
                    if event:
                        self._events.put(event)

    def object_info(self) -> dict[str, Any]:
        return self._call("/object_info")

    def queue(self, prompt: Prompt) -> str:
        """Post a prompt in API format; `PromptRejected` unless every output of it is accepted."""
        answer = self._call("/prompt", {"prompt": prompt, "client_id": self.client_id})
        if answer.get("error") or answer.get("node_errors"):
            raise PromptRejected(answer)
        return str(answer["prompt_id"])

    def wait(
        self, prompt_id: str, timeout: float = 600, on_event: Callable[[Event], None] | None = None
    ) -> Run:
        """Until the prompt is finished, failed or interrupted."""
        events: list[Event] = []
        deadline = time.monotonic() + timeout
        while True:
            try:
                event = self._events.get(timeout=0.5)
            except queue.Empty:
                self.server.check_alive()
                if time.monotonic() > deadline:
                    raise TimeoutError(f"Prompt {prompt_id} was not finished after {timeout} s.") from None
                continue
            if event.data.get("prompt_id", prompt_id) != prompt_id:
                continue
            events.append(event)
            if on_event:
                on_event(event)
            # Sent last, after the prompt is in the history.
            if event.kind == "executing" and event.data["node"] is None:
                return Run(prompt_id, self._call(f"/history/{prompt_id}")[prompt_id], events)

    def run(
        self, prompt: Prompt, timeout: float = 600, on_event: Callable[[Event], None] | None = None
    ) -> Run:
        return self.wait(self.queue(prompt), timeout, on_event)

    def interrupt(self) -> None:
        """Stop the prompt that is running, as the front end's button does."""
        self._call("/interrupt", {})

    def cancel(self, prompt_id: str) -> None:
        """Take a prompt out of the queue, or stop it if it has begun, and wait until it is gone."""
        self._call("/queue", {"delete": [prompt_id]})
        while any(entry[1] == prompt_id for entry in self._call("/queue")["queue_running"]):
            self._call("/interrupt", {"prompt_id": prompt_id})
            time.sleep(0.1)

    def output_files(self, run: Run) -> list[Path]:
        """The files that the run's output nodes have saved or show, in the order of node ids."""
        outputs = run.history["outputs"]
        return [
            self.server.base / entry["type"] / entry["subfolder"] / entry["filename"]
            for node in sorted(outputs)
            for entries in outputs[node].values()
            for entry in entries
            if isinstance(entry, dict) and "filename" in entry
        ]

    def _call(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        method = "GET" if body is None else "POST"
        answer = requests.request(method, self.server.url + path, json=body, timeout=60)
        if answer.status_code != 400:
            answer.raise_for_status()
        return answer.json() if answer.content else {}


def _binary_event(message: bytes) -> Event | None:
    (kind,) = struct.unpack_from(">I", message)
    if kind == PREVIEW_IMAGE:
        return Event("preview", {"picture": message[8:]})
    if kind == TEXT:
        (length,) = struct.unpack_from(">I", message, 4)
        node, text = message[8 : 8 + length], message[8 + length :]
        return Event("text", {"node": node.decode(), "text": text.decode()})
    return None
