"""Backend: the embedded viseme engine."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..backends.viseme.spec import SPEC
from ..engine.host.comfy import ComfyHost
from .requirements import engine_imports
from .types import BackendIO
from .widgets import widget


class LipSyncVisemeBackend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncVisemeBackend",
            display_name="Viseme Backend (LipSync)",
            category="lipsync/backends",
            description=(
                "The embedded engine: bends the mouth in the picture to the sounds of the "
                "voice. No download, no GPU, "
                "real time. Best with the text or word timings given to Apply Lip-Sync."
            ),
            search_aliases=["lip sync", "talking head", "mouth", "phoneme"],
            inputs=[
                widget(SPEC, "strength"),
                widget(SPEC, "movement", optional=True),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    def execute(cls, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        with engine_imports():
            return io.NodeOutput(SPEC.make(SPEC.settings_from(choices), ComfyHost()))
