"""D-ID's side of the story: uploads, talks and the account's credits, in memory."""

from __future__ import annotations

import hashlib
import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from fake_cloud import clips
from PIL import Image

from . import schema
from .policy import Policy

USER = "auth0|fake-user"


class Refusal(Exception):
    """status, kind, description of an error reply."""


@dataclass
class Talk:
    id: str
    created: float
    visible: float
    body: dict[str, Any]
    seconds: float
    statuses: tuple[str, ...]
    gets: int = 0
    link: str = ""
    cost: float = 0.0
    deleted: bool = False

    @property
    def status(self) -> str:
        return self.statuses[min(max(self.gets - 1, 0), len(self.statuses) - 1)]


@dataclass
class Service:
    policy: Policy
    now: Callable[[], float]
    remaining: float = 1000.0
    base: str = ""
    talks: dict[str, Talk] = field(default_factory=dict)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    total: float = field(init=False)

    def __post_init__(self) -> None:
        self.total = self.remaining
        self._rng = random.Random(7)

    @property
    def charged(self) -> float:
        return self.total - self.remaining

    def time(self) -> float:
        return self.now() + self.policy.skew

    def _id(self, prefix: str) -> str:
        return prefix + "".join(self._rng.choices("abcdefghijkmnpqrstuvwxyz23456789", k=20))

    def credits(self) -> dict[str, Any]:
        entry = {
            "owner_id": USER,
            "remaining": self.remaining,
            "total": self.total,
            "plan_group": "deid-pro",
            "product_billing_interval": "month",
            "expire_at": _iso(self.time() + 1e6),
        }
        return {"credits": [entry], "remaining": self.remaining, "total": self.total}

    def voices(self, provider: str) -> list[dict[str, Any]]:
        listed = [
            ("en-US-JennyNeural", "Jenny", "microsoft"),
            ("21m00Tcm4TlvDq8ikWAM", "Rachel", "elevenlabs"),
        ]
        return [
            {
                "id": key,
                "name": name,
                "provider": kind,
                "gender": "female",
                "access": "public",
                "languages": [{"language": "English", "locale": "en-US"}],
                "styles": ["cheerful"],
            }
            for key, name, kind in listed
            if not provider or provider == kind
        ]

    def image(self, data: bytes, name: str, mime: str, detect: bool) -> dict[str, Any]:
        if mime not in ("image/jpeg", "image/png"):
            raise Refusal(415, "UnsupportedMimeTypeError", f"{mime} is not supported")
        if not schema.FILE_NAME.match(name):
            raise Refusal(400, "BadRequestError", "file name is invalid")
        width, height = Image.open(io.BytesIO(data)).size
        if min(width, height) < 160:
            raise Refusal(400, "InvalidImageResolutionError", "image is too small")
        stored = self._store("images", name, {"pixels": width * height})
        face = {"size": min(width, height) // 2, "top_left": [10, 10], "overlap": "NO", "face_id": "f1"}
        looked = detect and self.policy.faces is not None
        return {
            "url": stored["url"],
            "id": stored["id"],
            "faces": [face] * (self.policy.faces or 0) if looked else None,
        }

    def audio(self, data: bytes, name: str, mime: str) -> dict[str, Any]:
        if not mime.startswith(("audio/", "video/")):
            raise Refusal(415, "UnsupportedMimeTypeError", f"{mime} is not supported")
        if len(data) > 6 * 1024 * 1024:
            raise Refusal(400, "InvalidFileSizeError", "file is larger than 6 MB")
        stored = self._store("audios", name.rsplit(".", 1)[0] + ".wav", {"seconds": clips.wav_seconds(data)})
        return {"url": stored["url"], "id": stored["id"], "duration": stored["seconds"]}

    def _store(self, kind: str, name: str, facts: dict[str, Any]) -> dict[str, Any]:
        key = self._id("upl_")
        suffix = name.rsplit(".", 1)[1]
        name = name if self.policy.keeps_names else f"{kind[:-1]}.{suffix}"
        path = f"{quote(USER, safe='')}/{key}/{name}"
        root = (
            f"s3://d-id-{kind}-prod"
            if self.policy.s3_uploads
            else f"https://d-id-{kind}-prod.s3.amazonaws.com"
        )
        stored = {"id": key, "url": f"{root}/{path}", "at": self.time(), "kind": kind, **facts}
        self.uploads[stored["url"]] = stored
        return stored

    def delete_upload(self, kind: str, key: str) -> None:
        for url, stored in list(self.uploads.items()):
            if stored["id"] == key and stored["kind"] == kind:
                del self.uploads[url]
                self.deleted.append(key)
                return
        raise Refusal(404, "NotFoundError", "not found")

    def create(self, body: Any, late: float = 0.0) -> dict[str, Any]:
        wrong = schema.problem(body, self.policy.strict)
        if wrong:
            raise Refusal(400, "ValidationError", wrong)
        image = self._upload(body.get("source_url", ""))
        if image.get("pixels", 0) > 10 * 1024 * 1024:
            raise Refusal(400, "InvalidFileSizeError", "image is over 10 MB")
        script = body["script"]
        if script["type"] == "audio":
            seconds = self._upload(script["audio_url"]).get("seconds", 5.0)
        else:
            seconds = max(1.0, len(script["input"]) / 14)
        seconds += body.get("config", {}).get("pad_audio", 0)
        cost = math.ceil(seconds / 15)
        if cost > self.remaining:
            raise Refusal(402, "InsufficientCreditsError", "not enough credits")
        self.remaining -= cost
        talk = Talk(
            self._id("tlk_"), self.time(), self.time() + late, body, seconds, self.policy.script, cost=cost
        )
        self.talks[talk.id] = talk
        return {
            "id": talk.id,
            "object": "talk",
            "created_by": USER,
            "created_at": _iso(talk.created),
            "status": "created",
        }

    def _upload(self, url: str) -> dict[str, Any]:
        if "d-id-" not in url:
            return {}  # somebody else's address
        stored = self.uploads.get(url)
        if stored is None or self.time() - stored["at"] > 24 * 3600:
            raise Refusal(400, "BadRequestError", "url is not accessible")
        return stored

    def get(self, talk_id: str) -> dict[str, Any]:
        talk = self.talks.get(talk_id)
        if talk is None or talk.deleted:
            raise Refusal(404, "NotFoundError", "talk not found")
        talk.gets += 1
        return {**self._shown(talk), "user": {"id": USER, "email": "person@example.org", "plan": "deid-pro"}}

    def page(self, token: str, limit: int) -> dict[str, Any]:
        talks = sorted(
            (talk for talk in self.talks.values() if not talk.deleted and talk.visible <= self.time()),
            key=lambda talk: talk.created,
            reverse=self.policy.newest_first,
        )
        start = int(token or 0)
        size = min(limit, self.policy.page)
        more = {"token": str(start + size)} if start + size < len(talks) else {}
        return {"talks": [self._shown(talk) for talk in talks[start : start + size]], **more}

    def _shown(self, talk: Talk) -> dict[str, Any]:
        """A talk as GET shows it: addresses rewritten and signed, some times without their zone."""
        root = f"{self.base}/files/{quote(USER, safe='')}/{talk.id}"
        source = urlsplit(talk.body.get("source_url", "")).path.rsplit("/", 1)[-1].rsplit(".", 1)
        body: dict[str, Any] = {
            "id": talk.id,
            "user_id": USER,
            "created_by": USER,
            "status": talk.status,
            "source_url": self.signed(f"{root}/source/{source[0]}.jpeg"),
            "audio_url": f"{root}/microsoft.wav",
            "created_at": _iso(talk.created),
            "modified_at": _iso(self.time()),
            "started_at": _iso(talk.created).rstrip("Z"),
            "driver_url": "bank://lively/",
            "config": talk.body.get("config", {}),
        }
        if self.policy.echo:
            body |= {name: talk.body[name] for name in ("name", "user_data") if name in talk.body}
        if talk.status == "done":
            done_for = talk.gets - len(talk.statuses)
            if self.policy.shows_duration:
                body["duration"] = talk.seconds
            if done_for >= self.policy.late_link:
                # %2D is a dash that needs no escape: a client that tidies up the path breaks the signature.
                if not talk.link or self.policy.resigns:
                    talk.link = self.signed(f"{root}/clip%2D1.mp4")
                body["result_url"] = talk.link
        elif talk.status in ("error", "rejected"):
            if self.policy.error is not None:
                body["error"] = self.policy.error
        else:
            body["pending_url"] = f"s3://d-id-talks-prod/{USER}/{talk.id}/clip.mp4"
        return body

    def signed(self, url: str) -> str:
        """The signature covers the path as it is written."""
        expires = int(self.now() + self.policy.link_seconds)
        signature = self._signature(urlsplit(url).path, expires)
        return f"{url}?AWSAccessKeyId=FAKE&Expires={expires}&Signature={signature}"

    @staticmethod
    def _signature(path: str, expires: int) -> str:
        return hashlib.sha256(f"{path} {expires}".encode()).hexdigest()[:20] + "%2B%3D"

    def file(self, raw_path: str) -> bytes | None:
        """The clip behind a link, None if the link is wrong or has expired."""
        path, _, query = raw_path.partition("?")
        values = dict(part.split("=", 1) for part in query.split("&") if "=" in part)
        expires = int(values.get("Expires", "0"))
        talk = self.talks.get(unquote(path).split("/")[3])
        if expires <= self.now() or values.get("Signature") != self._signature(path, expires) or talk is None:
            return None
        return clips.clip(round(talk.seconds, 1)) + clips.nothing(self.policy.padding)


def _iso(moment: float) -> str:
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
