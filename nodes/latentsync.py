"""LatentSync: the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

import asyncio
from typing import Any

from comfy_api.latest import io

from ..backends.latentsync.spec import SPEC, weight_sets
from ..engine.host.comfy import ComfyHost
from ..engine.weights.locate import fingerprint
from .requirements import engine_imports
from .types import BackendIO
from .weights import announce
from .widgets import widget


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
                *_optional("steps"),
                widget(SPEC, "guidance", optional=True),
                widget(SPEC, "seed", optional=True),
                *_optional("resolution", "overlap", "steady"),
                widget(SPEC, "mask", optional=True),
                *_optional("mask_source", "detail", "colour", "precision", "parity"),
                widget(SPEC, "download_missing", optional=True),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    async def fingerprint_inputs(cls, version: str | None, **others: Any) -> str:
        """The files that would be loaded, as text; None stands for what is wired."""
        download = bool(others.get("download_missing"))
        return await asyncio.to_thread(fingerprint, weight_sets(version), ComfyHost(), download=download)

    @classmethod
    def execute(cls, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        settings, host = SPEC.settings_from(choices), ComfyHost()
        with engine_imports():
            if settings.download_missing:
                announce(SPEC.weights(settings), host)
            return io.NodeOutput(SPEC.make(settings, host))


def _optional(*names: str) -> list[io.Input]:
    return [widget(SPEC, name, optional=True, advanced=True) for name in names]
