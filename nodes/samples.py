"""`POST …/samples`: the sample media that a template refers to, brought into ComfyUI's input."""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import folder_paths
from aiohttp import web

from .guard import add_route, refusal

_FOLDER = Path(__file__).parent.parent / "demo"
_SUFFIXES = (".jpg", ".mp3", ".mp4", ".txt", ".lrc")


def register_samples(server: Any) -> None:
    add_route(server, "POST", "/samples", _bring)


async def _bring(request: web.Request) -> web.Response:
    """{"names": […]} gives {"there": […]}: those samples among them that now lie in the input folder."""
    try:
        names = (await request.json())["names"]
    except (ValueError, KeyError, TypeError):
        names = None
    if not isinstance(names, list):
        return refusal(400, 'The request must hold a list, "names".')
    folder = Path(folder_paths.get_input_directory())
    try:
        there = await asyncio.to_thread(bring, names, folder)
    except OSError as error:
        reason = error.strerror or error
        return refusal(
            500, f"The sample media can't be put into {folder} ({reason}): copy them from {_FOLDER}."
        )
    return web.json_response({"there": there})


def bring(names: Iterable[object], folder: Path) -> list[str]:
    """Copy the samples among `names` that `folder` lacks; what is there by such a name is left alone.

    Returns the names of samples that are there now. Raises OSError; nothing is left half-written."""
    known = {path.name: path for path in _FOLDER.glob("*") if path.suffix in _SUFFIXES}
    there = []
    for name in names:
        if isinstance(name, str) and name in known:
            if not (folder / name).exists():
                _copy(known[name], folder / name)
            there.append(name)
    return there


def _copy(sample: Path, target: Path) -> None:
    """All at once, and never over a file that has come there meanwhile."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        shutil.copyfile(sample, unfinished)
        with suppress(FileExistsError):
            try:
                os.link(unfinished, target)
            except FileExistsError:
                raise
            except OSError:  # a file system without hard links
                if not target.exists():
                    unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
