"""AniPortrait: the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..backends.aniportrait.spec import SPEC
from .types import BackendIO
from .weights import fingerprint_of, made, sets_of
from .widgets import advanced, widget


class LipSyncAniPortraitBackend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncAniPortraitBackend",
            display_name="AniPortrait Backend (LipSync)",
            category="lipsync/backends",
            description=(
                "AniPortrait: a diffusion network paints one picture anew in every frame, speaking and "
                "moving its head. Its weights (11.8 GB) are fetched by Model Manager, or here with "
                "download_missing."
            ),
            search_aliases=["lip sync", "aniportrait", "portrait", "talking head", "talking photo"],
            inputs=[
                widget(SPEC, "quality"),
                widget(SPEC, "view"),
                widget(SPEC, "head"),
                widget(SPEC, "motion", optional=True),
                *advanced(SPEC, "identity"),
                widget(SPEC, "seed", optional=True),
                *advanced(SPEC, "guidance", "steps", "side"),
                widget(SPEC, "use_first_frame", optional=True),
                *advanced(SPEC, "precision", "parity"),
                widget(SPEC, "download_missing", optional=True),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    async def fingerprint_inputs(cls, **choices: Any) -> str:
        """The files that would be loaded, as text; of what is wired, which is None, any may be."""
        return await fingerprint_of(sets_of(SPEC, choices), choices.get("download_missing"))

    @classmethod
    def execute(cls, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        return made(SPEC, choices)
