"""`POST …/lyric_style/preview`: the sample of a style, shown on its node while that is set."""

from __future__ import annotations

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Any

import folder_paths
from aiohttp import web
from comfy_api.latest import io
from PIL import Image

from ..engine.errors import InputError, LipSyncError
from .guard import add_route
from .lyric_style import LipSyncLyricStyle, drawn_sample

_LONGEST = 500  # characters of a sample that are drawn
_SCALE = 0.5  # of the size at which the node draws it
_QUALITY = 90
# Widgets are turned faster than samples are drawn: one at a time, so that they don't take all processors.
_drawing = asyncio.Lock()


def register_preview(server: Any) -> None:
    add_route(server, "POST", "/lyric_style/preview", _show)


async def _show(request: web.Request) -> web.Response:
    """The node's inputs as JSON make a JPEG, or {"error": one sentence}; of status 200 where a run would say
    it, too."""
    try:
        inputs = checked_style(await request.json())
    except (InputError, ValueError) as error:
        return web.json_response({"error": str(error)}, status=400)
    try:
        async with _drawing:
            picture = await asyncio.to_thread(_jpeg, inputs)
    except LipSyncError as error:
        return web.json_response({"error": str(error)})
    return web.Response(body=picture, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


def checked_style(given: Any) -> dict[str, Any]:
    """The node's inputs, of their type and in their range, as a run would demand it. Raises InputError."""
    if not isinstance(given, dict):
        raise InputError("The style must be a JSON object of the node's inputs.")
    inputs: dict[str, Any] = {}
    for known in LipSyncLyricStyle.define_schema().inputs:
        if not isinstance(known, io.WidgetInput):
            continue
        value = given.get(known.id, known.default)
        if isinstance(known, io.Float.Input | io.Int.Input):
            fits = type(value) in (int, float) and known.min <= value <= known.max
        elif isinstance(known, io.Combo.Input):
            fits = value in known.options
        else:
            fits = isinstance(value, str)
        if not fits:
            raise InputError(f"{known.id} can't be {str(value)[:40]}.")
        inputs[known.id] = value
    inputs["sample"] = inputs["sample"][:_LONGEST]
    if _leads_outside(inputs["font"]):
        raise InputError("A font outside ComfyUI's folders is shown when the node runs.")
    return inputs


def _leads_outside(font: str) -> bool:
    """Whether it is a path, and not below ComfyUI's folders: a page is not to learn what lies elsewhere."""
    name = font.strip()
    if not any(mark in name for mark in "/\\~"):
        return False
    base, inputs = Path(folder_paths.base_path).resolve(), Path(folder_paths.get_input_directory())
    path = (inputs / Path(name).expanduser()).resolve()
    return not any(path.is_relative_to(folder) for folder in (base, inputs.resolve()))


def _jpeg(inputs: dict[str, Any]) -> bytes:
    drawn = drawn_sample(**inputs, scale=_SCALE)[1]
    file = BytesIO()
    Image.fromarray((drawn * 255).round().astype("uint8")).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
