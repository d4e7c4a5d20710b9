"""Backend: D-ID's cloud service."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..backends.did.spec import SPEC
from ..engine.host.comfy import ComfyHost
from .did_access import open_jobs
from .requirements import engine_imports
from .types import BackendIO
from .widgets import widget


class LipSyncDIDBackend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncDIDBackend",
            display_name="D-ID Backend (LipSync)",
            category="lipsync/backends",
            description=(
                "D-ID's paid cloud service as the engine of Apply Lip-Sync: it makes one picture speak, "
                "head and face included. Needs an API key, set by the command LipSync Studio: D-ID key."
            ),
            search_aliases=["d-id", "did", "talking head", "cloud", "avatar"],
            inputs=[
                widget(SPEC, "consent"),
                widget(SPEC, "max_credits"),
                widget(SPEC, "use_first_frame"),
                widget(SPEC, "stitch", optional=True, advanced=True),
                widget(SPEC, "again", optional=True, advanced=True),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    def execute(cls, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        with engine_imports():
            return io.NodeOutput(SPEC.make(SPEC.settings_from(choices), ComfyHost(), open_jobs=open_jobs))
