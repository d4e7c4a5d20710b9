"""HeyGen's REST calls (v3), one method each; a failed call raises and is never repeated here.

Facts: the service's API reference, its guides on usage limits, pricing and voices, and the schemas that its
own command line is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote as quoted

from ...cloud_jobs import Service, parse
from ...cloud_jobs.errors import AddressError, NotFoundError, PermissionDeniedError, ReplyError
from ...cloud_jobs.job import Job, Stored
from ...cloud_jobs.replies import Credits, Remote, RemotePage, RemoteState, Upload
from ...cloud_jobs.transport import Transport
from .faults import error_for

_STATES: dict[str, RemoteState] = {
    "waiting": "running",
    "queued": "running",
    "pending": "running",
    "processing": "running",
    "completed": "done",
    "failed": "failed",
}
_PAGE = 100
_MAX_VOICE_PAGES = 100
_CENTS = 100.0
# Not every key may look at its account; that is no reason not to order.
_UNTOLD = (PermissionDeniedError, AddressError, NotFoundError)


@dataclass(frozen=True)
class Voice:
    """One that speaks texts. own: cloned or designed by the account's user."""

    id: str
    name: str
    language: str
    gender: str
    own: bool


class HeyGenClient:
    """Typed calls over a transport. Every method may raise any ServiceError."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def probe(self, style: str | None) -> None:
        self.transport.call("GET", "/v3/users/me", style=style)

    def credits(self) -> Credits | None:
        """US cents. None where the account is counted in something else, has no limit, or may not be looked
        at."""
        try:
            return _balance(_data(self.transport.call("GET", "/v3/users/me")))
        except _UNTOLD:
            return None

    def upload(self, kind: str, path: Path, name: str, mime: str) -> Upload:
        with path.open("rb") as file:
            limit = self.transport.timeouts.upload
            made = self.transport.call("POST", "/v3/assets", read=limit, files={"file": (name, file, mime)})
        asset = _data(made)
        if not parse.text(asset.get("asset_id")):
            raise ReplyError("HeyGen took the file but named no id for it.")
        return Upload(parse.text(asset.get("url")), parse.text(asset["asset_id"]))

    def delete(self, kind: str, remote_id: str) -> None:
        try:
            self.transport.call("DELETE", f"/v3/assets/{quoted(remote_id, safe='')}")
        except _UNTOLD:
            return  # gone is what was wanted, and not every account can delete

    def quote(self, job: Job, files: Mapping[str, Stored]) -> int | None:
        return None

    def submit(self, job: Job, files: Mapping[str, Stored]) -> Remote:
        """The title is the job's id: the list shows it."""
        body = {
            **job.template,
            "type": "image",
            "image": {"type": "asset_id", "asset_id": files["image"].remote_id},
            "title": job.id,
        }
        if "audio" in files:
            body["audio_asset_id"] = files["audio"].remote_id
        made = self.transport.call(
            "POST",
            "/v3/videos",
            read=self.transport.timeouts.create,
            once=True,
            json=body,
            headers={"Idempotency-Key": job.idempotency},
        )
        video = _video(_data(made))
        if not video.id:
            raise ReplyError("HeyGen took the order but named no id.")
        return video

    def status(self, remote_id: str) -> Remote:
        body = self.transport.call("GET", f"/v3/videos/{quoted(remote_id, safe='')}")
        return _video({"id": remote_id, **_data(body)})

    def page(self, token: str) -> RemotePage:
        entries, following = self._list("/v3/videos", token)
        return RemotePage(tuple(_video(each) for each in entries), following)

    def voices(self) -> Iterator[Voice]:
        """The account's own first."""
        for kind in ("private", "public"):
            token = ""
            for _ in range(_MAX_VOICE_PAGES):
                entries, following = self._list("/v3/voices", token, type=kind)
                yield from (_voice(each, kind == "private") for each in entries)
                if not following or following == token:
                    break
                token = following

    def _list(self, path: str, token: str, **further: str) -> tuple[list[dict[str, Any]], str]:
        """One page of a list, and what asks for the next, "" at the end."""
        asked = {"limit": str(_PAGE), **further, **({"token": token} if token else {})}
        body = self.transport.call("GET", path, params=asked)
        whole = body if isinstance(body, dict) else {}
        what = path.rsplit("/", 1)[1]
        entries = parse.listed("HeyGen", what, whole.get("data"))
        following = parse.text(whole.get("next_token")) if whole.get("has_more", True) else ""
        return entries, following


def _video(body: dict[str, Any]) -> Remote:
    """Of an order's reply, where the id has another name, or of a look at it."""
    status = parse.text(body.get("status"))
    made = body.get("created_at")
    title = parse.text(body.get("title"))
    return Remote(
        id=parse.text(body.get("video_id")) or parse.text(body.get("id")),
        status=status,
        state=_STATES.get(status, "running"),
        known=status in _STATES,
        created=parse.number(made) or parse.epoch(made),
        result_url=parse.text(body.get("video_url")),
        duration=parse.number(body.get("duration")),
        marks=(title,) if title else (),
        error_kind=parse.text(body.get("failure_code")),
        error_text=parse.text(body.get("failure_message")),
    )


def _voice(body: dict[str, Any], own: bool) -> Voice:
    name, language, gender = (parse.text(body.get(each)) for each in ("name", "language", "gender"))
    return Voice(parse.text(body.get("voice_id")), name, language, gender, own)


def _balance(account: dict[str, Any]) -> Credits | None:
    """Of a wallet in US dollars, or what is left of a spending cap."""
    wallet, usage = account.get("wallet"), account.get("usage_based")
    if isinstance(wallet, dict) and wallet.get("currency", "usd") == "usd":
        left = parse.number(wallet.get("remaining_balance"))
        return None if left is None else Credits(_in_cents(left), None)
    if isinstance(usage, dict):
        cap, spent = (parse.number(usage.get(f"spending_{name}_usd")) for name in ("cap", "current"))
        if cap is not None and spent is not None:
            return Credits(_in_cents(max(cap - spent, 0.0)), _in_cents(cap))
    return None


def _in_cents(dollars: float) -> float:
    return round(dollars * _CENTS, 4)


def _data(body: Any) -> dict[str, Any]:
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        raise ReplyError("HeyGen's reply is empty or not the object it should be.")
    return data


SERVICE = Service(
    id="heygen",
    title="HeyGen",
    command="cloud heygen",
    address="https://api.heygen.com",
    address_variable="HEYGEN_API_URL",
    folder_variable="LIPSYNC_HEYGEN_FOLDER",
    key_variables=("HEYGEN_API_KEY",),
    key_form="the settings of HeyGen, under API",
    site="HeyGen's list of videos",
    agreeing="consent in a node, --consent with render",
    error_for=error_for,
    connect=HeyGenClient,
    unit="US cent",
    units="US cents",
    header="X-Api-Key",
    # It keeps a key for 24 hours; an hour is left for what takes long. After that the list is searched.
    repeatable=23 * 3600.0,
    typical=1800.0,
    defaults={"max_credits_per_run": 500, "max_credits_per_day": 2000, "deadline_minutes": 60.0},
)
