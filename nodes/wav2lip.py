"""Wav2Lip: the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

from functools import partial
from typing import Any

from comfy_api.latest import io

from ..backends.wav2lip.spec import SPEC, TERMS
from .licences import check_licence
from .requirements import engine_imports
from .types import BackendIO
from .weights import fingerprint_of, made, sets_of
from .widgets import advanced, widget


class LipSyncWav2LipBackend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncWav2LipBackend",
            display_name="Wav2Lip Backend (LipSync)",
            category="lipsync/backends",
            description=(
                "Wav2Lip, with or without GAN: a small network repaints the lower face at 96 pixels. For "
                "non-commercial use only, which is agreed to once, outside the graph. Its weights (436 MB) "
                "are fetched by Model Manager, or here with download_missing."
            ),
            search_aliases=["lip sync", "wav2lip", "dub", "talking head", "gan"],
            inputs=[
                widget(SPEC, "version"),
                widget(SPEC, "quality"),
                widget(SPEC, "pad_bottom"),
                *advanced(SPEC, "pad_top", "pad_left", "pad_right", "unit", "upright", "steady"),
                widget(SPEC, "mask"),
                *advanced(SPEC, "mask_source", "detail", "colour"),
                widget(SPEC, "upscale_strength", optional=True),
                *advanced(SPEC, "precision", "batch_size", "parity"),
                widget(SPEC, "download_missing", optional=True),
                io.UpscaleModel.Input(
                    "upscale_model",
                    optional=True,
                    tooltip=(
                        "Sharpens the generated faces, and nothing else. A model for faces, such as GFPGAN, "
                        "gets the whole face at its own size."
                    ),
                ),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    async def fingerprint_inputs(cls, upscale_model: Any = None, **choices: Any) -> str:
        """The files that would be loaded, as text; of what is wired, which is None, any may be."""
        return await fingerprint_of(sets_of(SPEC, choices), choices.get("download_missing"))

    @classmethod
    def execute(cls, upscale_model: Any = None, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        settings = SPEC.settings_from(choices)
        check_licence(TERMS)
        restore = None
        if upscale_model is not None:
            with engine_imports():
                from ..backends.wav2lip.network import SIDE
                from .restore import face_restorer

                restore = face_restorer(upscale_model, settings.upscale_strength, SIDE)
        return made(SPEC, choices, restore=restore, check_consent=partial(check_licence, TERMS))
