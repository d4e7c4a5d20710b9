"""From a refusal by HeyGen to an exception with a sentence that helps."""

from __future__ import annotations

from typing import Any

from ...cloud_jobs import parse
from ...cloud_jobs.errors import (
    AuthenticationError,
    ConflictError,
    CreditsError,
    MediaTypeError,
    ModerationError,
    NotFoundError,
    PermissionDeniedError,
    ServiceError,
    ValidationError,
)
from ...cloud_jobs.faults import Faults, Verdict, json_object, one_line

_FAULTS = Faults(
    "HeyGen",
    "HEYGEN_API_URL",
    {
        401: (
            AuthenticationError,
            "HeyGen does not accept the key (401); make a new one in its settings, under API.",
        ),
        402: (
            CreditsError,
            "The HeyGen account has too little left for this clip (402); top up the balance that its API is "
            "paid from, or shorten the clip.",
        ),
        403: (
            PermissionDeniedError,
            "HeyGen does not allow this to the account (403); look at its plan and at what the key may do.",
        ),
        413: (MediaTypeError, "The file is larger than HeyGen takes (413); use a smaller picture or sound."),
    },
)
# Its words are documented, the statuses they come with are not: below 500 the word decides.
_STATUS_OF = {
    "unauthorized": 401,
    "insufficient_credit": 402,
    "forbidden": 403,
    "resource_access_denied": 403,
    "not_found": 404,
    "asset_not_found": 404,
    "asset_not_available": 404,
    "conflict": 409,
    "request_in_progress": 409,
    "payload_too_large": 413,
    "rate_limit_exceeded": 429,
}
_IN_PROGRESS: Verdict = (ConflictError, "HeyGen is still taking this order ({status}); it is asked again.")
_GONE: Verdict = (NotFoundError, "HeyGen no longer has the picture or the sound ({status}); send it again.")
_VOICE: Verdict = (
    ValidationError,
    "HeyGen does not take this voice ({status}); list voices with `cloud heygen voices`.",
)
_MODERATED: Verdict = (
    ModerationError,
    "HeyGen's moderation refuses the content ({status}); use other content or a local engine.",
)


def error_for(status: int, body: bytes, headers: Any, server_now: float) -> ServiceError:
    """The exception for a reply that is not a success. Quotes HeyGen's own message, where there is one."""
    kind, param, said = _told(json_object(body))
    word = kind.lower()
    if 400 <= status < 500:
        status = _STATUS_OF.get(word, status)
    verdict = _verdict(status, word, param)
    return _FAULTS.error(status, verdict, kind, said, headers, server_now)


def _verdict(status: int, word: str, param: str) -> Verdict:
    if word == "request_in_progress" and status == 409:
        return _IN_PROGRESS
    if word.startswith("asset_") and status == 404:
        return _GONE
    if status in (400, 404, 422):
        if param == "voice_id" or word.startswith("voice_"):
            return _VOICE
        if "moderation" in word:
            return _MODERATED
    return _FAULTS.verdict(status)


def _told(content: dict[str, Any]) -> tuple[str, str, str]:
    """Code, the field that is blamed, and the message: of `error`, an object, or as older routes have it, of
    the body itself, where codes are numbers; a text alone has been seen, too."""
    error = content.get("error")
    told = error if isinstance(error, dict) else content
    code = told.get("code")
    kind = str(code) if isinstance(code, int) and not isinstance(code, bool) else parse.text(code)
    said = parse.text(told.get("message")) or parse.text(told.get("detail")) or parse.text(error)
    return kind, parse.text(told.get("param")), one_line(said)
