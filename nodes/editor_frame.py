"""`POST …/timestamp_editor/frame`: the lyrics at a time as Lyric Overlay draws them, for the editor."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import fields
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folder_paths
from aiohttp import web
from PIL import Image

from ..engine.errors import InputError, LipSyncError
from ..engine.host.comfy import ComfyHost
from ..overlay.style import LyricStyle
from .guard import add_route
from .lyric_fonts import FONTS, font_path
from .lyric_preview import checked_style
from .requirements import engine_imports
from .timestamp_editor import SUBFOLDER

if TYPE_CHECKING:
    from ..align.words import WordTimings

_SHAPES = {"16:9": (640, 360), "9:16": (360, 640), "1:1": (480, 480), "4:3": (512, 384)}
_LISTED = re.compile(r"[0-9a-f]+-[0-9a-f]+\.json")
_MOST_EDITS = 8_000_000
_LONGEST = 24 * 3600 * 1000  # milliseconds
_QUALITY = 90
# The page asks for one at a time; several pages must not take all processors.
_drawing = asyncio.Lock()


def register_frame(server: Any) -> None:
    add_route(server, "POST", "/timestamp_editor/frame", _show)


async def _show(request: web.Request) -> web.Response:
    """{"file": name of what the editor's node has listed, "edits": to apply to it, "time": milliseconds,
    "shape", "style": Lyric Style's inputs} makes a JPEG, or {"error": one sentence}, of status 200 where a
    run would say it, too."""
    try:
        words, time, size, style = _checked(await request.json())
    except (InputError, ValueError) as error:
        return web.json_response({"error": str(error)}, status=400)
    try:
        async with _drawing:
            picture = await asyncio.to_thread(_jpeg, words, time, size, style)
    except LipSyncError as error:
        return web.json_response({"error": str(error)})
    return web.Response(body=picture, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _checked(given: Any) -> tuple[WordTimings, float, tuple[int, int], LyricStyle]:
    """Words, seconds, width and height, and how they look. Raises InputError."""
    with engine_imports():
        from ..align.edits import apply_edits, parse_edits
    if not isinstance(given, dict):
        raise InputError("The request must be a JSON object.")
    wanted: list[Any] = [given.get(name) for name in ("file", "edits", "time", "shape")]
    file, edits, time, shape = wanted
    if not isinstance(file, str) or not _LISTED.fullmatch(file):
        raise InputError("The file must be the name of one that the editor's node has written.")
    if not isinstance(edits, str) or len(edits) > _MOST_EDITS:
        raise InputError(f"The edits must be a text of at most {_MOST_EDITS} characters.")
    if type(time) not in (int, float) or not 0 <= time <= _LONGEST:
        raise InputError("The time must be milliseconds from 0.")
    if shape not in _SHAPES:
        raise InputError(f"The shape must be one of {', '.join(_SHAPES)}.")
    inputs = checked_style(given.get("style"))
    known = {field.name for field in fields(LyricStyle)}
    look = {name: value for name, value in inputs.items() if name in known}
    look["font"] = font_path(look["font"])
    words, duration = _listed(file)
    applied = apply_edits(words, parse_edits(edits), duration)
    return applied.timings, time / 1000, _SHAPES[shape], LyricStyle(**look)


@lru_cache(maxsize=2)
def _listed(name: str) -> tuple[WordTimings, float]:
    """The words that were listed, and the seconds of the audio. Raises InputError where the file is gone."""
    with engine_imports():
        from ..align.listing import timings_of
    path = Path(folder_paths.get_temp_directory(), SUBFOLDER, name)
    try:
        listing = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError("The words of the last run are gone: run the workflow again.") from error
    return timings_of(listing), listing["duration"] / 1000


def _jpeg(words: WordTimings, time: float, size: tuple[int, int], style: LyricStyle) -> bytes:
    with engine_imports():
        from ..overlay.preview import still
    drawn = still(style, words, time, size, ComfyHost().models_folders(FONTS))
    file = BytesIO()
    Image.fromarray((drawn * 255).round().astype("uint8")).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
