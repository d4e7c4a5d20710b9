"""SadTalker: the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

import asyncio
from typing import Any

from comfy_api.latest import io

from ..backends.sadtalker.spec import SPEC
from ..engine.host.comfy import ComfyHost
from ..engine.weights.locate import fingerprint
from . import inputs
from .requirements import engine_imports
from .types import BackendIO
from .weights import announce
from .widgets import widget

# Of a reference that comes as pictures: what the engine counts in.
_REFERENCE_FPS = 25.0


class LipSyncSadTalkerBackend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncSadTalkerBackend",
            display_name="SadTalker Backend (LipSync)",
            category="lipsync/backends",
            description=(
                "SadTalker makes one picture speak: mouth, head and eyes move with the voice. Quick for a "
                "network that animates pictures. Its weights (881 MB) are fetched by Model Manager, or here "
                "with download_missing."
            ),
            search_aliases=["lip sync", "sadtalker", "talking head", "portrait", "animate"],
            inputs=[
                widget(SPEC, "resolution"),
                widget(SPEC, "picture"),
                *_optional("use_first_frame", "still", "pose_style", "expression_scale"),
                *_advanced("blinks", "pose", "yaw", "pitch", "roll"),
                *_optional("seed"),
                *_advanced("precision", "parity"),
                *_optional("download_missing"),
                io.MultiType.Input(
                    "reference",
                    types=[io.Video, io.Image],
                    optional=True,
                    tooltip=(
                        "A clip of a face for blinks or pose, where these are set to reference. Without it "
                        "they are those of the footage that is animated."
                    ),
                ),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    async def fingerprint_inputs(cls, reference: Any = None, **choices: Any) -> str:
        """The files that would be loaded, as text; of what is wired, which is None, any may be."""
        known = all(value is not None for value in choices.values())
        sets = SPEC.weights(SPEC.settings_from(choices)) if known else SPEC.all_weights
        download = bool(choices.get("download_missing"))
        return await asyncio.to_thread(fingerprint, sets, ComfyHost(), download=download)

    @classmethod
    def execute(cls, reference: Any = None, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        settings, host = SPEC.settings_from(choices), ComfyHost()
        with engine_imports():
            clip = None if reference is None else inputs.to_source(reference, _REFERENCE_FPS, host)
            if settings.download_missing:
                announce(SPEC.weights(settings), host)
            return io.NodeOutput(SPEC.make(settings, host, reference=clip))


def _optional(*names: str) -> list[io.Input]:
    return [widget(SPEC, name, optional=True) for name in names]


def _advanced(*names: str) -> list[io.Input]:
    return [widget(SPEC, name, optional=True, advanced=True) for name in names]
