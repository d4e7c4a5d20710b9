"""Hallo2: the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..backends.hallo2.spec import SPEC
from .types import BackendIO
from .weights import fingerprint_of, made
from .widgets import advanced, widget


class LipSyncHallo2Backend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncHallo2Backend",
            display_name="Hallo2 Backend (LipSync)",
            category="lipsync/backends",
            description=(
                "Hallo2: a diffusion network animates a picture at 512 pixels, head and all, 16 frames at a "
                "time. Its weights (5.6 GB) are fetched by Model Manager, or here with download_missing."
            ),
            search_aliases=["lip sync", "hallo", "hallo2", "portrait", "talking head", "talking photo"],
            inputs=[
                widget(SPEC, "view"),
                widget(SPEC, "quality"),
                *advanced(SPEC, "steps"),
                widget(SPEC, "guidance", optional=True),
                widget(SPEC, "pose", optional=True),
                widget(SPEC, "expression", optional=True),
                widget(SPEC, "lips", optional=True),
                widget(SPEC, "seed", optional=True),
                *advanced(SPEC, "drop", "own_reference"),
                widget(SPEC, "use_first_frame", optional=True),
                *advanced(SPEC, "precision", "parity"),
                widget(SPEC, "download_missing", optional=True),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    async def fingerprint_inputs(cls, **choices: Any) -> str:
        """The files that would be loaded, as text."""
        return await fingerprint_of(SPEC.all_weights, choices.get("download_missing"))

    @classmethod
    def execute(cls, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        return made(SPEC, choices)
