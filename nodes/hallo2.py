"""Hallo2: the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

import asyncio
from typing import Any

from comfy_api.latest import io

from ..backends.hallo2.spec import SPEC
from ..engine.host.comfy import ComfyHost
from ..engine.weights.locate import fingerprint
from .requirements import engine_imports
from .types import BackendIO
from .weights import announce
from .widgets import widget


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
                *_advanced("steps"),
                widget(SPEC, "guidance", optional=True),
                widget(SPEC, "pose", optional=True),
                widget(SPEC, "expression", optional=True),
                widget(SPEC, "lips", optional=True),
                widget(SPEC, "seed", optional=True),
                *_advanced("drop", "own_reference"),
                widget(SPEC, "use_first_frame", optional=True),
                *_advanced("precision", "parity"),
                widget(SPEC, "download_missing", optional=True),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    async def fingerprint_inputs(cls, **choices: Any) -> str:
        """The files that would be loaded, as text."""
        download = bool(choices.get("download_missing"))
        return await asyncio.to_thread(fingerprint, SPEC.all_weights, ComfyHost(), download=download)

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
