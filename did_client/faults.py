"""From a refusal by D-ID to an exception with a sentence that helps."""

from __future__ import annotations

import json
from typing import Any

from ..cloud_jobs import parse
from ..cloud_jobs.errors import (
    AddressError,
    AuthenticationError,
    FaceError,
    MediaTypeError,
    PermissionDeniedError,
    ServiceError,
)
from ..cloud_jobs.faults import Faults, json_object, one_line

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


_FILES = "D-ID does not take this kind of file ({status}); use JPEG or PNG, WAV or MP3."
_FAULTS = Faults(
    "D-ID",
    "DID_API_URL",
    {
        401: (
            AuthenticationError,
            "D-ID does not accept the key (401); check it, and if it is right, check the account for an "
            "unpaid invoice.",
        ),
        403: (
            PermissionDeniedError,
            "The D-ID plan does not allow this (403); switch the feature off (stitch is one) or change the "
            "plan.",
        ),
        413: (MediaTypeError, _FILES),
        415: (MediaTypeError, _FILES),
    },
)


def error_for(status: int, body: bytes, headers: Any, server_now: float) -> ServiceError:
    """The exception for a reply that is not a success. Quotes D-ID's own description, where there is one."""
    kind, said = _reason(body)
    error, sentence = _FAULTS.verdict(status)
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
        sentence = next((text for prefix, text in _MODERATED.items() if kind.startswith(prefix)), sentence)
    return _FAULTS.error(status, (error, sentence), kind, said, headers, server_now)


def _reason(body: bytes) -> tuple[str, str]:
    """kind and description; gateways say `message` instead, proxies send HTML, which is not worth quoting."""
    content = json_object(body)
    said = parse.text(content.get("description")) or parse.text(content.get("message"))
    details = content.get("details")
    if details and said:
        said = f"{said} {json.dumps(details, ensure_ascii=False)}"
    return parse.text(content.get("kind")), one_line(said)
