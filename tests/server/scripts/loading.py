"""Loads the pack as ComfyUI does at its start."""

import asyncio
from pathlib import Path

import folder_paths
import server

import nodes
from lipsync_studio.devtools.comfyui import link_pack


def load_pack() -> dict[str, type]:
    """The pack's nodes by id."""
    core = set(nodes.NODE_CLASS_MAPPINGS)
    link = link_pack(Path(folder_paths.base_path) / "custom_nodes")

    async def load() -> bool:
        server.PromptServer(asyncio.get_running_loop())
        return await nodes.load_custom_node(str(link), core)

    assert asyncio.run(load()), "ComfyUI could not load the pack"
    return {name: node for name, node in nodes.NODE_CLASS_MAPPINGS.items() if name not in core}
