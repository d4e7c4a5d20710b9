"""HeyGen's cloud service: the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..backends.heygen.spec import CLOUD, SPEC
from ..engine.host.comfy import ComfyHost
from .cloud_account import consent_of, jobs_of
from .requirements import engine_imports
from .types import BackendIO
from .widgets import widget


class LipSyncHeyGenBackend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncHeyGenBackend",
            display_name="HeyGen Backend (LipSync)",
            category="lipsync/backends",
            description=(
                "HeyGen's paid cloud service as the engine of Apply Lip-Sync: it makes one picture speak the "
                "audio, or a text with a voice of its own. Needs an API key, set by the command LipSync "
                "Studio: Cloud services."
            ),
            search_aliases=["heygen", "talking head", "photo avatar", "text to speech", "cloud"],
            inputs=[
                widget(SPEC, "consent"),
                widget(SPEC, "max_credits"),
                widget(SPEC, "use_first_frame"),
                widget(SPEC, "resolution"),
                widget(SPEC, "expressiveness"),
                io.String.Input(
                    "text",
                    default="",
                    multiline=True,
                    optional=True,
                    placeholder="What HeyGen says in place of the audio (optional)",
                    tooltip=SPEC.known()["text"].tooltip,
                ),
                widget(SPEC, "voice", optional=True),
                widget(SPEC, "motion", optional=True, advanced=True),
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
