"""What Lyric Style shows while it is set: `POST …/lyric_style/preview` is the sample, `GET …/presets` looks
with a name, `GET …/fonts` the fonts that are found, and `GET …/font?name=` one's name in its own letters."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folder_paths
from aiohttp import web
from comfy_api.latest import io
from PIL import Image

from ..engine.errors import InputError, LipSyncError
from ..engine.host.comfy import models_folders
from ..overlay.presets import PRESETS, SHOWN
from .guard import add_route, refusal
from .lyric_fonts import FONTS
from .lyric_style import LipSyncLyricStyle, drawn_sample
from .requirements import engine_imports

if TYPE_CHECKING:
    from ..overlay.font_list import ListedFont

_LONGEST = 500  # characters of a sample that are drawn
_SCALE = 0.5  # of the size at which the node draws it
_QUALITY = 90
# Of the sample in a video's shape: its longer side in pixels, and how long at most beside the shorter one.
_SIDE, _LONGEST_SHAPE = 640, 4.0
# Widgets are turned faster than samples are drawn: one at a time, so that they don't take all processors.
_drawing = asyncio.Lock()


def register_preview(server: Any) -> None:
    add_route(server, "POST", "/lyric_style/preview", _show)
    add_route(server, "GET", "/lyric_style/presets", _presets)
    add_route(server, "GET", "/lyric_style/fonts", _fonts)
    add_route(server, "GET", "/lyric_style/font", _font)


async def _presets(request: web.Request) -> web.Response:
    """{"presets": [{"name", "values": {input: value}}, …]} in the order in which they are shown."""
    known = {known.id for known in LipSyncLyricStyle.define_schema().inputs} - {"font"}
    found = [
        {"name": name, "values": {key: value for key, value in asdict(PRESETS[name]).items() if key in known}}
        for name in SHOWN
    ]
    return web.json_response({"presets": found})


async def _fonts(request: web.Request) -> web.Response:
    """{"fonts": [{"name": as the input takes it, "label": for people}, …]}, the user's own first."""
    found = await asyncio.to_thread(_listed)
    return web.json_response({"fonts": [{"name": font.name, "label": font.label} for font in found]})


async def _font(request: web.Request) -> web.Response:
    """A PNG with the font's name in its letters, white on nothing; 404 for one that isn't listed."""
    name = request.query.get("name", "")
    font = next((font for font in await asyncio.to_thread(_listed) if font.name == name), None)
    if font is None:
        return refusal(404, "There is no such font.")
    picture = await asyncio.to_thread(_sample, font)
    headers = {"Cache-Control": "max-age=3600"}
    return web.Response(body=picture, content_type="image/png", headers=headers)


def _listed() -> list[ListedFont]:
    with engine_imports():
        from ..overlay.font_list import listed_fonts
    return listed_fonts(models_folders(FONTS))


def _sample(font: ListedFont) -> bytes:
    with engine_imports():
        from ..overlay.font_list import font_sample
    return font_sample(font)


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
    if given.get("frame") is not None:
        inputs["frame"] = _frame(given["frame"])
    if _leads_outside(inputs["font"]):
        raise InputError("A font outside ComfyUI's folders is shown when the node runs.")
    return inputs


def _frame(given: Any) -> tuple[int, int]:
    """Of the sample, in the shape of a video of that width and height. Raises InputError."""
    if not (isinstance(given, list) and len(given) == 2 and all(type(side) is int for side in given)):
        raise InputError("frame must be a width and a height.")
    if min(given) < 1 or max(given) > min(given) * _LONGEST_SHAPE:
        raise InputError(f"frame can't be {given[0]} x {given[1]}.")
    scale = _SIDE / max(given)
    return max(round(given[0] * scale), 1), max(round(given[1] * scale), 1)


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
