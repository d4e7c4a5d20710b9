"""Which weight files there are, and fetching them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from comfy_api.latest import io, ui

from ..backends.catalogue import CATALOGUE
from ..engine.host.comfy import ComfyHost
from .requirements import engine_imports

if TYPE_CHECKING:
    from ..engine.weights.entries import WeightSet


class LipSyncModelManager(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncModelManager",
            display_name="Model Manager (LipSync)",
            category="lipsync/models",
            description=(
                "Shows which model files are installed and missing, with size and licence, the GPU and the "
                "free disk; downloads, checks and converts them. Nothing is fetched unless the action is "
                "download."
            ),
            search_aliases=["download", "weights", "checkpoint", "musetalk", "whisper", "install"],
            is_output_node=True,
            inputs=[
                io.Combo.Input(
                    "models",
                    options=CATALOGUE.names,
                    default="all-musetalk-v1.5",
                    tooltip=(
                        "Which files. The first three bring everything that MuseTalk can use: its networks, "
                        "face parsing and pose."
                    ),
                ),
                io.Combo.Input(
                    "action",
                    options=["status", "download", "verify", "convert"],
                    default="status",
                    tooltip=(
                        "Show what there is; download what is missing (it goes on where it stopped); compare "
                        "files with the published digests; make half-size safetensors of pickled weights."
                    ),
                ),
            ],
            outputs=[
                io.String.Output(
                    display_name="report", tooltip="Sizes, licences and places, and what has been done."
                )
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, models: str, action: str) -> float:
        """Different each time: the disk changes by itself."""
        return time.time()

    @classmethod
    def execute(cls, models: str, action: str) -> io.NodeOutput:
        with engine_imports():
            text = _report(CATALOGUE.select([models]), action, ComfyHost())
        return io.NodeOutput(text, ui=ui.PreviewText(text))


def _report(sets: Sequence[WeightSet], action: str, host: ComfyHost) -> str:
    from ..engine.weights.convert import convert_sets
    from ..engine.weights.download import download
    from ..engine.weights.status import gpus, status, status_text, verdict_text, verify

    if action == "verify":
        return verdict_text(verify(sets, host))
    if action == "download":
        states = status(host, sets).sets
        wanted = [each.file for state in states for each in state.to_fetch]
        # What is never fetched says so where nothing else is wanted.
        done = download(wanted or [each.file for state in states for each in state.to_bring], host)
        lines = [f"Installed: {path}" for path in done] or ["Everything is installed already."]
    elif action == "convert":
        made = convert_sets(sets, host)
        lines = [f"Made: {path}" for path in made] or ["There is no pickle that is not converted yet."]
    else:
        lines = []
    return "\n".join([*lines, *([""] if lines else []), status_text(status(host, sets), gpus())])
