"""A HeyGen that runs on this machine: what is documented of the real one, and a bill to check."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fake_cloud import FakeServer, Made, clips
from fake_cloud.exchange import Answer, Call, json_answer

VOICES = [
    {"voice_id": f"{number:032x}", "name": name, "language": language, "gender": gender, "type": kind}
    for number, (name, language, gender, kind) in enumerate(
        [("Sara", "English", "female", "public"), ("Otto", "German", "male", "public")]
        + [("Greta", "German", "female", "public"), ("Mine", "English", "male", "private")]
    )
]
_FIELDS = {
    "type", "image", "script", "audio_url", "audio_asset_id", "voice_id", "voice_settings", "resolution",
    "aspect_ratio", "expressiveness", "motion_prompt", "fit", "background", "remove_background",
    "output_format", "caption", "title", "callback_url", "callback_id",
}  # fmt: skip
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PN": "image/png", b"RIF": "audio/wav", b"ID3": "audio/mpeg"}
_KEY = re.compile(r"[A-Za-z0-9_:.-]{1,255}")
_PRICES = {"720p": 5.0, "1080p": 5.0, "4k": 6.67}
_DAY = 86_400.0
_MAX_ASSET, _MAX_TEXT, _LONGEST = 32 << 20, 5000, 600.0


@dataclass
class Policy:
    """What is not known of HeyGen. telling: titles, lengths and times are told, else what must be alone.
    strict: unknown fields are refused. statuses: words that come one after the other. concurrency: clips at
    once. in_progress: seconds in which a repeated order is told that the first is still being taken.
    link_seconds: how long a link to a clip lasts; stale: how many links have expired when they are given.
    fails: failure_code of clips that are not made, and not charged. account: what is told of it, if not a
    wallet in dollars; forbidden: it may not be looked at. sound: clips have some. voice_page: voices on a
    page."""

    telling: bool = True
    strict: bool = True
    statuses: tuple[str, ...] = ("pending", "processing", "completed")
    concurrency: int = 10
    in_progress: float = 0.0
    link_seconds: float = 7 * _DAY
    stale: int = 0
    fails: str = ""
    account: dict[str, Any] | None = None
    forbidden: bool = False
    sound: bool = True
    voice_page: int = 2


class Refusal(Exception):
    """status, code, message, param."""


class FakeHeyGen(FakeServer):
    """key: the only one it knows. dollars: in the wallet."""

    stub = b'{"data": {"video_id": "vid_'

    def __init__(self, key: str, policy: Policy, now: Callable[[], float], dollars: float = 5000.0) -> None:
        super().__init__(now)
        self.policy = policy
        self._key, self._dollars = key, dollars
        self.forget()

    def forget(self) -> None:
        self.videos: dict[str, dict[str, Any]] = {}
        self.assets: dict[str, bytes] = {}
        self._by_key: dict[str, tuple[str, float]] = {}
        self._numbers = itertools.count(1)

    def made(self) -> list[Made]:
        return [Made(each["mark"], each["id"], each["cents"]) for each in self.videos.values()]

    def charged(self) -> float:
        return sum(each["cents"] for each in self.videos.values())

    def answer(self, call: Call, late: float = 0.0) -> Answer:
        if call.path.startswith("/files/"):
            return self._file(call)
        try:
            if call.headers.get("X-Api-Key") != self._key:
                raise Refusal(401, "unauthorized", "invalid API key")
            content, status = self._dispatch(call, late)
        except Refusal as refusal:
            status, code, said, *param = refusal.args
            told = {"code": code, "message": said, "param": param[0] if param else None, "doc_url": None}
            content = {"error": told}
        return json_answer(content, status, **self.date())

    def _dispatch(self, call: Call, late: float) -> tuple[Any, int]:
        route, name = call.route, call.path.rsplit("/", 1)[1]
        if route == "GET /v3/users/me":
            return {"data": self._account()}, 200
        if route == "POST /v3/assets":
            return {"data": self._asset(call)}, 200
        if route == "DELETE /v3/assets/{id}":
            if self.assets.pop(name, None) is None:
                raise Refusal(404, "not_found", "asset not found")
            return {"data": {"id": name}}, 200
        if route == "POST /v3/videos":
            return {"data": self._create(call, late)}, 200
        if route == "GET /v3/videos":
            shown = [each for each in self.videos.values() if each["visible"] <= self.now()]
            return self._page([self._shown(each) for each in reversed(shown)], call, 100), 200
        if route == "GET /v3/voices":
            kind = call.query("type", "public")
            return self._page([v for v in VOICES if v["type"] == kind], call, self.policy.voice_page), 200
        found = self.videos.get(name)
        if found is None or route != "GET /v3/videos/{id}":
            raise Refusal(404, "not_found", f"there is no {call.path}")
        found["gets"] += 1
        return {"data": self._shown(found)}, 200

    def _account(self) -> dict[str, Any]:
        if self.policy.forbidden:
            raise Refusal(403, "forbidden", "the key lacks user:read")
        person = {"username": "x", "email": None, "first_name": None, "last_name": None}
        if self.policy.account is not None:
            return {**person, **self.policy.account}
        left = self._dollars - self.charged() / 100
        wallet = {"currency": "usd", "remaining_balance": left, "auto_reload": {"enabled": False}}
        return {**person, "billing_type": "wallet", "wallet": wallet}

    def _asset(self, call: Call) -> dict[str, Any]:
        part = call.part("file")
        content = part.get_payload(decode=True) if part else b""
        assert isinstance(content, bytes)
        if len(call.body) > _MAX_ASSET:
            raise Refusal(413, "payload_too_large", "at most 32 MB")
        kind = _KINDS.get(content[:3])
        if kind is None:
            raise Refusal(400, "validation_error", "not a supported kind of file", "file")
        name = f"ast_{next(self._numbers)}"
        self.assets[name] = content
        url = f"https://files.example.org/{name}"
        return {"asset_id": name, "url": url, "mime_type": kind, "size_bytes": len(content)}

    def _create(self, call: Call, late: float) -> dict[str, Any]:
        """A key is remembered for a day, whatever the body says."""
        key = call.headers.get("Idempotency-Key", "")
        if not _KEY.fullmatch(key):
            raise Refusal(400, "validation_error", "the key is malformed", "Idempotency-Key")
        name, at = self._by_key.get(key, ("", 0.0))
        if name and self.now() - at < self.policy.in_progress:
            raise Refusal(409, "request_in_progress", "the first request has not ended")
        if name and self.now() - at < _DAY:
            return self._created(name)
        body = json.loads(call.body)
        seconds = self._seconds(body)
        running = sum(self._status(each) not in ("completed", "failed") for each in self.videos.values())
        if running >= self.policy.concurrency:
            raise Refusal(429, "rate_limit_exceeded", "too many clips at once")
        cents = 0 if self.policy.fails else math.ceil(_PRICES[body.get("resolution", "720p")] * seconds)
        if cents > self._dollars * 100 - self.charged():
            raise Refusal(402, "insufficient_credit", "top up")
        name = f"vid_{next(self._numbers)}"
        made = {"id": name, "mark": key.split("-")[0], "body": body, "seconds": seconds, "gets": 0}
        self.videos[name] = made | {"cents": cents, "at": self.now(), "visible": self.now() + late}
        self._by_key[key] = (name, self.now())
        return self._created(name)

    def _created(self, name: str) -> dict[str, Any]:
        return {"video_id": name, "status": "waiting", "output_format": "mp4"}

    def _seconds(self, body: dict[str, Any]) -> float:
        """Of the clip that a body asks for."""
        if self.policy.strict and (unknown := set(body) - _FIELDS):
            raise Refusal(400, "validation_error", f"unknown: {sorted(unknown)}", sorted(unknown)[0])
        if body.get("type") != "image" or body.get("image", {}).get("type") != "asset_id":
            raise Refusal(400, "validation_error", "this fake makes clips of pictures alone", "type")
        if not self._content(body["image"]["asset_id"]).startswith((b"\xff\xd8\xff", b"\x89PN")):
            raise Refusal(400, "validation_error", "no picture", "image")
        says = [name for name in ("script", "audio_url", "audio_asset_id") if body.get(name)]
        if len(says) != 1:
            raise Refusal(400, "validation_error", "one of script and audio", "script")
        if says == ["script"]:
            if body.get("voice_id") not in [voice["voice_id"] for voice in VOICES]:
                raise Refusal(400, "validation_error", "Voice not found", "voice_id")
            if len(body["script"]) > _MAX_TEXT:
                raise Refusal(400, "validation_error", "the script is too long", "script")
            return len(body["script"]) / 10
        seconds = clips.wav_seconds(self._content(body["audio_asset_id"]))
        if seconds > _LONGEST:
            raise Refusal(400, "validation_error", "the audio is too long", "audio_asset_id")
        return seconds

    def _content(self, name: str) -> bytes:
        if name not in self.assets:
            raise Refusal(400, "asset_not_available", f"{name} can't be used")
        return self.assets[name]

    def _status(self, each: dict[str, Any]) -> str:
        statuses = (*self.policy.statuses[:-1], "failed") if self.policy.fails else self.policy.statuses
        return statuses[min(each["gets"], len(statuses)) - 1] if each["gets"] else "waiting"

    def _shown(self, each: dict[str, Any]) -> dict[str, Any]:
        status = self._status(each)
        body: dict[str, Any] = {"id": each["id"], "status": status}
        if self.policy.telling:
            body |= {"title": each["body"].get("title"), "created_at": int(each["at"])}
        if status == "failed":
            body |= {"failure_code": self.policy.fails, "failure_message": "it could not be made"}
        if status == "completed":
            fresh = each["gets"] > len(self.policy.statuses) - 1 + self.policy.stale
            until = self.now() + (self.policy.link_seconds if fresh else -1)
            signed = f"Expires={until:.0f}&Signature=x"
            body |= {"video_url": f"{self.url}/files/{each['id']}/clip.mp4?{signed}"}
            if self.policy.telling:
                body |= {"duration": each["seconds"], "completed_at": int(self.now())}
        return body

    def _page(self, entries: list[dict[str, Any]], call: Call, size: int) -> dict[str, Any]:
        start = int(call.query("token", "0"))
        size = min(size, int(call.query("limit", "10")))
        more = start + size < len(entries)
        token = str(start + size) if more else None
        return {"data": entries[start : start + size], "has_more": more, "next_token": token}

    def _file(self, call: Call) -> Answer:
        if "X-Api-Key" in call.headers or "Authorization" in call.headers:
            return Answer(400, b"<Error><Code>InvalidArgument</Code></Error>")
        if float(call.query("Expires")) < self.now():
            return Answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        each = self.videos[call.path.split("/")[2]]
        data = clips.clip(round(each["seconds"], 1), self.policy.sound)
        return Answer(200, data, {"Content-Type": "video/mp4"})
