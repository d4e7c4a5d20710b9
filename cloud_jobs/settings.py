"""What the user decides once, outside any workflow: address, limits, price. "<id>.json" in the service's
folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import SettingsError
from .service import Service

_NOT_NEGATIVE = (
    "max_credits_per_run",
    "max_credits_per_day",
    "price_per_credit",
    "deadline_minutes",
    "max_seconds",
    "per_second",
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Settings:
    """service: whose. cloud: False forbids every call. api_url: the service's, "" for its usual one; never
    taken from a workflow, which could point it at a host that collects keys. max_credits_per_run,
    max_credits_per_day: estimated credits; a day is the last 24 hours. price_per_credit: the user's own price
    in `currency`, 0 if unknown. deadline_minutes: how long to wait for one job (doubled for audio of 5
    minutes and more). parallel: how many jobs of one order may run at once, as the plan allows. max_seconds:
    the longest clip of one job, 0 for what the service is known to take. per_second: what one second costs in
    the service's units, 0 where the service is asked. delete_uploads: remove picture and voice from the
    service after each job rather than keep them for reuse until they expire. key_from_network: the key may be
    set in ComfyUI's page from other machines too, not only from this one.
    """

    service: Service
    cloud: bool = True
    api_url: str = ""
    auth_style: str = "auto"
    max_credits_per_run: int = 8
    max_credits_per_day: int = 40
    price_per_credit: float = 0.0
    currency: str = ""
    deadline_minutes: float = 15.0
    delete_uploads: bool = False
    key_from_network: bool = False
    parallel: int = 1
    max_seconds: float = 0.0
    per_second: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "api_url", checked_address(self.service, self.api_url or self.service.address)
        )
        styles = self.service.all_styles
        if self.auth_style not in styles:
            raise SettingsError(f"auth_style is {self.auth_style!r}; use one of {', '.join(styles)}.")
        for name in _NOT_NEGATIVE:
            if getattr(self, name) < 0:
                raise SettingsError(f"{name} is negative; use 0 or more.")
        if self.parallel < 1:
            raise SettingsError("parallel is less than 1; use 1 or more.")

    @property
    def host(self) -> str:
        """Host and port: which service a job belongs to."""
        return urlsplit(self.api_url).netloc

    @property
    def loopback(self) -> bool:
        return urlsplit(self.api_url).hostname in LOOPBACK


def checked_address(service: Service, url: str) -> str:
    """The address without a trailing slash. Raises SettingsError unless it is https (http: this machine only)
    without user, query or fragment."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise SettingsError(
            f"The {service.title} address from {service.address_variable} or {service.settings_file} is no "
            "URL."
        ) from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not safe or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingsError(
            f"The {service.title} address must be https:// and a host, without user, query or fragment "
            f"(plain http only for this machine); correct {service.address_variable} or "
            f"{service.settings_file}."
        )
    return url.strip().rstrip("/")


def load_settings(service: Service, folder: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the folder's file, if there is one; the environment overrides its address.

    Raises SettingsError naming the value that is wrong."""
    environ = os.environ if environ is None else environ
    path = folder / service.settings_file
    values: dict[str, Any] = {}
    if path.exists():
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{path} can't be read as JSON ({error}); correct or delete it.") from None
        if not isinstance(values, dict):
            raise SettingsError(f"{path} must hold one JSON object; correct or delete it.")
    if environ.get(service.address_variable, "").strip():
        values["api_url"] = environ[service.address_variable]
    _check_types(values, path)
    for name in service.without:
        if name in values:
            raise SettingsError(
                f"{path}: {name} has no effect on clips of {service.title}; remove it, and set "
                "max_credits_per_run for a limit."
            )
    return Settings(service, **{**service.defaults, **values})


def _check_types(values: dict[str, Any], path: Path) -> None:
    known = {field.name: type(field.default) for field in fields(Settings) if field.name != "service"}
    for name, value in values.items():
        if name not in known:
            raise SettingsError(
                f"{path} has the unknown setting {name!r}; known are {', '.join(sorted(known))}."
            )
        wanted = (int, float) if known[name] is float else known[name]
        if not isinstance(value, wanted) or (isinstance(value, bool) and known[name] is not bool):
            raise SettingsError(f"{path}: {name} must be of type {known[name].__name__}.")


def default_folder(service: Service, environ: Mapping[str, str] | None = None) -> Path:
    """Where key, settings, journal and results are kept when the caller names no folder.

    The service's variable; else the system-user folder of the ComfyUI this checkout is installed in, so that
    the command line sees the nodes' jobs; else a folder in the user's home."""
    environ = os.environ if environ is None else environ
    if environ.get(service.folder_variable):
        return Path(environ[service.folder_variable])
    pack = Path(__file__).absolute().parent.parent  # not resolved: a linked checkout counts as installed
    if pack.parent.name == "custom_nodes":
        return pack.parent.parent / "user" / "__lipsync_studio" / service.id
    return Path.home() / ".lipsync-studio" / service.id
