"""Backend: the embedded viseme engine."""

from __future__ import annotations

from comfy_api.latest import io

from .requirements import engine_imports
from .types import BackendIO


class LipSyncVisemeBackend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncVisemeBackend",
            display_name="Viseme Backend (LipSync)",
            category="lipsync/backends",
            description=(
                "The embedded engine: bends the mouth in the picture to the sounds of the "
                "voice. No download, no GPU, "
                "real time. Best with the text or word timings given to Apply Lip-Sync."
            ),
            search_aliases=["lip sync", "talking head", "mouth", "phoneme"],
            inputs=[
                io.Float.Input(
                    "strength",
                    default=1.0,
                    min=0.2,
                    max=2.0,
                    step=0.05,
                    tooltip=(
                        "How far the mouth opens. 1 is natural speech, 1.3 suits singing, 0.7 a"
                        " quiet speaker."
                    ),
                ),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    def execute(cls, strength: float) -> io.NodeOutput:
        with engine_imports():
            from ..backends.crop.backend import CropBackend
            from ..backends.viseme.engine import VisemeEngine
        return io.NodeOutput(CropBackend(VisemeEngine(strength)))
