"""What the hub says of a file: huggingface_hub's addresses, metadata, tokens and errors.

`huggingface_hub.hf_hub_download` itself is not used: it can't go on after its process was killed (its partial
files have random names and are deleted on failure), and it writes, and so notices a cancel, every 10 MB.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import WeightsError
from .entries import WeightFile

_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")
_TRUE = {"1", "ON", "YES", "TRUE"}


class Interrupted(Exception):
    """The hub can't be reached or broke off; trying again may help. The text says why."""


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
