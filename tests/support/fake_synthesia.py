"""A Synthesia that runs on this machine: what is published of the real one, and a bill to check."""

from __future__ import annotations

import functools
import itertools
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fake_cloud import FakeServer, Made, clips
from fake_cloud.exchange import Answer, Call, json_answer

AVATARS = ("anna_costume1_cameraA", "own_avatar")
_FIELDS = {
    "input",
    "title",
    "description",
    "visibility",
    "aspectRatio",
    "callbackId",
    "test",
    "folderId",
    "ctaSettings",
}
_CLIP = {"avatar", "background", "scriptText", "scriptAudio", "scriptLanguage", "avatarSettings"}
# What the newer form calls the refusals that v2 gives no word for.
_CODES = {400: "validation_error", 401: "unauthenticated", 402: "quota_exceeded", 404: "not_found"}


@dataclass
class Policy:
    """What is not known of Synthesia. tells: what videos come back with. strict: unknown fields are
    refused. problems: refusals are problem details, else {error, context}. status: of a
    reply to an order. assets: GETs of a recording until it is ready; None: it can't be asked for.
    unreadable: recordings turn out to be damaged. milliseconds: times are in those. newest_first, page: of
    the list. script: statuses a video goes through, one per GET; the last stays. error: why one failed.
    plan: what is left, in minutes. audio: the plan takes recordings. daily: test videos left today."""

    tells: tuple[str, ...] = ("title", "callbackId", "duration")
    strict: bool = True
    problems: bool = False
    status: int = 201
    assets: int | None = 1
    unreadable: bool = False
    milliseconds: bool = False
    newest_first: bool = True
    page: int = 100
    script: tuple[str, ...] = ("in_progress", "complete")
    error: object = None
    plan: float = 1e6
    audio: bool = True
    daily: int = 10**6


class Refusal(Exception):
    """status, word, description."""


@functools.lru_cache(maxsize=64)
def _seconds(recording: bytes) -> float:
    return clips.wav_seconds(recording)


class FakeSynthesia(FakeServer):
    """key: the only one it knows."""

    stub = b'{"id": "vid_'

    def __init__(self, key: str, policy: Policy, now: Callable[[], float]) -> None:
        super().__init__(now)
        self.policy = policy
        self._key = key
        self.forget()

    def forget(self) -> None:
        self.videos: dict[str, dict[str, Any]] = {}
        self.recordings: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        self._minutes = 0

    def made(self) -> list[Made]:
        return [Made(each["body"]["callbackId"], each["id"], each["cost"]) for each in self.videos.values()]

    def charged(self) -> float:
        return self._minutes

    def answer(self, call: Call, late: float = 0.0) -> Answer:
        if call.route == "GET /files":
            return self._file(call)
        try:
            if call.headers.get("Authorization") != self._key:
                raise Refusal(401 if self.policy.problems else 403, "", "Forbidden - wrong API key")
            content, status = self._dispatch(call, late)
        except Refusal as refusal:
            status, word, said = refusal.args
            content = self._problem(status, word, said) if self.policy.problems else _plain(word, said)
        return json_answer(content, status, **self.date())

    @staticmethod
    def _problem(status: int, word: str, said: str) -> dict[str, Any]:
        code = word or _CODES.get(status, f"http_{status}")
        address = f"https://docs.synthesia.io/reference/errors#{code}"
        facts = {"type": address, "title": code.replace("_", " "), "status": status, "detail": said}
        return {**facts, "code": code, "requestId": "req-1"}

    def _dispatch(self, call: Call, late: float) -> tuple[Any, int]:
        name = call.path.rsplit("/", 1)[-1]
        if call.route == "POST /v2/scriptAudio":
            return self._recording(call), 200
        if call.route == "GET /v2/assets/{id}":
            return self._asset(name), 200
        if call.route == "POST /v2/videos":
            return self._make(json.loads(call.body), late), self.policy.status
        if call.route == "GET /v2/videos":
            return self._page(int(call.query("offset", "0")), int(call.query("limit", "20"))), 200
        found = self.videos.get(name)
        if found is None or call.route != "GET /v2/videos/{id}":
            raise Refusal(404, "", "Video ID was not found")
        found["gets"] += 1
        return self._shown(found), 200

    def _recording(self, call: Call) -> dict[str, Any]:
        if not self.policy.audio:
            word = "feature_not_in_plan" if self.policy.problems else "FEATURES_AUDIO_UPLOAD_DISABLED"
            raise Refusal(402 if self.policy.problems else 400, word, "own audio is off")
        if call.headers.get("Content-Type") != "audio/mpeg" or call.body[:4] == b"RIFF":
            raise Refusal(415, "", "only audio/mpeg is supported")
        name = f"usr_{next(self._numbers)}"
        self.recordings[name] = {"seconds": _seconds(call.body), "gets": 0}
        return {"id": name}

    def _asset(self, name: str) -> dict[str, Any]:
        if self.policy.assets is None:
            raise Refusal(400, "", "Asset is not a valid user uploaded asset")
        if name not in self.recordings:
            raise Refusal(404, "", "Asset does not exist")
        self.recordings[name]["gets"] += 1
        ready = self.recordings[name]["gets"] > self.policy.assets
        if ready and self.policy.unreadable:
            return {"id": name, "status": "error", "errorCode": "asset_upload"}
        return {"id": name, "status": "ready" if ready else "processing", "contentType": "audio/mpeg"}

    def _make(self, body: dict[str, Any], late: float) -> dict[str, Any]:
        (clip,) = body["input"]
        unknown = (set(body) - _FIELDS) | (set(clip) - _CLIP)
        if self.policy.strict and unknown:
            raise Refusal(400, "", f"Unknown field: {sorted(unknown)}")
        if clip["avatar"] not in AVATARS or not clip["background"]:
            raise Refusal(400, "", "Avatar not found")
        seconds = self._length(clip)
        test = body["test"] is True
        if test and sum(each["body"]["test"] for each in self.videos.values()) >= self.policy.daily:
            raise Refusal(402 if self.policy.problems else 400, "", "no test videos left today")
        cost = 0 if test else math.ceil(seconds / 60)
        if self._minutes + cost > self.policy.plan:
            raise Refusal(402, "", "no minutes left")
        self._minutes += cost
        name = f"vid_{next(self._numbers)}"
        made = {"id": name, "body": body, "seconds": seconds, "cost": cost, "at": self.now(), "gets": 0}
        self.videos[name] = {**made, "visible": self.now() + late}
        return self._shown(self.videos[name])

    def _length(self, clip: dict[str, Any]) -> float:
        if ("scriptAudio" in clip) == ("scriptText" in clip):
            raise Refusal(400, "", "either scriptText or scriptAudio")
        if "scriptText" in clip:
            if "scriptLanguage" in clip:
                raise Refusal(400, "", "scriptLanguage goes with scriptAudio")
            return max(1.0, len(clip["scriptText"]) / 14)
        recording = self.recordings.get(clip["scriptAudio"])
        if recording is None or "scriptLanguage" not in clip:
            raise Refusal(400, "", "Script audio not found, or without its language")
        if self.policy.assets is not None and recording["gets"] <= self.policy.assets:
            raise Refusal(400, "", "the recording is not ready")
        return recording["seconds"]

    def _page(self, offset: int, limit: int) -> dict[str, Any]:
        listed = [each for each in self.videos.values() if each["visible"] <= self.now()]
        listed.sort(key=lambda each: each["at"], reverse=self.policy.newest_first)
        shown = listed[offset : offset + min(limit, self.policy.page)]
        return {"videos": [self._shown(each) for each in shown], "nextOffset": offset + len(shown)}

    def _shown(self, each: dict[str, Any]) -> dict[str, Any]:
        status = self.policy.script[min(each["gets"], len(self.policy.script) - 1)]
        factor = 1000 if self.policy.milliseconds else 1
        at = int(each["at"] * factor)
        body = {"id": each["id"], "status": status, "createdAt": at, "lastUpdatedAt": at}
        body |= {name: each["body"][name] for name in ("title", "callbackId") if name in self.policy.tells}
        if status == "complete":
            body["download"] = f"{self.url}/files/{each['id']}/clip.mp4?Signature=x"
            if "duration" in self.policy.tells:
                minutes, seconds = divmod(each["seconds"], 60)
                body["duration"] = f"0:{int(minutes):02d}:{seconds:09.6f}"
        elif status in ("error", "rejected") and self.policy.error is not None:
            body["error"] = self.policy.error
        return body

    def _file(self, call: Call) -> Answer:
        if "Authorization" in call.headers:
            return Answer(400, b"<Error><Code>InvalidArgument</Code></Error>")
        each = self.videos[call.path.split("/")[2]]
        return Answer(200, clips.clip(round(each["seconds"], 1)), {"Content-Type": "video/mp4"})


def _plain(word: str, said: str) -> dict[str, Any]:
    return {"error": word, "context": said} if word else {"error": said}
