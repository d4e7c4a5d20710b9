"""D-ID's cloud service: as backend of Apply Lip-Sync, for a talking clip by itself, and what its account
offers and has on its way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from comfy_api.latest import InputImpl, io, ui
from PIL import Image

from ..backends.did.spec import SPEC
from ..engine.errors import AudioError, InputError, TextError
from ..engine.host.comfy import ComfyHost
from .cloud_clip import clip_of, report_of
from .did_account import check_consent, list_voices, open_jobs, tell_status
from .inputs import to_sound
from .requirements import engine_imports
from .types import BackendIO
from .widgets import widget

if TYPE_CHECKING:
    from ..cloud_jobs import Recording
    from ..did_client import TalkConfig, TalkOrder, TextScript

PROVIDERS = ["microsoft", "elevenlabs", "amazon", "google", "azure-openai"]
_ALL = "all"


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
                widget(SPEC, "consent"),
                widget(SPEC, "max_credits"),
                widget(SPEC, "use_first_frame"),
                widget(SPEC, "stitch", optional=True, advanced=True),
                widget(SPEC, "again", optional=True, advanced=True),
            ],
            outputs=[BackendIO.Output(display_name="backend")],
        )

    @classmethod
    def execute(cls, **choices: Any) -> io.NodeOutput:
        """choices: the widgets."""
        with engine_imports():
            settings = SPEC.settings_from(choices)
            backend = SPEC.make(settings, ComfyHost(), open_jobs=open_jobs, check_consent=check_consent)
        return io.NodeOutput(backend)


class LipSyncDIDTalk(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncDIDTalk",
            display_name="D-ID Talk (LipSync)",
            category="lipsync/cloud",
            description=(
                "Sends a picture and a text or a voice to D-ID, a paid cloud service, and brings back the "
                "clip in which the face speaks. Other nodes go on meanwhile; a job that was sent is never "
                "lost and never paid for twice."
            ),
            search_aliases=["d-id", "did", "talking head", "text to speech", "avatar", "cloud"],
            inputs=[
                io.Image.Input("image", tooltip="One picture with one face that looks at the camera."),
                io.String.Input(
                    "text",
                    multiline=True,
                    default="",
                    placeholder="What the face says, if no audio is connected",
                    tooltip="What the face says: 3 to 10 000 characters. Leave empty if audio is connected.",
                ),
                io.Combo.Input(
                    "provider",
                    options=PROVIDERS,
                    default="microsoft",
                    tooltip="Whose voice speaks the text.",
                ),
                io.String.Input(
                    "voice",
                    default="en-US-JennyNeural",
                    tooltip="The provider's name for the voice, as D-ID Voices lists it.",
                ),
                io.Boolean.Input(
                    "ssml", default=False, tooltip="The text has SSML tags such as <break time='1s'/>."
                ),
                widget(SPEC, "consent"),
                widget(SPEC, "max_credits"),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip="A voice to speak instead of the text: half a second to 10 minutes.",
                ),
                io.String.Input(
                    "language",
                    default="",
                    optional=True,
                    advanced=True,
                    tooltip="For voices that speak several languages: a name or locale, such as German.",
                ),
                widget(SPEC, "stitch", optional=True, advanced=True),
                io.Float.Input(
                    "pad_seconds",
                    default=0.0,
                    min=0.0,
                    max=60.0,
                    step=0.1,
                    optional=True,
                    advanced=True,
                    tooltip="Seconds of silence at the end. They are paid for.",
                ),
                widget(SPEC, "again", optional=True, advanced=True),
            ],
            outputs=[
                io.Video.Output(display_name="video"),
                io.String.Output(display_name="report", tooltip="The job and its cost, as JSON."),
            ],
        )

    @classmethod
    async def execute(
        cls,
        image: torch.Tensor,
        text: str,
        provider: str,
        voice: str,
        ssml: bool,
        consent: bool,
        max_credits: int,
        audio: Mapping[str, Any] | None = None,
        language: str = "",
        stitch: bool = False,
        pad_seconds: float = 0.0,
        again: int = 0,
    ) -> io.NodeOutput:
        with engine_imports():
            from ..did_client import Provider, TalkConfig, TextScript
        host = ComfyHost()
        jobs = open_jobs()
        script: TextScript | None = None
        if text.strip():
            script = TextScript(text.strip(), Provider(provider, voice.strip(), language.strip()), ssml)
        config = TalkConfig(stitch=stitch, pad_audio=round(pad_seconds, 3))
        order = await asyncio.to_thread(_order, image, script, audio, config, str(again or ""))
        path, job = await clip_of(
            jobs, order, host, consent=consent, max_credits=max_credits, check_consent=check_consent
        )
        return io.NodeOutput(InputImpl.VideoFromFile(str(path)), report_of(job, order, "D-ID", "talk"))


class LipSyncDIDVoices(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncDIDVoices",
            display_name="D-ID Voices (LipSync)",
            category="lipsync/cloud",
            description="Lists the voices that D-ID Talk can speak a text with. Costs nothing.",
            search_aliases=["d-id", "did", "voices", "text to speech"],
            is_output_node=True,
            inputs=[
                io.Combo.Input(
                    "provider",
                    options=[_ALL, *PROVIDERS],
                    default="microsoft",
                    tooltip="Whose voices are listed.",
                ),
                io.String.Input(
                    "filter",
                    default="",
                    tooltip="Only lines with all of these words, such as: german female",
                ),
            ],
            outputs=[
                io.String.Output(
                    display_name="voices", tooltip="One per line: provider, voice, name, gender, languages."
                )
            ],
        )

    @classmethod
    async def execute(cls, provider: str, filter: str) -> io.NodeOutput:
        text = await asyncio.to_thread(
            list_voices, "" if provider == _ALL else provider, filter.lower().split()
        )
        return io.NodeOutput(text, ui=ui.PreviewText(text))


class LipSyncDIDStatus(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncDIDStatus",
            display_name="D-ID Status (LipSync)",
            category="lipsync/cloud",
            description=(
                "Shows the balance and plan of the D-ID account, and the jobs that are not finished or "
                "need a decision. Costs nothing."
            ),
            search_aliases=["d-id", "did", "credits", "balance", "jobs"],
            is_output_node=True,
            inputs=[],
            outputs=[io.String.Output(display_name="status")],
        )

    @classmethod
    def fingerprint_inputs(cls) -> float:
        """Different each time: the answer changes by itself."""
        return time.time()

    @classmethod
    async def execute(cls) -> io.NodeOutput:
        text = await asyncio.to_thread(tell_status)
        return io.NodeOutput(text, ui=ui.PreviewText(text))


def _order(
    image: torch.Tensor,
    script: TextScript | None,
    audio: Mapping[str, Any] | None,
    config: TalkConfig,
    nonce: str,
) -> TalkOrder:
    from ..did_client import TalkOrder, media

    if len(image) != 1:
        raise InputError(f"D-ID animates one picture, and {len(image)} are connected: choose one of them.")
    if image.shape[-1] < 3:
        raise InputError(
            f"The image has the shape {tuple(image.shape)} instead of [1, height, width, 3]; take it from an "
            "image loader."
        )
    if script is not None and audio is not None:
        raise TextError("There are a text and audio: empty the text or disconnect the audio.")
    says: TextScript | Recording
    if audio is not None:
        sound = to_sound(audio)
        says = media.recording(sound.mono(sound.rate), sound.rate, sound.all_notes())
    elif script is not None:
        says = script
    else:
        raise AudioError("There is nothing to say: write a text or connect audio.")
    pixels = image[0, ..., :3].float().nan_to_num().clamp(0, 1).mul(255).round().byte().cpu().numpy()
    return TalkOrder(media.picture(Image.fromarray(pixels)), says, config, nonce=nonce)
