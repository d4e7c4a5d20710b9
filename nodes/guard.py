"""This pack's routes: all but those of templates below one address, and only for the page that this server
itself has sent and for programs that are no page.

ComfyUI's own check lets pass a page of another port of the same machine ("same-site"), one whose name was
made to point here (its Origin is its Host), any Origin where the server is reached by a name other than
localhost, and, with --enable-cors-header, everybody.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PREFIX = "/lipsync_studio"
# Set by proxies: the request comes from farther away than the connection.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
_NAMES_OF_HERE = ("localhost", "127.0.0.1", "::1")


def add_route(server: Any, method: str, path: str, handler: Handler) -> None:
    """Have requests for a path below PREFIX answered; see `guarded`. server: ComfyUI's PromptServer, whose
    routes are not yet in use."""
    server.routes.route(method, PREFIX + path)(guarded(handler))


def guarded(handler: Handler) -> Handler:
    """Every route of this pack is answered by such a handler.

    A request that another site's page has caused is refused with 403. What changes something has to come as
    JSON (else 415), which pages of other origins can't send without asking first."""

    @wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        if is_foreign(request):
            return refusal(403, "LipSync Studio can't be used from another site's page.")
        if request.method == "POST" and request.content_type != "application/json":
            return refusal(415, "The request must come as JSON.")
        return await handler(request)

    return answer


def refusal(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)


def is_foreign(request: web.Request) -> bool:
    """Whether a page of another origin is behind a request."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    if site not in ("same-origin", "none"):
        return True
    # As browsers write it; "null" and what is no address at all are nobody of ours.
    if origin is not None and origin.lower().partition("://")[2] != request.host.lower():
        return True
    return _is_rebound(request)


def is_local(request: web.Request) -> bool:
    """From this machine, and meant for it: another name in Host is one that was made to point here."""
    return _comes_from_here(request) and _host_name(request) in _NAMES_OF_HERE


def _comes_from_here(request: web.Request) -> bool:
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def _is_rebound(request: web.Request) -> bool:
    """Whether a name of the internet's was made to point to this machine: its page would be of this origin.
    Names without a dot, and numbers, are nobody's there."""
    name = _host_name(request)
    if not _comes_from_here(request) or "." not in name or name.endswith((".localhost", ".local")):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return True
    return False


def _host_name(request: web.Request) -> str:
    try:
        return urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return ""
