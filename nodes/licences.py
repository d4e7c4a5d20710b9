"""`…/licences`: the terms of engines that run on this computer, and their user's consent to them, which is
kept outside any workflow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import folder_paths
from aiohttp import web

from ..backends.registry import backends, local_terms
from ..engine.consent import Consents, Terms, named_folder
from ..engine.errors import ConsentError
from .cloud_account import SYSTEM_USER
from .guard import add_route, is_local, refusal


def check_licence(terms: Terms) -> None:
    """Raises ConsentError until the user has agreed in the page's dialog or by the command."""
    _consents().require(terms)


def register_routes(server: Any) -> None:
    add_route(server, "GET", "/licences", _tell)
    add_route(server, "POST", "/licences", _change)


async def _tell(request: web.Request) -> web.Response:
    return await _answer(_data)


async def _change(request: web.Request) -> web.Response:
    """{"engine": "wav2lip", "consent": true} agrees, false takes it back; for a page that is opened on this
    machine."""
    if not is_local(request):
        return refusal(
            403,
            "Licences can be agreed to only on the computer that runs ComfyUI: open the page there as "
            "http://127.0.0.1.",
        )
    try:
        given = await request.json()
        terms, consent = local_terms()[given["engine"]], given["consent"]
    except (ValueError, KeyError, TypeError):
        consent = None
    if not isinstance(consent, bool):
        return refusal(
            400, 'The request must hold an engine\'s name, "engine", and true or false, "consent".'
        )

    def change() -> list[dict[str, Any]]:
        (_consents().give if consent else _consents().withdraw)(terms)
        return _data()

    return await _answer(change)


async def _answer(data: Callable[[], list[dict[str, Any]]]) -> web.Response:
    try:
        return web.json_response(await asyncio.to_thread(data))
    except ConsentError as error:
        return refusal(400, str(error))


def _data() -> list[dict[str, Any]]:
    """Of each engine with terms: "engine", "title", "name" and "address" of the terms, "what" one agrees to,
    "path" where consent is kept, "by" and "at": who agreed and when, or empty."""
    consents = _consents()
    found = []
    for name, terms in local_terms().items():
        given = consents.given(terms)
        found.append(
            {
                "engine": name,
                "title": backends()[name].title,
                "name": terms.name,
                "address": terms.address,
                "what": terms.what,
                "path": str(consents.path),
                "by": given.by if given else "",
                "at": given.at if given else "",
            }
        )
    return found


def _consents() -> Consents:
    named = named_folder()
    return Consents(named or Path(folder_paths.get_system_user_directory(SYSTEM_USER)))
