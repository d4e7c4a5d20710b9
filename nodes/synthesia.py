"""Synthesia's cloud service: a clip of one of its avatars speaking. No engine of Apply Lip-Sync, as it takes
no picture."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from comfy_api.latest import InputImpl, io

from ..backends.synthesia.spec import ASPECTS, CLOUD
from ..engine.errors import AudioError, TextError
from ..engine.host.comfy import ComfyHost
from .cloud_account import consent_of, jobs_of
from .cloud_clip import clip_of, report_of
from .inputs import to_sound
from .requirements import engine_imports

if TYPE_CHECKING:
    from ..cloud_jobs import Recording


class LipSyncSynthesiaVideo(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncSynthesiaVideo",
            display_name="Synthesia Video (LipSync)",
            category="lipsync/cloud",
            description=(
                "Has one of Synthesia's avatars speak a text or a voice. Synthesia is a paid cloud service, "
                "whose test clips are free. It takes no picture or footage, so it is no engine of Apply "
                "Lip-Sync. Needs an API key, set by the command LipSync Studio: Cloud services."
            ),
            search_aliases=["synthesia", "avatar", "text to video", "talking head", "presenter", "cloud"],
            inputs=[
                io.String.Input(
                    "avatar",
                    default="anna_costume1_cameraA",
                    tooltip="Synthesia's name for one of its avatars, or for one of yours there.",
                ),
                io.String.Input(
                    "text",
                    multiline=True,
                    default="",
                    placeholder="What the avatar says, if no audio is connected",
                    tooltip="What the avatar says. Leave empty if audio is connected.",
                ),
                io.Boolean.Input(
                    "test",
                    default=True,
                    label_on="test: free, with a watermark",
                    label_off="final: paid for",
                    tooltip="Test clips are free, have a watermark over them, and are limited to 30 a day.",
                ),
                io.Boolean.Input(
                    "consent",
                    default=False,
                    label_on="send to Synthesia",
                    label_off="send nothing",
                    tooltip=(
                        "Must be on, and agreed to once outside the graph (LipSync Studio: Cloud services…, "
                        "or cloud synthesia consent): the text or the voice is sent to Synthesia, a paid "
                        "service. Use only voices of people who agree."
                    ),
                ),
                io.Int.Input(
                    "max_credits",
                    default=1,
                    min=1,
                    max=1000,
                    tooltip=(
                        "The most minutes of your Synthesia plan that this clip may take, by the estimate; a "
                        "test clip takes none. synthesia.json may set a lower limit."
                    ),
                ),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip=(
                        "A voice to speak instead of the text: half a second to 30 minutes. Not in every "
                        "Synthesia plan."
                    ),
                ),
                io.String.Input(
                    "language",
                    default="en-US",
                    optional=True,
                    tooltip="Of the audio, such as en-US or de-DE. A text needs none.",
                ),
                io.Combo.Input(
                    "aspect",
                    options=list(ASPECTS),
                    default="16:9",
                    optional=True,
                    tooltip="Width to height of the clip.",
                ),
                io.String.Input(
                    "background",
                    default="white_studio",
                    optional=True,
                    tooltip=(
                        "Synthesia's name for a background, such as white_studio, off_white or green_screen, "
                        "or the address of a picture."
                    ),
                ),
                io.String.Input(
                    "voice",
                    default="",
                    optional=True,
                    advanced=True,
                    tooltip="Synthesia's id of a voice for the text. Empty: the avatar's own.",
                ),
                io.Int.Input(
                    "again",
                    default=0,
                    min=0,
                    max=1_000_000,
                    optional=True,
                    advanced=True,
                    tooltip=(
                        "An unchanged order is never sent twice: its clip is used again. A new number has "
                        "the same clip made, and paid for, once more."
                    ),
                ),
            ],
            outputs=[
                io.Video.Output(display_name="video"),
                io.String.Output(display_name="report", tooltip="The job and its cost, as JSON."),
            ],
        )

    @classmethod
    async def execute(
        cls,
        avatar: str,
        text: str,
        test: bool,
        consent: bool,
        max_credits: int,
        audio: Mapping[str, Any] | None = None,
        language: str = "en-US",
        aspect: str = "16:9",
        background: str = "white_studio",
        voice: str = "",
        again: int = 0,
    ) -> io.NodeOutput:
        with engine_imports():
            from ..backends.synthesia.order import VideoOrder
        host = ComfyHost()
        jobs = jobs_of(CLOUD)()
        wanted = VideoOrder(
            avatar=avatar.strip(),
            says=await asyncio.to_thread(_says, text.strip(), audio),
            background=background.strip(),
            aspect=aspect,
            language=language.strip(),
            voice=voice.strip(),
            test=test,
            again=again,
        )
        order = wanted.plain()
        path, job = await clip_of(
            jobs, order, host, consent=consent, max_credits=max_credits, check_consent=consent_of(CLOUD)
        )
        return io.NodeOutput(InputImpl.VideoFromFile(str(path)), report_of(job, order, CLOUD.title, "video"))


def _says(text: str, audio: Mapping[str, Any] | None) -> str | Recording:
    """Raises TextError, AudioError, InvalidRequestError."""
    from ..backends.synthesia.order import SOUND
    from ..cloud_jobs import media

    if text and audio is not None:
        raise TextError("There are a text and audio: empty the text or disconnect the audio.")
    if audio is not None:
        sound = to_sound(audio)
        return media.recording(sound.mono(sound.rate), SOUND, sound.rate, sound.all_notes())
    if not text:
        raise AudioError("There is nothing to say: write a text or connect audio.")
    return text
