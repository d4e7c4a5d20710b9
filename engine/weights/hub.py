"""What the hub says of a file, and bringing the rest of one: a request that begins where a partial file ends.

Addresses, metadata, tokens and errors are huggingface_hub's. Its own downloader is not used: of 2.4.0, newest
in November 2026, killed at 59 of 60 MB, the next run began at byte 0 and left the partial file for good.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import WeightsError
from .entries import WeightFile

if TYPE_CHECKING:
    import requests

# What a broken connection or a kill can lose, and what has to arrive before a cancel is noticed.
CHUNK = 1 << 14
_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")
_TRUE = {"1", "ON", "YES", "TRUE"}


class Interrupted(Exception):
    """The hub can't be reached or broke off; trying again may help. The text says why."""


class Unwritable(Exception):
    """The disk is full or gone; what was written is kept. The text says why."""


@dataclass(frozen=True)
class Remote:
    """A file at the hub. digest: SHA-256, or git's blob SHA-1 of a small file without a published SHA-256."""

    url: str
    headers: Mapping[str, str]
    bytes: int
    digest: str


def endpoint() -> str:
    """$HF_ENDPOINT, also when it was set after huggingface_hub was imported."""
    from huggingface_hub.constants import ENDPOINT

    return os.environ.get("HF_ENDPOINT", ENDPOINT).rstrip("/")


def is_offline() -> bool:
    """$HF_HUB_OFFLINE, as huggingface_hub reads it."""
    from huggingface_hub.constants import HF_HUB_OFFLINE

    return HF_HUB_OFFLINE or os.environ.get("HF_HUB_OFFLINE", "").upper() in _TRUE


def describe(file: WeightFile) -> Remote:
    """Ask the hub about a file.

    Raises WeightsError where asking again is of no use, else Interrupted."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.utils import build_hf_headers

    if is_offline():
        raise WeightsError(
            f"{file.path} of {file.repo} can't be fetched, because HF_HUB_OFFLINE is set: unset it, or bring "
            "the file with `python -m lipsync_studio weights import FOLDER`."
        )
    url = hf_hub_url(file.repo, file.path, revision=file.revision, endpoint=endpoint())
    try:
        metadata = get_hf_file_metadata(url)
    except HfHubHTTPError as error:
        raise _explained(file, error) from error
    # What the transport raises changed twice with huggingface_hub's HTTP library.
    except Exception as error:
        raise Interrupted(_reason(error)) from error
    size = metadata.size or (file.bytes if file.sha256 else None)
    digest = file.sha256 or metadata.etag or ""
    if size is None or not _DIGEST.fullmatch(digest):
        raise WeightsError(
            f"{endpoint()} does not tell the size and digest of {file.path} of {file.repo}, so that it could "
            "not be checked: use another HF_ENDPOINT."
        )
    if file.sha256 and size != file.bytes:
        raise WeightsError(
            f"{endpoint()} offers another {file.path} of {file.repo} ({size} bytes) than was published "
            f"({file.bytes} bytes): use another HF_ENDPOINT."
        )
    return Remote(url, build_hf_headers(library_name="lipsync-studio"), size, digest)


def _explained(file: WeightFile, error: Exception) -> Exception:
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    status = getattr(getattr(error, "response", None), "status_code", 0)
    where = f"{endpoint()}/{file.repo}"
    if isinstance(error, GatedRepoError):
        return WeightsError(
            f"{where} gives its files only to those who accepted its terms: accept them there, log in with "
            "`hf auth login` or set HF_TOKEN, and try again."
        )
    if isinstance(error, RevisionNotFoundError):
        return WeightsError(f"{where} has no revision {file.revision}: use another HF_ENDPOINT.")
    if isinstance(error, EntryNotFoundError):
        return WeightsError(
            f"{where} has no file {file.path} at revision {file.revision[:12]}: use another HF_ENDPOINT."
        )
    if isinstance(error, RepositoryNotFoundError) or status == 404:
        return WeightsError(
            f"{where} does not exist or is private: use another HF_ENDPOINT, or set HF_TOKEN to a token that "
            "may read it."
        )
    if status in (401, 403):
        return WeightsError(f"{where} refuses access ({status}): set HF_TOKEN to a token that may read it.")
    return Interrupted(_reason(error))


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(" .")


def receive(remote: Remote, part: Path, on_bytes: Callable[[int], None]) -> None:
    """Append what is missing to the partial file, which is made if need be.

    on_bytes: told how many bytes there are, after every chunk; what it raises ends the transfer.
    Every chunk received is kept: whatever happens, the next call goes on from there. A server that can't go
    on in the middle sends the file from its beginning.
    Raises Interrupted where another call may bring the rest, Unwritable where the disk is at fault.
    """
    import requests
    from huggingface_hub.constants import HF_HUB_DOWNLOAD_TIMEOUT, HF_HUB_ETAG_TIMEOUT

    with open(part, "ab", buffering=0) as file:
        if file.tell() > remote.bytes:
            file.truncate(0)
        start = file.seek(0, os.SEEK_END)
        on_bytes(start)
        if start == remote.bytes:
            return
        # Compressed, the ranges would not be those of the file.
        headers = {**remote.headers, "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        limits = HF_HUB_ETAG_TIMEOUT, HF_HUB_DOWNLOAD_TIMEOUT
        try:
            with requests.get(
                remote.url, headers=headers, auth=_keep_headers, stream=True, timeout=limits
            ) as response:
                _append(response, file.fileno(), start, remote, on_bytes)
        except requests.RequestException as error:
            raise Interrupted(_transport_reason(error)) from error


def _append(
    response: requests.Response, file: int, start: int, remote: Remote, on_bytes: Callable[[int], None]
) -> None:
    if response.status_code == 416:
        # The hub's file ends before ours, which therefore is no part of it.
        os.ftruncate(file, 0)
        raise Interrupted("it has no more bytes where the partial file ends")
    if response.status_code not in (200, 206):
        raise Interrupted(f"it answered {response.status_code} {response.reason}")
    if response.status_code == 200 or _first_byte(response) != start:
        os.ftruncate(file, 0)
        if response.status_code == 206:
            raise Interrupted("it sent another part of the file than was asked for")
        start = 0
    done = start
    for chunk in response.iter_content(CHUNK):
        done += len(chunk)
        if done > remote.bytes:
            os.ftruncate(file, 0)
            raise Interrupted(f"it sent more than the {remote.bytes} bytes it had announced")
        _write(file, chunk)
        on_bytes(done)
    if done < remote.bytes:
        raise Interrupted("the connection broke off")


def _write(file: int, chunk: bytes) -> None:
    """Straight to the system, so that a kill loses nothing."""
    rest = memoryview(chunk)
    try:
        while rest:
            rest = rest[os.write(file, rest) :]
    except OSError as error:
        raise Unwritable(error.strerror) from error


def _first_byte(response: requests.Response) -> int:
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(match[1]) if match else -1


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without an `auth`, requests would put a password from .netrc in the place of the hub's token."""
    return request


def _transport_reason(error: requests.RequestException) -> str:
    import requests

    if isinstance(error, requests.exceptions.SSLError):
        return (str(error).splitlines() or ["no safe connection"])[0]
    if isinstance(error, requests.Timeout):
        return "it did not answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    return "there is no connection to it"
