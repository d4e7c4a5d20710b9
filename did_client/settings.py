"""What the user decides once, outside any workflow: address, limits, price. `did.json` in the D-ID folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from .errors import SettingsError
from .keys import AuthStyle

FILE_NAME = "did.json"
ADDRESS_VARIABLE = "DID_API_URL"
FOLDER_VARIABLE = "LIPSYNC_DID_FOLDER"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Settings:
    """cloud: False forbids every call. api_url: the service; never taken from a workflow, which could point
    it at a host that collects keys. max_credits_per_run, max_credits_per_day: estimated credits; a day is the
    last 24 hours. price_per_credit: the user's own price in `currency`, 0 if unknown. deadline_minutes: how
    long to wait for one job (doubled for audio of 5 minutes and more). delete_uploads: remove picture and
    voice from D-ID after each job rather than keep them for reuse until they expire. key_from_network: the
    key may be set in ComfyUI's page from other machines too, not only from this one.
    """

    cloud: bool = True
    api_url: str = "https://api.d-id.com"
    auth_style: AuthStyle = "auto"
    max_credits_per_run: int = 8
    max_credits_per_day: int = 40
    price_per_credit: float = 0.0
    currency: str = ""
    deadline_minutes: float = 15.0
    delete_uploads: bool = False
    key_from_network: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "api_url", checked_address(self.api_url))
        if self.auth_style not in get_args(AuthStyle):
            raise SettingsError(
                f"auth_style is {self.auth_style!r}; use one of {', '.join(get_args(AuthStyle))}."
            )
        for name in ("max_credits_per_run", "max_credits_per_day", "price_per_credit", "deadline_minutes"):
            if getattr(self, name) < 0:
                raise SettingsError(f"{name} is negative; use 0 or more.")

    @property
    def host(self) -> str:
        """Host and port: which service a job belongs to."""
        return urlsplit(self.api_url).netloc

    @property
    def loopback(self) -> bool:
        return urlsplit(self.api_url).hostname in LOOPBACK


def checked_address(url: str) -> str:
    """The address without a trailing slash. Raises SettingsError unless it is https (http: this machine only)
    without user, query or fragment."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise SettingsError(f"The D-ID address from {ADDRESS_VARIABLE} or {FILE_NAME} is no URL.") from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not safe or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingsError(
            "The D-ID address must be https:// and a host, without user, query or fragment "
            f"(plain http only for this machine); correct {ADDRESS_VARIABLE} or {FILE_NAME}."
        )
    return url.strip().rstrip("/")


def load_settings(folder: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the folder's `did.json`, if there is one; DID_API_URL overrides its address.

    Raises SettingsError naming the value that is wrong."""
    environ = os.environ if environ is None else environ
    path = folder / FILE_NAME
    values: dict[str, Any] = {}
    if path.exists():
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{path} can't be read as JSON ({error}); correct or delete it.") from None
        if not isinstance(values, dict):
            raise SettingsError(f"{path} must hold one JSON object; correct or delete it.")
    if environ.get(ADDRESS_VARIABLE, "").strip():
        values["api_url"] = environ[ADDRESS_VARIABLE]
    _check_types(values, path)
    return Settings(**values)


def _check_types(values: dict[str, Any], path: Path) -> None:
    known = {field.name: type(field.default) for field in fields(Settings)}
    for name, value in values.items():
        if name not in known:
            raise SettingsError(
                f"{path} has the unknown setting {name!r}; known are {', '.join(sorted(known))}."
            )
        wanted = (int, float) if known[name] is float else known[name]
        if not isinstance(value, wanted) or (isinstance(value, bool) and known[name] is not bool):
            raise SettingsError(f"{path}: {name} must be of type {known[name].__name__}.")


def default_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where key, settings, journal and results are kept when the caller names no folder.

    LIPSYNC_DID_FOLDER; else the system-user folder of the ComfyUI this checkout is installed in, so that the
    command line sees the nodes' jobs; else a folder in the user's home."""
    environ = os.environ if environ is None else environ
    if environ.get(FOLDER_VARIABLE):
        return Path(environ[FOLDER_VARIABLE])
    pack = Path(__file__).absolute().parent.parent  # not resolved: a linked checkout counts as installed
    if pack.parent.name == "custom_nodes":
        return pack.parent.parent / "user" / "__lipsync_studio" / "did"
    return Path.home() / ".lipsync-studio" / "did"
