"""The nodes, one module per stage."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from comfy.cli_args import args
from comfy_api.latest import ComfyExtension, io
from server import PromptServer

from ..backends.catalogue import CATALOGUE
from ..backends.cloud.services import services
from ..engine.host.comfy import register_models_folder
from .cloud_routes import register_routes as register_cloud_routes
from .edge import guard
from .editor_frame import register_frame
from .licences import register_routes as register_licence_routes
from .lyric_preview import register_preview
from .panel_routes import register_routes as register_panel_routes
from .samples import register_samples
from .templates import register_templates

# The modules that have nodes.
_MODULES = (
    "apply",
    "voice",
    "viseme",
    "musetalk",
    "musetalk_stages",
    "latentsync",
    "wav2lip",
    "sadtalker",
    "hallo2",
    "aniportrait",
    "did",
    "heygen",
    "syncso",
    "synthesia",
    "face_track",
    "align",
    "transcribe",
    "vocals",
    "timestamp_editor",
    "lyrics_files",
    "whisper_alignment",
    "lyric_style",
    "overlay",
    "score",
    "model_manager",
)


class LipSyncStudio(ComfyExtension):
    async def on_load(self) -> None:
        for kind in CATALOGUE.kinds:
            register_models_folder(kind)
        # There is none where nodes are only listed.
        server = getattr(PromptServer, "instance", None)
        if server is not None:
            register_preview(server)
            register_frame(server)
            if not args.disable_api_nodes:
                register_cloud_routes(server)
            register_licence_routes(server)
            register_panel_routes(server)
            register_samples(server)
            register_templates(server)

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        modules = [importlib.import_module(f".{name}", __package__) for name in _wanted()]
        return [
            guard(value) for module in modules for value in vars(module).values() if _is_node(value, module)
        ]


def _wanted() -> list[str]:
    """With --disable-api-nodes there is nothing of cloud services, as there is nothing of ComfyUI's own paid
    nodes. A service's nodes are in the module of its name."""
    return [name for name in _MODULES if not (args.disable_api_nodes and name in services())]


def _is_node(value: Any, module: ModuleType) -> bool:
    """Of that module's own."""
    return isinstance(value, type) and issubclass(value, io.ComfyNode) and value.__module__ == module.__name__
