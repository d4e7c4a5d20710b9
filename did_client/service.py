"""D-ID as the job core sees it, and its account on this machine."""

from __future__ import annotations

import base64
from functools import partial
from pathlib import Path

from ..cloud_jobs import keys, settings
from ..cloud_jobs.jobs import CloudJobs, check_enabled
from ..cloud_jobs.keys import ApiKey
from ..cloud_jobs.service import Service
from ..cloud_jobs.settings import Settings
from .client import DIDClient
from .faults import error_for
from .replies import Voice


def _styles(secret: str) -> tuple[str, ...]:
    """D-ID documents the raw pair after "Basic", RFC 7617 wants it base64-encoded, and both have been seen to
    work. A key without a colon is a token already."""
    return ("basic_b64", "basic_raw") if ":" in secret else ("basic_raw",)


def _encode(secret: str, style: str) -> str:
    if style == "basic_raw":
        return f"Basic {secret}"
    encoded = base64.b64encode(secret.encode()).decode()
    return f"Bearer {encoded}" if style == "bearer" else f"Basic {encoded}"


SERVICE = Service(
    id="did",
    title="D-ID",
    command="did",
    address="https://api.d-id.com",
    address_variable="DID_API_URL",
    folder_variable="LIPSYNC_DID_FOLDER",
    key_variables=("DID_API_KEY", "D_ID_API_KEY"),
    key_form="the account settings of D-ID's Studio, as one line of the form user:password",
    site="D-ID's Studio",
    agreeing="consent in a node, --consent with render, --yes with did talk",
    error_for=error_for,
    connect=DIDClient,
    styles=_styles,
    encode=_encode,
    all_styles=("auto", "basic_b64", "basic_raw", "bearer"),
    ring_user="d-id",
    without=("max_seconds", "per_second"),
)

load_settings = partial(settings.load_settings, SERVICE)
default_folder = partial(settings.default_folder, SERVICE)
find_key = partial(keys.find_key, SERVICE)
has_key = partial(keys.has_key, SERVICE)
store_key = partial(keys.store_key, SERVICE)
clear_key = partial(keys.clear_key, SERVICE)


class TalkJobs(CloudJobs):
    """The jobs of one D-ID account."""

    def voices(self, provider: str = "") -> list[Voice]:
        """Those of one provider, or of all. Asks D-ID, which costs nothing. Raises ServiceError."""
        self.authenticate()
        return self.did.voices(provider)

    @property
    def did(self) -> DIDClient:
        client = self.client
        assert isinstance(client, DIDClient)
        return client


def open_jobs(folder: Path, settings: Settings) -> TalkJobs:
    """Of the key that is set. Raises CloudDisabledError, KeyMissingError, KeyFileError."""
    check_enabled(settings)
    key: ApiKey = find_key(folder)
    return TalkJobs(folder, settings, key)
