"""From a refusal by sync.so to an exception with a sentence that helps."""

from __future__ import annotations

from typing import Any

from ...cloud_jobs import parse
from ...cloud_jobs.errors import (
    AuthenticationError,
    ConflictError,
    CreditsError,
    MediaTypeError,
    RateLimitError,
    ServiceError,
)
from ...cloud_jobs.faults import Faults, json_object, one_line

# Whether the clip was made is not known, or it is being made: the order is not to be made anew.
OPEN_OUTCOMES = ("IDEMPOTENCY_OUTCOME_UNKNOWN", "IDEMPOTENCY_IN_PROGRESS", "IDEMPOTENCY_REQUEST_IN_PROGRESS")
_CONCURRENCY = "concurrency"
_FAULTS = Faults(
    "sync.so",
    "SYNC_API_URL",
    {
        401: (
            AuthenticationError,
            "sync.so does not accept the key (401); make a new one in its dashboard, under API keys.",
        ),
        402: (
            CreditsError,
            "sync.so can't bill this (402): the plan's clips or their length are used up, or an invoice is "
            "open; see its billing page, or set max_seconds in syncso.json to what the plan allows.",
        ),
        413: (
            MediaTypeError,
            "The file is larger than the sync.so plan allows (413); use smaller footage, or set "
            "max_seconds in syncso.json to have it sent in shorter parts.",
        ),
    },
)


def error_for(status: int, body: bytes, headers: Any, server_now: float) -> ServiceError:
    """The exception for a reply that is not a success. Quotes sync.so's own message, where there is one."""
    content = json_object(body)
    kind = parse.text(content.get("errorCode"))
    verdict = _FAULTS.verdict(status)
    if kind.upper() in OPEN_OUTCOMES:
        status, verdict = (
            409,
            (ConflictError, "sync.so does not know yet what became of the order ({status})."),
        )
    elif status == 429 and _CONCURRENCY in kind.lower():
        verdict = (
            RateLimitError,
            "As many sync.so jobs are under way as the plan allows (429); this one waits.",
        )
    made = _FAULTS.error(status, verdict, kind, _said(content), headers, server_now)
    made.remote_id = parse.text(content.get("generationId"))
    return made


def _said(content: dict[str, Any]) -> str:
    """`message` is a text or a list of texts; `error` names the status in words."""
    message = content.get("message")
    if isinstance(message, list):
        message = "; ".join(each for each in message if isinstance(each, str))
    said = parse.text(message) or parse.text(content.get("error"))
    hint = parse.text(content.get("suggestion"))
    return one_line(f"{said} {hint}")
