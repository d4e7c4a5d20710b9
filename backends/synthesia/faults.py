"""From a refusal by Synthesia to an exception with a sentence that helps.

Two forms are published: {error, context} of the v2 API, and problem details (RFC 9457) with a `code`, of the
newer one."""

from __future__ import annotations

import re
from typing import Any

from ...cloud_jobs import parse
from ...cloud_jobs.errors import (
    AuthenticationError,
    CreditsError,
    PermissionDeniedError,
    RateLimitError,
    ServiceError,
)
from ...cloud_jobs.faults import Faults, Verdict, json_object, one_line

_WORD = re.compile(r"[A-Za-z0-9_]+")
_KEY = (
    AuthenticationError,
    "Synthesia does not accept the key ({status}); make one of the scope Legacy (v2) in Synthesia's Studio, "
    "under API keys.",
)
_PLAN = (
    PermissionDeniedError,
    "The Synthesia plan does not allow this ({status}); change the plan, the avatar or the options.",
)
_SPENT = (
    CreditsError,
    "The Synthesia plan has no minutes left ({status}); switch test on, shorten the clip, or buy some.",
)
# By the words of the newer form, and of one refusal of v2 that is known.
_BY_KIND: dict[str, Verdict] = {
    "unauthenticated": _KEY,
    "insufficient_scope": _KEY,
    "forbidden": _PLAN,
    "feature_not_in_plan": _PLAN,
    "payment_required": _SPENT,
    "quota_exceeded": _SPENT,
    "concurrency_limit": (
        RateLimitError,
        "As many Synthesia videos are under way as the plan allows ({status}); this one waits.",
    ),
    "features_audio_upload_disabled": (
        PermissionDeniedError,
        "The Synthesia plan does not take a voice of one's own ({status}); disconnect the audio and write a "
        "text.",
    ),
}
# Without such a word, v2 says so of a wrong key.
_FAULTS = Faults("Synthesia", "SYNTHESIA_API_URL", {401: _KEY, 403: _KEY, 402: _SPENT})


def error_for(status: int, body: bytes, headers: Any, server_now: float) -> ServiceError:
    """The exception for a reply that is not a success. Quotes Synthesia's own words, where there are some."""
    kind, said = _reason(json_object(body))
    verdict = _BY_KIND.get(kind.lower()) if 400 <= status < 500 else None
    made = _FAULTS.error(status, verdict or _FAULTS.verdict(status), kind, said, headers, server_now)
    if isinstance(made, RateLimitError) and made.retry_after is None:
        made.retry_after = parse.retry_after(headers.get("RateLimit-Reset"), server_now)
    return made


def _reason(content: dict[str, Any]) -> tuple[str, str]:
    """kind and description, of either form."""
    if code := parse.text(content.get("code")):
        number = parse.text(content.get("requestId"))
        said = parse.text(content.get("detail")) or parse.text(content.get("title"))
        return code, one_line(f"{said} (request {number})" if number else said)
    error, context = parse.text(content.get("error")), parse.text(content.get("context"))
    kind = error if _WORD.fullmatch(error) else ""
    return kind, one_line(f"{error}: {context}" if error and context else error or context)
