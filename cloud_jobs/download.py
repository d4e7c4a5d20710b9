"""Fetching a finished clip: without credentials, byte for byte as signed, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import requests

from .errors import DownloadError, LinkExpiredError, UnusableClipError
from .media import Clip, probe
from .settings import LOOPBACK
from .storage import clear_stale
from .transport import NoAuth, Timeouts

MAX_BYTES = 2 << 30
_CHUNK = 1 << 16
_TRIES = 4


@dataclass(frozen=True)
class Fetched:
    sha256: str
    clip: Clip


class Downloader:
    """allow_http: for a service on this machine. session: makes a session that knows no credentials."""

    def __init__(
        self,
        timeouts: Timeouts,
        *,
        allow_http: bool = False,
        max_bytes: int = MAX_BYTES,
        session: Callable[[], requests.Session] = requests.Session,
    ) -> None:
        self._timeout = (timeouts.connect, timeouts.download)
        self._allow_http = allow_http
        self._max_bytes = max_bytes
        self._session = session

    def fetch(self, url: str, target: Path, accept: Callable[[Fetched], None] = lambda _: None) -> Fetched:
        """Download to a temporary file beside `target`, check it, and rename it into place.

        accept: raises if the clip is not the one expected. Raises LinkExpiredError when a new link is needed,
        UnusableClipError when trying again is useless, else DownloadError."""
        try:
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError:
            host = None
        if not host:
            raise LinkExpiredError("The link to the finished clip is no address; a new one is asked for.")
        if parts.scheme != "https" and not (parts.scheme == "http" and self._allow_http and host in LOOPBACK):
            raise UnusableClipError("The address of the finished clip is not https; it was not fetched.")
        clear_stale(target.parent, ".*.part")
        partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        try:
            self._receive(url, partial)
            clip = probe(partial)
            if clip is None:
                raise DownloadError(
                    "What came in place of the finished clip is no video; it will be fetched again."
                )
            done = Fetched(file_digest(partial), clip)
            accept(done)
            os.replace(partial, target)
            return done
        except OSError as error:
            raise UnusableClipError(
                f"The clip can't be written to {target.parent} ({error.strerror}); make "
                "room or choose another folder, then resume."
            ) from None
        finally:
            partial.unlink(missing_ok=True)

    def _receive(self, url: str, partial: Path) -> None:
        """Resume a broken transfer by Range where the server vouches, by ETag, that the file is the same."""
        etag = ""
        with (
            self._session() as session,
            open(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file,
        ):
            for _ in range(_TRIES):
                if not etag:
                    file.seek(0)
                    file.truncate()
                whole, etag = self._attempt(session, url, file, etag)
                if whole:
                    file.flush()
                    os.fsync(file.fileno())
                    return
        raise DownloadError("The transfer of the finished clip broke off several times; resume to try again.")

    def _attempt(self, session: requests.Session, url: str, file: BinaryIO, etag: str) -> tuple[bool, str]:
        """One request. Returns whether the file is whole, and the ETag if the rest can be asked for."""
        start = file.tell()
        request = session.prepare_request(
            requests.Request(
                "GET",
                url,
                auth=NoAuth(),
                headers={
                    "Accept-Encoding": "identity",
                    **({"Range": f"bytes={start}-", "If-Range": etag} if etag and start else {}),
                },
            )
        )
        request.url = url  # requests normalises escapes, which would break the signature
        options = session.merge_environment_settings(url, {}, True, None, None)
        try:
            response = session.send(request, timeout=self._timeout, allow_redirects=False, **options)
        except OSError:
            return False, etag
        with response:
            if response.status_code in (403, 404, 410):
                raise LinkExpiredError(
                    "The link to the finished clip is no longer valid; a new one is asked for."
                )
            if response.status_code >= 500 or response.status_code == 429:
                return False, etag
            if response.status_code not in (200, 206):
                raise DownloadError(
                    f"The finished clip can't be fetched ({response.status_code}); resume to try again."
                )
            if response.status_code == 200:
                file.seek(0)
                file.truncate()
            return self._copy(response, file), _strong(response.headers.get("ETag", ""))

    def _copy(self, response: requests.Response, file: BinaryIO) -> bool:
        """Returns whether as many bytes came as were announced."""
        announced = response.headers.get("Content-Length", "")
        received = 0
        try:
            for block in response.iter_content(_CHUNK):
                received += len(block)
                if file.tell() + len(block) > self._max_bytes:
                    raise UnusableClipError(
                        f"The finished clip is larger than {self._max_bytes} bytes; "
                        "fetch it at the service's own site."
                    )
                file.write(block)
        except requests.RequestException:
            return False
        return not announced.isdecimal() or received == int(announced)


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _strong(etag: str) -> str:
    """A weak ETag does not promise equal bytes."""
    return etag if etag.startswith('"') else ""
