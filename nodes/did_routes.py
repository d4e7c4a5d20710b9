"""`/lipsync_studio/did/key`: the page's way to set or clear the D-ID key. It is written, never read back."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from .did_access import did_folder, did_settings
from .guard import is_foreign, is_local

ADDRESS = "/lipsync_studio/did/key"


def register_routes(server: Any) -> None:
    """server: ComfyUI's PromptServer, whose routes are not yet in use."""
    server.routes.get(ADDRESS)(_tell)
    server.routes.post(ADDRESS)(_change)


async def _tell(request: web.Request) -> web.Response:
    return web.json_response({"configured": await asyncio.to_thread(_configured)})


def _configured() -> bool:
    from ..did_client import has_key

    return has_key(did_folder())


async def _change(request: web.Request) -> web.Response:
    """{"key": "…"} sets the key, {"key": ""} clears it."""
    from ..did_client import DIDError, clear_key, store_key

    try:
        refusal = _refusal(request, did_settings().key_from_network)
        if refusal:
            return web.json_response({"error": refusal}, status=403)
        # A page of another origin can't send this type without asking first.
        if request.content_type != "application/json":
            return web.json_response({"error": "The key must come as JSON."}, status=415)
        try:
            key = (await request.json())["key"]
        except (ValueError, KeyError, TypeError):
            key = None
        if not isinstance(key, str):
            return web.json_response({"error": 'The request must hold one text, "key".'}, status=400)
        if key.strip():
            await asyncio.to_thread(store_key, did_folder(), key)
        else:
            await asyncio.to_thread(clear_key, did_folder())
        return web.json_response({"configured": await asyncio.to_thread(_configured)})
    except DIDError as error:
        return web.json_response({"error": str(error)}, status=400)


def _refusal(request: web.Request, from_network: bool) -> str:
    """Why this request may not change the key, "" if it may."""
    if is_foreign(request):
        return "The key can't be changed from another site's page."
    if from_network or is_local(request):
        return ""
    return (
        "The key can be changed only on the computer that runs ComfyUI; open the page there as "
        "http://127.0.0.1, or set key_from_network in did.json."
    )
