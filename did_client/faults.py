"""From a refusal by D-ID to an exception with a sentence that helps."""

from __future__ import annotations

import json
from typing import Any

from . import parse
from .errors import (
    AddressError,
    AuthenticationError,
    ConflictError,
    CreditsError,
    FaceError,
    MediaTypeError,
    ModerationError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ReplyError,
    ServerError,
    ServiceError,
    ValidationError,
)

_MAX_QUOTE = 300
# Words of the API gateway, which answers so where a path or method does not exist.
_GATEWAY = ("'credential'", "equal-sign", "equal sign", "missing authentication token", "sigv4")
_BAD_INPUT = {
    "InvalidFileSizeError": "The file is too large for D-ID; use a smaller one.",
    "InvalidImageResolutionError": "The picture's size in pixels does not suit D-ID; use one between 256 "
    "pixels on the short side and 10 megapixels.",
    "InvalidAudioDurationError": "The recording is too short or too long for D-ID; use 1 second to 10 "
    "minutes.",
    "TextToSpeechProviderError": "The voice could not speak the text; check that the voice exists and speaks "
    "this language, or use a recording.",
    "ConfigError": "D-ID does not accept one of the options; remove the extra ones.",
}
_MODERATED = {
    "Image": "D-ID's moderation refuses the picture; use another picture or a local engine.",
    "Celebrity": "D-ID takes the person for a celebrity and refuses the picture; use another picture or a "
    "local engine.",
    "Text": "D-ID's moderation refuses the text; change it or use a local engine.",
    "Audio": "D-ID's moderation refuses the recording; use another one or a local engine.",
}


_BY_STATUS: dict[int, tuple[type[ServiceError], str]] = {
    401: (
        AuthenticationError,
        "D-ID does not accept the key (401); check it, and if it is right, check the account for an unpaid "
        "invoice.",
    ),
    402: (CreditsError, "The D-ID account has too few credits (402); buy some or shorten the clip."),
    403: (
        PermissionDeniedError,
        "The D-ID plan does not allow this (403); switch the feature off (stitch is one) or change the plan.",
    ),
    404: (
        NotFoundError,
        "D-ID does not know this item (404); it was deleted, has expired or belongs to another account.",
    ),
    405: (AddressError, "The D-ID address does not take this method (405); check DID_API_URL."),
    409: (ConflictError, "D-ID is still busy with this job (409); try again when it has finished."),
    413: (MediaTypeError, "D-ID does not take this kind of file (413); use JPEG or PNG, WAV or MP3."),
    415: (MediaTypeError, "D-ID does not take this kind of file (415); use JPEG or PNG, WAV or MP3."),
    429: (RateLimitError, "D-ID is asked too often (429); wait a little."),
    451: (ModerationError, "D-ID's moderation refuses the content; use other content or a local engine."),
}
_BY_HUNDREDS: dict[int, tuple[type[ServiceError], str]] = {
    3: (
        AddressError,
        "The D-ID address redirects ({}); a key is never sent after a redirect, so correct DID_API_URL.",
    ),
    4: (ValidationError, "D-ID refuses the request ({})."),
    5: (ServerError, "D-ID has trouble ({}); try again later."),
}


def error_for(status: int, body: bytes, headers: Any, server_now: float) -> ServiceError:
    """The exception for a reply that is not a success. Quotes D-ID's own description, where there is one."""
    kind, said = _reason(body)
    default = (ReplyError, "D-ID answered with the unexpected status {}.")
    error, sentence = _BY_STATUS.get(status) or _BY_HUNDREDS.get(status // 100, default)
    if status == 400 and "face" in kind.lower():
        error = FaceError
        sentence = (
            "D-ID finds no usable face in the picture; use one frontal, unobstructed face of at least 200 "
            "pixels."
        )
    elif status == 400:
        sentence = _BAD_INPUT.get(kind, "D-ID does not accept the request.")
    elif status == 403 and any(word in said.lower() for word in _GATEWAY):
        error = AddressError
        sentence = (
            "D-ID's gateway does not know this address (403); check DID_API_URL, the key is not to blame."
        )
    elif status == 451:
        refused = (text for prefix, text in _MODERATED.items() if kind.startswith(prefix))
        sentence = next(refused, sentence)
    quote = f' D-ID says: "{said[:_MAX_QUOTE]}".' if said else ""
    made = error(sentence.format(status) + quote, status=status, kind=kind)
    if isinstance(made, RateLimitError):
        made.retry_after = parse.retry_after(headers.get("Retry-After"), server_now)
    return made


def _reason(body: bytes) -> tuple[str, str]:
    """kind and description; gateways say `message` instead, proxies send HTML, which is not worth quoting."""
    try:
        content = json.loads(body)
    except ValueError:
        return "", ""
    if not isinstance(content, dict):
        return "", ""
    said = parse.text(content.get("description")) or parse.text(content.get("message"))
    details = content.get("details")
    if details and said:
        said = f"{said} {json.dumps(details, ensure_ascii=False)}"
    return parse.text(content.get("kind")), " ".join(said.split())
