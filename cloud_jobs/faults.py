"""From a refusal to an exception with a sentence that helps: what HTTP statuses mean at any service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import parse
from .errors import (
    AddressError,
    AuthenticationError,
    ConflictError,
    CreditsError,
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
Verdict = tuple[type[ServiceError], str]

# {title}, {variable} and {status} are filled in.
_BY_STATUS: dict[int, Verdict] = {
    401: (AuthenticationError, "{title} does not accept the key (401); check it."),
    402: (CreditsError, "The {title} account has too few credits (402); buy some or shorten the clip."),
    403: (
        PermissionDeniedError,
        "The {title} plan does not allow this (403); change the plan or the options.",
    ),
    404: (
        NotFoundError,
        "{title} does not know this item (404); it was deleted, has expired or belongs to another account.",
    ),
    405: (AddressError, "The {title} address does not take this method (405); check {variable}."),
    409: (ConflictError, "{title} is still busy with this job (409); try again when it has finished."),
    413: (MediaTypeError, "{title} does not take this kind of file (413)."),
    415: (MediaTypeError, "{title} does not take this kind of file (415)."),
    429: (RateLimitError, "{title} is asked too often (429); wait a little."),
    451: (ModerationError, "{title}'s moderation refuses the content; use other content or a local engine."),
}
_BY_HUNDREDS: dict[int, Verdict] = {
    3: (
        AddressError,
        "The {title} address redirects ({status}); a key is never sent after a redirect, so correct "
        "{variable}.",
    ),
    4: (ValidationError, "{title} refuses the request ({status})."),
    5: (ServerError, "{title} has trouble ({status}); try again later."),
}
_UNEXPECTED: Verdict = (ReplyError, "{title} answered with the unexpected status {status}.")


@dataclass(frozen=True)
class Faults:
    """A service's refusals. by_status: verdicts of its own, in place of the usual ones."""

    title: str
    variable: str
    by_status: Mapping[int, Verdict] = field(default_factory=dict)

    def verdict(self, status: int) -> Verdict:
        """The kind of error, and its sentence with marks still in it."""
        usual = _BY_STATUS.get(status) or _BY_HUNDREDS.get(status // 100, _UNEXPECTED)
        return self.by_status.get(status, usual)

    def error(
        self, status: int, verdict: Verdict, kind: str, said: str, headers: Any, server_now: float
    ) -> ServiceError:
        """kind: the service's own word for the cause. said: its description, which is quoted."""
        error, sentence = verdict
        text = sentence.format(title=self.title, variable=self.variable, status=status)
        quote = f' {self.title} says: "{said[:_MAX_QUOTE]}".' if said else ""
        made = error(text + quote, status=status, kind=kind)
        if isinstance(made, RateLimitError):
            made.retry_after = parse.retry_after(headers.get("Retry-After"), server_now)
        return made


def json_object(body: bytes) -> dict[str, Any]:
    """What a refusal says, {} where that is no JSON object: proxies send HTML, which is not worth quoting."""
    try:
        content = parse.json_value(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def one_line(text: str) -> str:
    return " ".join(text.split())
