"""LatentSync: the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..backends.latentsync.spec import SPEC, weight_sets
from .types import BackendIO
from .weights import fingerprint_of, made
from .widgets import advanced, widget


class LipSyncLatentSyncBackend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncLatentSyncBackend",
            display_name="LatentSync Backend (LipSync)",
            category="lipsync/backends",
            description=(
                "LatentSync 1.6 or 1.5: a diffusion network repaints the lower face, 16 frames at a time. "
                "Its weights (5.6 GB) are fetched by Model Manager, or here with download_missing."
            ),
            search_aliases=["lip sync", "latentsync", "dub", "talking head"],
            inputs=[
                widget(SPEC, "version"),
                widget(SPEC, "quality"),
                *advanced(SPEC, "steps"),
                widget(SPEC, "guidance", optional=True),
                widget(SPEC, "seed", optional=True),
                *advanced(SPEC, "resolution", "overlap", "steady"),
                widget(SPEC, "mask", optional=True),
                *advanced(SPEC, "mask_source", "detail", "colour", "precision", "parity"),
                widget(SPEC, "download_missing", optional=True),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    async def fingerprint_inputs(cls, version: str | None, **others: Any) -> str:
        """The files that would be loaded, as text; None stands for what is wired."""
        return await fingerprint_of(weight_sets(version), others.get("download_missing"))

    @classmethod
    def execute(cls, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        return made(SPEC, choices)
