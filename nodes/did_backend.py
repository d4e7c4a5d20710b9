"""Backend: D-ID's cloud service."""

from __future__ import annotations

from comfy_api.latest import io

from .did_access import open_jobs
from .did_inputs import again_input, consent_input, max_credits_input, nonce, stitch_input
from .requirements import engine_imports
from .types import BackendIO


class LipSyncDIDBackend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncDIDBackend",
            display_name="D-ID Backend (LipSync)",
            category="lipsync/backends",
            description=(
                "D-ID's paid cloud service as the engine of Apply Lip-Sync: it makes one picture speak, "
                "head and face included. Needs an API key, set by the command LipSync Studio: D-ID key."
            ),
            search_aliases=["d-id", "did", "talking head", "cloud", "avatar"],
            inputs=[
                consent_input(),
                max_credits_input(),
                io.Boolean.Input(
                    "use_first_frame",
                    default=False,
                    tooltip="Of footage, send the first frame. Off, footage is refused: D-ID takes pictures.",
                ),
                stitch_input(),
                again_input(),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    def execute(
        cls,
        consent: bool,
        max_credits: int,
        use_first_frame: bool,
        stitch: bool = False,
        again: int = 0,
    ) -> io.NodeOutput:
        with engine_imports():
            from ..backends.did.backend import DIDBackend, DIDOptions
        options = DIDOptions(consent, max_credits, use_first_frame, stitch, nonce(again))
        return io.NodeOutput(DIDBackend(open_jobs, options))
