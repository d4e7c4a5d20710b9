"""Backend: a toy."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..backends.toy.spec import SPEC
from ..engine.host.comfy import ComfyHost
from .requirements import engine_imports
from .types import BackendIO
from .widgets import widget


class LipSyncToyBackend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncToyBackend",
            display_name="Toy Backend (LipSync)",
            category="lipsync/backends",
            description="Paints the face in one shade.",
            inputs=[widget(SPEC, "strength"), widget(SPEC, "quality")],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    def execute(cls, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        with engine_imports():
            return io.NodeOutput(SPEC.make(SPEC.settings_from(choices), ComfyHost()))
