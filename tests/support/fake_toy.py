"""The toy service: the least that can be paid for."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fake_cloud import FakeServer, Made, clips
from fake_cloud.exchange import Answer, Call, json_answer


class FakeToy(FakeServer):
    """telling: clips come back with their mark and length."""

    stub = b'{"id": "toy_'

    def __init__(self, key: str, telling: bool, now: Callable[[], float]) -> None:
        super().__init__(now)
        self._key, self._telling = key, telling
        self.forget()

    def forget(self) -> None:
        self._clips: dict[str, dict[str, Any]] = {}
        self._uploads: dict[str, bytes] = {}
        self._names = (f"toy_{number}" for number in itertools.count(1))
        self._coins = 1000.0

    def made(self) -> list[Made]:
        return [Made(clip["mark"], clip["id"], clip["cost"]) for clip in self._clips.values()]

    def charged(self) -> float:
        return 1000.0 - self._coins

    def answer(self, call: Call, late: float = 0.0) -> Answer:
        if call.route == "GET /files":
            clip = self._clips[call.path.split("/")[2]]
            return Answer(200, clips.clip(round(clip["length"], 1)), {"Content-Type": "video/mp4"})
        if call.headers.get("X-Toy-Key") != self._key:
            return json_answer({"kind": "KeyError", "description": "unknown key"}, 401, **self.date())
        content, status = self._dispatch(call, late)
        return json_answer(content, status, **self.date())

    def _dispatch(self, call: Call, late: float) -> tuple[Any, int]:
        if call.route == "GET /account":
            return {"coins": self._coins}, 200
        if call.route == "POST /uploads":
            part = call.part("file")
            content = part.get_payload(decode=True) if part else b""
            assert isinstance(content, bytes)
            name = next(self._names)
            self._uploads[name] = content
            return {"id": name, "url": ""}, 201
        if call.route == "POST /clips":
            return self._make(json.loads(call.body), late), 201
        if call.route == "GET /clips":
            listed = [clip for clip in self._clips.values() if clip["visible"] <= self.now()]
            return {"clips": [self._shown(clip) for clip in listed], "next": ""}, 200
        clip = self._clips.get(call.path.rsplit("/", 1)[1])
        if clip is None:
            return {"kind": "NotFound", "description": "no such clip"}, 404
        clip["gets"] += 1
        return self._shown(clip), 200

    def _make(self, body: dict[str, Any], late: float) -> dict[str, Any]:
        length = clips.wav_seconds(self._uploads[body["audio"]])
        cost = math.ceil(length)
        self._coins -= cost
        name = next(self._names)
        made = {"id": name, "mark": body["mark"], "length": length, "cost": cost, "at": self.now()}
        self._clips[name] = {**made, "gets": 0, "visible": self.now() + late}
        return self._shown(self._clips[name])

    def _shown(self, clip: dict[str, Any]) -> dict[str, Any]:
        ready = clip["gets"] > 1
        created = datetime.fromtimestamp(clip["at"], UTC).isoformat()
        body = {"id": clip["id"], "status": "ready" if ready else "working", "created": created}
        if self._telling:
            body |= {"mark": clip["mark"], "seconds": clip["length"]}
        if ready:
            body["link"] = f"{self.url}/files/{clip['id']}/clip.mp4?Signature=x"
        return body
