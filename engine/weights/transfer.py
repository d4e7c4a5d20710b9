"""Bringing the rest of a file: one HTTP request that begins where the partial file ends."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .hub import Interrupted, Remote

if TYPE_CHECKING:
    import requests


class Unwritable(Exception):
    """The disk is full or gone; what was written is kept. The text says why."""


# What a broken connection or a kill can lose, and what has to arrive before a cancel is noticed.
CHUNK = 1 << 14


def receive(remote: Remote, part: Path, on_bytes: Callable[[int], None]) -> None:
    """Append what is missing to the partial file, which is made if need be.

    on_bytes: told how many bytes there are, after every chunk; what it raises ends the transfer.
    Every chunk received is kept: whatever happens, the next call goes on from there. A server that can't go
    on in the middle sends the file from its beginning.
    Raises Interrupted where another call may bring the rest, Unwritable where the disk is at fault.
    """
    import requests

    with open(part, "ab", buffering=0) as file:
        if file.tell() > remote.bytes:
            file.truncate(0)
        start = file.seek(0, os.SEEK_END)
        on_bytes(start)
        if start == remote.bytes:
            return
        with requests.Session() as session:
            session.auth = _keep_headers
            try:
                with session.get(
                    remote.url,
                    headers={**remote.headers, **_wanted(start)},
                    stream=True,
                    timeout=_timeouts(),
                ) as response:
                    _append(response, file.fileno(), start, remote, on_bytes)
            except requests.RequestException as error:
                raise Interrupted(_reason(error)) from error


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


def _wanted(start: int) -> dict[str, str]:
    # Compressed, the ranges would not be those of the file.
    headers = {"Accept-Encoding": "identity"}
    return {**headers, "Range": f"bytes={start}-"} if start else headers


def _first_byte(response: requests.Response) -> int:
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(match[1]) if match else -1


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without an `auth`, requests would put a password from .netrc in the place of the hub's token."""
    return request


def _timeouts() -> tuple[float, float]:
    from huggingface_hub.constants import HF_HUB_DOWNLOAD_TIMEOUT, HF_HUB_ETAG_TIMEOUT

    return HF_HUB_ETAG_TIMEOUT, HF_HUB_DOWNLOAD_TIMEOUT


def _reason(error: requests.RequestException) -> str:
    import requests

    if isinstance(error, requests.exceptions.SSLError):
        return (str(error).splitlines() or ["no safe connection"])[0]
    if isinstance(error, requests.Timeout):
        return "it did not answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    return "there is no connection to it"
