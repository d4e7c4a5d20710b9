"""The nodes, one module per stage."""

from __future__ import annotations

from comfy_api.latest import ComfyExtension, io


class LipSyncStudio(ComfyExtension):
    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return []
