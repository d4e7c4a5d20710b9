"""AniPortrait: the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

import asyncio
from typing import Any

from comfy_api.latest import io

from ..backends.aniportrait.spec import SPEC
from ..engine.host.comfy import ComfyHost
from ..engine.weights.locate import fingerprint
from .requirements import engine_imports
from .types import BackendIO
from .weights import announce
from .widgets import widget


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
                *_advanced("identity"),
                widget(SPEC, "seed", optional=True),
                *_advanced("guidance", "steps", "side"),
                widget(SPEC, "use_first_frame", optional=True),
                *_advanced("precision", "parity"),
                widget(SPEC, "download_missing", optional=True),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    async def fingerprint_inputs(cls, **choices: Any) -> str:
        """The files that would be loaded, as text; of what is wired, which is None, any may be."""
        known = all(value is not None for value in choices.values())
        sets = SPEC.weights(SPEC.settings_from(choices)) if known else SPEC.all_weights
        download = bool(choices.get("download_missing"))
        return await asyncio.to_thread(fingerprint, sets, ComfyHost(), download=download)

    @classmethod
    def execute(cls, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        settings, host = SPEC.settings_from(choices), ComfyHost()
        with engine_imports():
            if settings.download_missing:
                announce(SPEC.weights(settings), host)
            return io.NodeOutput(SPEC.make(settings, host))


def _advanced(*names: str) -> list[io.Input]:
    return [widget(SPEC, name, optional=True, advanced=True) for name in names]
