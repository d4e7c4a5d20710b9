"""One HTTP call to a service: time limits, credentials, and every failure as a typed exception. No retries
here."""

from __future__ import annotations

import contextlib
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from . import parse
from .errors import AuthenticationError, NoReplyError, ReplyError, ServerError, ServiceError, UnreachableError
from .keys import ApiKey
from .settings import LOOPBACK
from .waiting import Clock

MAX_REPLY = 32 << 20
_NOT_SENT = (
    NewConnectionError,
    ConnectTimeoutError,
    ssl.SSLCertVerificationError,
    requests.exceptions.ConnectTimeout,
)
_NO_TUNNEL = "Tunnel connection failed"  # how http.client and urllib3 put a proxy's refusal


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to connect, and between two bytes of the reply for reading, ordering, uploading, and
    fetching a clip."""

    connect: float = 10.0
    read: float = 30.0
    create: float = 120.0
    upload: float = 300.0
    download: float = 30.0


class KeyAuth(AuthBase):
    """Sets the header late, so that neither a request's repr nor netrc has a say in it."""

    def __init__(self, key: ApiKey, style: str) -> None:
        self._key, self._style = key, style

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._key.header(self._style))
        return request


class NoAuth(AuthBase):
    """Keeps credentials, netrc's included, off a request."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.pop("Authorization", None)
        return request


class Transport:
    """Calls one address with one key. Safe to use from several threads at once.

    session: makes a requests.Session (one is kept per transport for repeatable calls; a call that must not be
    repeated gets its own, since a kept connection may have gone stale).
    """

    def __init__(
        self,
        api_url: str,
        key: ApiKey,
        clock: Clock,
        *,
        style: str = "auto",
        timeouts: Timeouts | None = None,
        session: Callable[[], requests.Session] = requests.Session,
    ) -> None:
        self.api_url = api_url
        self.key = key
        self.style = style if style != "auto" or len(key.styles()) > 1 else key.styles()[0]
        self.timeouts = timeouts or Timeouts()
        self._clock = clock
        self._new_session = session
        self._session = session()
        self._skew = 0.0
        self.knows_time = False  # whether a reply has told the service's

    @property
    def title(self) -> str:
        return self.key.service.title

    def server_now(self) -> float:
        """The service's clock, as far as its replies have told: a local clock that is wrong does no harm."""
        return self._clock.now() + self._skew

    def call(
        self,
        method: str,
        path: str,
        *,
        read: float | None = None,
        once: bool = False,
        style: str | None = None,
        base: str = "",
        **arguments: Any,
    ) -> Any:
        """Send one request and return the decoded JSON, None for an empty 2xx reply.

        once: use a fresh connection, for a call whose repetition would cost money. base: another address of
        the same service, which gets the key too.
        Raises a ServiceError; UnreachableError only if nothing was sent."""
        session = self._new_session() if once else self._session
        try:
            response = session.request(
                method,
                (base or self.api_url) + path,
                auth=KeyAuth(self.key, style or self.style),
                stream=True,
                allow_redirects=False,
                timeout=(self.timeouts.connect, read or self.timeouts.read),
                **arguments,
            )
            with response:
                return self._result(response, *_body(response))
        except OSError as error:  # every exception of requests is one; its text may hold an address
            raise self._connection_error(error) from None
        finally:
            if once:
                session.close()

    def put(self, url: str, path: Path, mime: str) -> None:
        """Send a file to a signed address, byte for byte as it was given, without the key.

        Raises a ServiceError; what was sent in vain does no harm."""
        try:
            parts = urlsplit(url)
            local = urlsplit(self.api_url).hostname in LOOPBACK and parts.hostname in LOOPBACK
            safe = parts.scheme == "https" or local
        except ValueError:
            safe = False
        if not safe:
            raise ReplyError(
                f"{self.title} names an address for the upload that is not https; nothing was sent."
            )
        try:
            with path.open("rb") as file:
                request = self._session.prepare_request(
                    requests.Request("PUT", url, auth=NoAuth(), data=file, headers={"Content-Type": mime})
                )
                request.url = url  # requests normalises escapes, which would break the signature
                options = self._session.merge_environment_settings(url, {}, True, None, None)
                with self._session.send(
                    request,
                    timeout=(self.timeouts.connect, self.timeouts.upload),
                    allow_redirects=False,
                    **options,
                ) as response:
                    status = response.status_code
        except OSError as error:
            raise self._connection_error(error) from None
        if not 200 <= status < 300:
            raise ServerError(
                f"{self.title} did not take the file ({status}); it is sent again.", status=status
            )

    def _result(self, response: requests.Response, body: bytes, complete: bool) -> Any:
        date = parse.http_date(response.headers.get("Date"))
        if date is not None:
            self._skew, self.knows_time = date - self._clock.now(), True
        if not 200 <= response.status_code < 300:
            said = self._without_key(body)
            error = self.key.service.error_for(
                response.status_code, said, response.headers, self.server_now()
            )
            error.args = (self.key.scrub(str(error)),)
            raise error
        if not complete:
            raise NoReplyError(
                f"The reply of {self.title} broke off; it will be asked again where that is safe.",
                status=response.status_code,
            )
        if not body.strip():
            return None
        try:
            return parse.json_value(body)
        except ValueError:
            raise ReplyError(
                f"{self.title}'s reply is not JSON; perhaps a proxy answered in its place.",
                status=response.status_code,
            ) from None

    def _without_key(self, body: bytes) -> bytes:
        """A refusal whose words can be cut and written down: of a key that is cut off, the rest could not be
        told any more. Empty where it is no JSON, which nobody quotes."""
        try:
            return json.dumps(self.key.scrub_all(parse.json_value(body))).encode()
        except (ValueError, RecursionError):
            return b""

    def _connection_error(self, error: Exception) -> ServiceError:
        if nothing_sent(error):
            return UnreachableError(
                f"{self.api_url} can't be reached; check the network, the proxy and "
                f"{self.key.service.address_variable}."
            )
        return NoReplyError(f"The connection to {self.title} broke, or no reply came in time.")

    def find_style(self, probe: Callable[[str], Any]) -> str:
        """Settle "auto" by a free call. Raises AuthenticationError if no form of the header is accepted."""
        if self.style != "auto":
            return self.style
        *others, last = self.key.styles()
        for style in others:
            with contextlib.suppress(AuthenticationError):
                probe(style)
                self.style = style
                return style
        probe(last)
        self.style = last
        return last


def _body(response: requests.Response) -> tuple[bytes, bool]:
    """What arrived of the reply, and whether that is all of it."""
    try:
        body = response.raw.read(MAX_REPLY, decode_content=True)
    except (OSError, HTTPError):
        return b"", False
    return body, len(body) < MAX_REPLY and not response.raw.length_remaining


def nothing_sent(error: BaseException | None) -> bool:
    """Whether a failed request certainly never left: no connection, no tunnel through the proxy, or a
    certificate that was not accepted.

    Looks only at what an exception wraps (urllib3's `reason`, an exception among the arguments, the cause),
    never at its context: an earlier failure that is being handled says nothing about this request. Nor does a
    ProxyError by itself, since urllib3 2 makes one of a reply that broke off behind a proxy, too."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, _NOT_SENT) or (type(error) is OSError and str(error).startswith(_NO_TUNNEL)):
            return True
        wrapped = (getattr(error, "reason", None), *error.args, error.__cause__)
        error = next((inner for inner in wrapped if isinstance(inner, BaseException)), None)
    return False
