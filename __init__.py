"""LipSync Studio, a ComfyUI node pack. ComfyUI is imported inside the entry point: the package itself needs none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comfy_api.latest import ComfyExtension

WEB_DIRECTORY = "./web"


async def comfy_entrypoint() -> ComfyExtension:
    """What ComfyUI calls to get the nodes."""
    from .nodes import LipSyncStudio

    return LipSyncStudio()
