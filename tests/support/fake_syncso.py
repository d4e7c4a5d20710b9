"""A sync.so that runs on this machine: what is documented of the real one, and a bill to check."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import av
import numpy as np
from fake_cloud import FakeServer, Made, clips
from fake_cloud.exchange import Answer, Call, json_answer

MODELS = ("sync-3", "lipsync-2", "lipsync-2-pro")
MODES = ("bounce", "loop", "cut_off", "silence", "remap")
_OPTIONS = {
    "sync_mode",
    "temperature",
    "active_speaker_detection",
    "occlusion_detection_enabled",
    "i2v_prompt",
}
_KEY = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_CENTS_PER_SECOND = 10


@dataclass
class Policy:
    """What is not known of sync.so. telling: file names of outputs are told. strict: unknown fields are
    refused. registers: uploads become assets; else there is no such route. quotes: costs are told, in dollars
    as numbers or (texts) as texts. paints: clips are made of the footage that was sent, as real ones are;
    else all are alike. concurrency: jobs at once. extra_frames: more of them than were sent. longest: seconds
    of one clip.
    """

    telling: bool = True
    strict: bool = True
    registers: bool = True
    quotes: bool = True
    texts: bool = False
    paints: bool = False
    concurrency: int = 99
    extra_frames: int = 0
    longest: float = 600.0


class Refusal(Exception):
    """status, errorCode, message."""


class FakeSyncSo(FakeServer):
    """key: the only one it knows."""

    def __init__(self, key: str, policy: Policy, now: Callable[[], float]) -> None:
        super().__init__(now)
        self.policy = policy
        self._key = key
        self.forget()

    def forget(self) -> None:
        self.generations: dict[str, dict[str, Any]] = {}
        self.stored: dict[str, bytes] = {}
        self.assets: dict[str, str] = {}
        self._by_key: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._cents = 0.0

    def made(self) -> list[Made]:
        return [Made(each["mark"], each["id"], each["cents"]) for each in self.generations.values()]

    def charged(self) -> float:
        return self._cents

    def answer(self, call: Call, late: float = 0.0) -> Answer:
        if call.path.startswith("/files/"):
            return self._file(call)
        try:
            if call.headers.get("x-api-key") != self._key:
                raise Refusal(401, "unauthorized", "Invalid API key")
            content, status = self._dispatch(call, late)
        except Refusal as refusal:
            status, code, said = refusal.args
            content = {"statusCode": status, "errorCode": code, "message": said, "error": "Refused"}
        return json_answer(content, status, **self.date())

    def _dispatch(self, call: Call, late: float) -> tuple[Any, int]:
        route = call.route
        if route == "GET /v2/models":
            return [{"id": name} for name in MODELS], 200
        if route == "POST /v2/assets/upload":
            body = json.loads(call.body)
            path = f"ast_{next(self._numbers)}/{body['fileName']}"
            url = f"{self.url}/files/{path}"
            return {"uploadUrl": f"{url}?Signature=x", "url": url, "expiresIn": 900}, 201
        if route == "POST /v2/assets" and self.policy.registers:
            url = json.loads(call.body)["url"]
            if url not in self.stored:
                raise Refusal(400, "asset_not_uploaded", "nothing was uploaded")
            name = f"ast_{next(self._numbers)}"
            self.assets[name] = url
            return {"id": name, "url": url}, 201
        if route == "DELETE /v2/assets/{id}":
            if self.assets.pop(call.path.rsplit("/", 1)[1], None) is None:
                raise Refusal(404, "asset_not_found", "no such asset")
            return {}, 200
        if route == "POST /v2/analyze/cost" and self.policy.quotes:
            dollars = self._cost(self._checked(json.loads(call.body))) / 100
            cost = str(dollars) if self.policy.texts else dollars
            return [{"estimatedFrameCount": 1, "estimatedGenerationCost": cost}], 200
        if route == "POST /v2/generate":
            return self._generate(call, late), 201
        if route == "GET /v2/generations":
            shown = [each for each in self.generations.values() if each["visible"] <= self.now()]
            return [self._shown(each) for each in shown], 200
        found = self.generations.get(call.path.rsplit("/", 1)[1])
        if found is None or not route.startswith("GET /v2/generate/"):
            raise Refusal(404, "not_found", f"there is no {call.path}")
        found["gets"] += 1
        return self._shown(found), 200

    def _checked(self, body: dict[str, Any]) -> dict[str, bytes]:
        """The files of a body, by kind."""
        options = body.get("options", {})
        unknown = (set(body) - {"model", "input", "options", "outputFileName"}) | (set(options) - _OPTIONS)
        if self.policy.strict and unknown:
            raise Refusal(400, "validation_error", f"unknown: {sorted(unknown)}")
        if body.get("model") not in MODELS or options.get("sync_mode", "cut_off") not in MODES:
            raise Refusal(400, "validation_error", "unknown model or mode")
        files = {}
        for each in body["input"]:
            url = self.assets.get(each["assetId"]) if "assetId" in each else each.get("url")
            if url not in self.stored:
                raise Refusal(400, "asset_not_found", "the input's url can't be read")
            files[each["type"]] = self.stored[url]
        if set(files) not in ({"video", "audio"}, {"image", "audio"}):
            raise Refusal(400, "validation_error", "one picture or video, and one sound")
        if "image" in files and body["model"] != "sync-3":
            raise Refusal(400, "validation_error", "images need sync-3")
        if self._seconds(files, options) > self.policy.longest:
            raise Refusal(402, "plan_limit", "the plan's clips are shorter")
        return files

    def _seconds(self, files: dict[str, bytes], options: dict[str, Any]) -> float:
        sound = clips.wav_seconds(files["audio"])
        if "image" in files or options.get("sync_mode") in ("bounce", "loop"):
            return sound
        video = float(video_seconds(files["video"]))
        return max(sound, video) if options.get("sync_mode") == "silence" else min(sound, video)

    def _cost(self, files: dict[str, bytes]) -> int:
        """Of the sound's whole seconds, so that all kinds have the same."""
        return max(1, round(clips.wav_seconds(files["audio"]))) * _CENTS_PER_SECOND

    def _generate(self, call: Call, late: float) -> dict[str, Any]:
        body = json.loads(call.body)
        key = call.headers.get("Idempotency-Key", "")
        if not _KEY.fullmatch(key):
            raise Refusal(400, "INVALID_IDEMPOTENCY_KEY", "the key is malformed")
        if key in self._by_key:
            return self._shown(self.generations[self._by_key[key]])
        files = self._checked(body)
        running = sum(each["gets"] < 2 for each in self.generations.values())
        if running >= self.policy.concurrency:
            raise Refusal(429, "concurrency_limit_reached", "too many at once")
        name = f"gen_{next(self._numbers)}"
        made = {"id": name, "mark": key.split("-")[0], "body": body, "files": files, "gets": 0}
        made |= {"cents": self._cost(files), "at": self.now(), "visible": self.now() + late}
        made["seconds"] = self._seconds(files, body.get("options", {}))
        self._cents += made["cents"]
        self.generations[name] = made
        self._by_key[key] = name
        return self._shown(made)

    def _shown(self, each: dict[str, Any]) -> dict[str, Any]:
        status = ("PENDING", "PROCESSING", "COMPLETED")[min(each["gets"], 2)]
        body: dict[str, Any] = {
            "id": each["id"],
            "status": status,
            "createdAt": datetime.fromtimestamp(each["at"], UTC).isoformat().replace("+00:00", "Z"),
            "model": each["body"]["model"],
            "input": [{"type": kind, "url": "https://x/redacted"} for kind in each["files"]],
            "error": None,
        }
        name = "output"
        if self.policy.telling:
            name = body["outputFileName"] = each["body"].get("outputFileName", name)
        if status == "COMPLETED":
            body["outputDuration"] = each["seconds"]
            body["outputUrl"] = f"{self.url}/files/{each['id']}/{name}.mp4?Signature=x"
        return body

    def _file(self, call: Call) -> Answer:
        if "x-api-key" in call.headers or "Authorization" in call.headers:
            return Answer(400, b"<Error><Code>InvalidArgument</Code></Error>")
        if call.method == "PUT":
            self.stored[f"{self.url}{call.path}"] = call.body
            return Answer(200)
        each = self.generations[call.path.split("/")[2]]
        data = self._painted(each) if self.policy.paints else clips.clip(round(each["seconds"], 1))
        return Answer(200, data, {"Content-Type": "video/mp4"})

    def _painted(self, each: dict[str, Any]) -> bytes:
        """The frames that were sent, each with a white corner for a mouth, and the sound."""
        with av.open(io.BytesIO(each["files"]["video"])) as container:
            rate = container.streams.video[0].average_rate
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert rate is not None
        wanted = round(each["seconds"] * rate) + self.policy.extra_frames
        mode = each["body"].get("options", {}).get("sync_mode")
        order = [*frames, *frames[-2:0:-1]] if mode == "bounce" else frames
        shown = [order[number % len(order)].copy() for number in range(wanted)]
        for frame in shown:
            frame[:16, :16] = 255
        return written(shown, Fraction(rate))


def video_seconds(data: bytes) -> Fraction:
    with av.open(io.BytesIO(data)) as container:
        video = container.streams.video[0]
        assert video.duration is not None
        assert video.time_base is not None
        return video.duration * video.time_base


def written(frames: list[np.ndarray], rate: Fraction) -> bytes:
    """MP4 with a tone."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=rate)
        video.width, video.height, video.pix_fmt = frames[0].shape[1], frames[0].shape[0], "yuv420p"
        video.options = {"preset": "ultrafast", "crf": "8"}
        audio = container.add_stream("aac", rate=8000, layout="mono")
        for frame in frames:
            container.mux(video.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(video.encode(None))
        wave = 0.1 * clips.square(round(len(frames) / rate * 8000))
        for start in range(0, len(wave), 1024):
            block = wave[None, start : start + 1024].astype(np.float32)
            part = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
            part.rate, part.pts = 8000, start
            container.mux(audio.encode(part))
        container.mux(audio.encode(None))
    return buffer.getvalue()
