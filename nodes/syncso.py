"""sync.so's cloud service: the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..backends.syncso.spec import CLOUD, SPEC
from ..engine.host.comfy import ComfyHost
from .cloud_account import consent_of, jobs_of
from .requirements import engine_imports
from .types import BackendIO
from .widgets import widget


class LipSyncSyncSoBackend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncSyncSoBackend",
            display_name="sync.so Backend (LipSync)",
            category="lipsync/backends",
            description=(
                "sync.so's paid cloud service as the engine of Apply Lip-Sync: it repaints the mouth in "
                "footage, long clips in parts, or makes one picture speak. Needs an API key, set by the "
                "command LipSync Studio: Cloud services."
            ),
            search_aliases=["sync.so", "sync labs", "lipsync-2", "sync-3", "dub", "cloud"],
            inputs=[
                widget(SPEC, "consent"),
                widget(SPEC, "max_credits"),
                widget(SPEC, "model"),
                widget(SPEC, "temperature", optional=True, advanced=True),
                widget(SPEC, "occlusion", optional=True, advanced=True),
                widget(SPEC, "again", optional=True, advanced=True),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    def execute(cls, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        with engine_imports():
            backend = SPEC.make(
                SPEC.settings_from(choices),
                ComfyHost(),
                open_jobs=jobs_of(CLOUD),
                check_consent=consent_of(CLOUD),
            )
        return io.NodeOutput(backend)
