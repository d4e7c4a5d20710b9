"""LipSync Studio, a ComfyUI node pack. Importing it needs no ComfyUI: only the entry point imports that."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comfy_api.latest import ComfyExtension

WEB_DIRECTORY = "./web"


async def comfy_entrypoint() -> ComfyExtension:
    """What ComfyUI calls to get the nodes."""
    from .nodes import LipSyncStudio

    return LipSyncStudio()
