"""SadTalker: the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..backends.sadtalker.spec import SPEC
from ..engine.host.comfy import ComfyHost
from . import inputs
from .types import BackendIO
from .weights import fingerprint_of, made, sets_of
from .widgets import advanced, widget

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
                *advanced(SPEC, "blinks", "pose", "yaw", "pitch", "roll"),
                *_optional("seed"),
                *advanced(SPEC, "precision", "parity"),
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
        return await fingerprint_of(sets_of(SPEC, choices), choices.get("download_missing"))

    @classmethod
    def execute(cls, reference: Any = None, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        clip = None if reference is None else inputs.to_source(reference, _REFERENCE_FPS, ComfyHost())
        return made(SPEC, choices, reference=clip)


def _optional(*names: str) -> list[io.Input]:
    return [widget(SPEC, name, optional=True) for name in names]
