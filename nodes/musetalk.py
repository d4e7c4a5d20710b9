"""MuseTalk: its networks, and the backend that plugs into Apply Lip-Sync."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from comfy_api.latest import io
from comfy_execution.utils import get_executing_context
from server import PromptServer

from ..backends.musetalk.spec import weight_sets
from ..engine.errors import InputError
from ..engine.host.comfy import ComfyHost
from ..engine.weights.locate import fingerprint
from . import musetalk_inputs as shared
from .requirements import engine_imports
from .types import BackendIO, MuseTalkModelIO

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
                shared.version_input(),
                shared.precision_input(),
                shared.compile_input(),
                shared.download_input(),
            ],
            outputs=[MuseTalkModelIO.Output(display_name="model")],
        )

    @classmethod
    async def fingerprint_inputs(cls, version: str | None, **others: Any) -> str:
        return await _fingerprint(version, others.get("download_missing"))

    @classmethod
    def execute(
        cls,
        version: str,
        precision: str = "auto",
        compile: bool = False,
        download_missing: bool = False,
    ) -> io.NodeOutput:
        return io.NodeOutput(_load(version, precision, compile, download_missing))


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
                shared.version_input(),
                shared.quality_input(),
                *shared.face_inputs(),
                *shared.mask_inputs(),
                shared.precision_input(),
                shared.batch_input(),
                shared.compile_input(),
                shared.parity_input(),
                shared.download_input(),
                MuseTalkModelIO.Input(
                    "model",
                    optional=True,
                    tooltip=(
                        "From Load MuseTalk, so that other settings don't load the networks again. Its "
                        "version and precision then count, not those here."
                    ),
                ),
                shared.upscale_input(),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    async def fingerprint_inputs(cls, version: str | None, **others: Any) -> str:
        return await _fingerprint(version, others.get("download_missing"))

    @classmethod
    def execute(
        cls,
        version: str,
        quality: str,
        precision: str = "auto",
        compile: bool = False,
        parity: bool = False,
        download_missing: bool = False,
        model: MuseTalkModels | None = None,
        upscale_model: Any = None,
        **choices: Any,
    ) -> io.NodeOutput:
        """choices: the other widgets of `face_inputs`, `mask_inputs` and `batch_input`."""
        with engine_imports():
            from ..backends.crop.backend import CropBackend
            from ..backends.musetalk.engine import MuseTalkEngine
        models = model or _load(version, precision, compile, download_missing)
        settings = shared.to_settings(models.version, quality=quality, parity=parity, **choices)
        engine = MuseTalkEngine(models, settings, restore=restore_of(upscale_model, parity))
        return io.NodeOutput(CropBackend(engine))


def restore_of(upscale_model: Any, parity: bool) -> Any:
    """What is done to generated faces. Raises InputError for what parity rules out."""
    if upscale_model is None:
        return None
    if parity:
        raise InputError("Parity leaves no room for an upscale model: disconnect it, or switch parity off.")
    from .restore import restorer

    return restorer(upscale_model)


def _load(version: str, precision: str, compiled: bool, download: bool) -> MuseTalkModels:
    with engine_imports():
        from ..backends.musetalk.models import load_models
    host = ComfyHost()
    if download:
        _announce(version, host)
    return load_models(
        version,
        host,
        precision=precision,  # type: ignore[arg-type]
        download=download,
        compiled=compiled,
    )


def _announce(version: str, host: ComfyHost) -> None:
    """Sizes and licences under the node, before anything is fetched."""
    from ..engine.weights.status import plan_text, status

    found = status(host, weight_sets(version))
    context = get_executing_context()
    if found.to_download and context is not None:
        PromptServer.instance.send_progress_text(plan_text(found), context.node_id)


async def _fingerprint(version: str | None, download: bool | None) -> str:
    """The files that would be loaded, as text; None stands for what is wired."""

    def look() -> str:
        return fingerprint(weight_sets(version), ComfyHost(), download=bool(download))

    return await asyncio.to_thread(look)
