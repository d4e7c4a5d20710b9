"""The templates in ComfyUI's list: their names, their order, and their names in addresses.

ComfyUI knows of a pack's templates no more than the names of their files, which it shows, searches in and
opens by, in whichever order the file system lists them. So the files have plain names, this pack's page sorts
them (`GET …/templates`), and the short names, which the files had in version 0.1 and which alone fit into an
address such as `?template=lyric_video&source=lipsync-studio`, go on working.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aiohttp import web

from .guard import Handler, add_route, guarded

_PACK = Path(__file__).parent.parent
_FOLDER = _PACK / "workflows"

TEMPLATES: dict[str, str] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
"""A template's short name → its file's name without the suffix. The common ones first."""


def register_templates(server: Any) -> None:
    add_route(server, "GET", "/templates", _list)
    for short, name in TEMPLATES.items():
        for suffix in (".json", ".jpg"):
            path = f"/workflow_templates/{_PACK.name}/{short}{suffix}"
            server.routes.route("GET", path)(guarded(_sender(_FOLDER / f"{name}{suffix}")))


async def _list(request: web.Request) -> web.Response:
    """{"names": […]}: the files' names without suffix, in the order they are to be shown in."""
    return web.json_response({"names": list(TEMPLATES.values())})


def _sender(path: Path) -> Handler:
    async def send(request: web.Request) -> web.StreamResponse:
        return web.FileResponse(path)

    return send
