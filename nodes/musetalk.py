"""MuseTalk: its networks, and the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from ..backends.musetalk.spec import SPEC, MuseTalkSettings, weight_sets
from ..engine.errors import InputError
from ..engine.host.comfy import ComfyHost
from .requirements import engine_imports
from .types import BackendIO, MuseTalkModelIO
from .weights import announce, fingerprint_of
from .widgets import advanced, widget

if TYPE_CHECKING:
    from ..backends.musetalk.models import MuseTalkModels


class LipSyncMuseTalkLoader(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncMuseTalkLoader",
            display_name="Load MuseTalk (LipSync)",
            category="lipsync/musetalk",
            description=(
                "Loads MuseTalk's networks: UNet, VAE, Whisper's encoder and, where installed, the face "
                "parser."
            ),
            search_aliases=["musetalk", "lip sync", "checkpoint"],
            inputs=[
                widget(SPEC, "version"),
                *advanced(SPEC, "precision", "compile"),
                widget(SPEC, "download_missing", optional=True),
            ],
            outputs=[MuseTalkModelIO.Output(display_name="model")],
        )

    @classmethod
    async def fingerprint_inputs(cls, version: str | None, **others: Any) -> str:
        return await fingerprint_of(weight_sets(version), others.get("download_missing"))

    @classmethod
    def execute(cls, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        return io.NodeOutput(_load(SPEC.settings_from(choices)))


class LipSyncMuseTalkBackend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncMuseTalkBackend",
            display_name="MuseTalk Backend (LipSync)",
            category="lipsync/backends",
            description=(
                "MuseTalk 1.5 or 1.0: a diffusion network repaints the lower face in one step. Its weights "
                "(3.9 GB) are fetched by Model Manager, or here with download_missing."
            ),
            search_aliases=["lip sync", "musetalk", "dub", "talking head"],
            inputs=[
                widget(SPEC, "version"),
                widget(SPEC, "quality"),
                *face_widgets(),
                *mask_widgets(),
                *advanced(SPEC, "precision", "batch_size", "compile", "parity"),
                widget(SPEC, "download_missing", optional=True),
                MuseTalkModelIO.Input(
                    "model",
                    optional=True,
                    tooltip=(
                        "From Load MuseTalk, so that other settings don't load the networks again. Its "
                        "version and precision then count, not those here."
                    ),
                ),
                upscale_input(),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    async def fingerprint_inputs(cls, version: str | None, **others: Any) -> str:
        return await fingerprint_of(weight_sets(version), others.get("download_missing"))

    @classmethod
    def execute(
        cls, model: MuseTalkModels | None = None, upscale_model: Any = None, **choices: Any
    ) -> io.NodeOutput:
        """choices: the widgets."""
        settings = SPEC.settings_from(choices)
        restore = restore_of(upscale_model, settings.parity)
        with engine_imports():
            models = model or _load(settings)
            return io.NodeOutput(SPEC.make(settings, ComfyHost(), model=models, restore=restore))


def restore_of(upscale_model: Any, parity: bool) -> Any:
    """What is done to generated faces. Raises InputError for what parity rules out."""
    if upscale_model is None:
        return None
    if parity:
        raise InputError("Parity leaves no room for an upscale model: disconnect it, or switch parity off.")
    with engine_imports():
        from ..engine.compose.transform import SIDE
        from .restore import enlarger

    return enlarger(upscale_model, SIDE)


def _load(settings: MuseTalkSettings) -> MuseTalkModels:
    with engine_imports():
        from ..backends.musetalk.models import load_models
    host = ComfyHost()
    if settings.download_missing:
        announce(SPEC.weights(settings), host)
    return load_models(settings, host)


def upscale_input() -> io.Input:
    return io.UpscaleModel.Input(
        "upscale_model",
        optional=True,
        tooltip="Sharpens the generated faces, and nothing else. For faces of more than 256 pixels.",
    )


def face_widgets() -> list[io.Input]:
    """What decides which part of the face the networks see."""
    return [
        widget(SPEC, "bbox_shift"),
        *advanced(SPEC, "unit", "chin_margin", "upright", "steady"),
    ]


def mask_widgets() -> list[io.Input]:
    """What decides how much of the generated face is shown."""
    return [
        widget(SPEC, "mask"),
        *advanced(SPEC, "mask_source", "left_cheek", "right_cheek", "detail", "colour"),
    ]
