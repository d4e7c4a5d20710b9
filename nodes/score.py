"""How well a mouth follows a voice, in any video."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from ..engine.errors import AudioError
from ..engine.host.comfy import ComfyHost
from .inputs import check_person, fps_input, person_input, to_sound, to_source
from .requirements import engine_imports
from .types import WordTimingsIO

if TYPE_CHECKING:
    from ..align.words import WordTimings


class LipSyncScore(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncScore",
            display_name="Sync Score (LipSync)",
            category="lipsync",
            description=(
                "Measures how well the mouth in a video follows the voice, whoever made the video. Needs no "
                "model file; with your own syncnet_v2.model also LSE-C and LSE-D."
            ),
            search_aliases=["sync score", "lse-c", "lse-d", "syncnet", "metric", "evaluate lip sync"],
            inputs=[
                io.MultiType.Input(
                    "video", types=[io.Video, io.Image], tooltip="The video to score: a face that speaks."
                ),
                io.Audio.Input("audio", optional=True, tooltip="The voice, if not the video's own sound."),
                WordTimingsIO.Input(
                    "words", optional=True, tooltip="When each word is said: are the lips shut on P, B and M?"
                ),
                io.MultiType.Input(
                    "source",
                    types=[io.Video, io.Image],
                    optional=True,
                    tooltip="What the video was made from: seam, sharpness and flicker against it.",
                ),
                person_input(),
                io.Boolean.Input(
                    "syncnet",
                    default=False,
                    optional=True,
                    advanced=True,
                    tooltip="LSE-C and LSE-D too, by your own syncnet_v2.model in models/syncnet.",
                ),
                fps_input(),
            ],
            outputs=[
                io.Float.Output(
                    display_name="score",
                    tooltip="About 0 for another voice, about 0.4 for real speakers; 0 if it is too short.",
                ),
                io.String.Output(display_name="report", tooltip="The verdict, and every measure in words."),
            ],
        )

    @classmethod
    def validate_inputs(cls, person: str | None = None) -> bool | str:
        return check_person(person)

    @classmethod
    def execute(
        cls,
        video: Any,
        person: str,
        audio: Mapping[str, Any] | None = None,
        words: WordTimings | None = None,
        source: Any = None,
        syncnet: bool = False,
        fps: float = 25.0,
    ) -> io.NodeOutput:
        with engine_imports():
            from ..backends.speech import lip_closures, mouth_spans, voice_samples
            from ..engine.score.clip import score_clip
            from ..engine.score.syncnet import SyncNet
            from ..engine.score.syncnet_file import require_syncnet
        host = ComfyHost()
        clip = to_source(video, fps, host)
        sound = clip.sound() if audio is None else to_sound(audio)
        if sound is None:
            raise AudioError("The video has no sound: connect the voice to `audio`.")
        samples = voice_samples(sound, host)
        score = score_clip(
            clip,
            samples,
            mouth_spans(samples, words, "auto", False, host),
            host,
            person=person,
            closures=lip_closures(words),
            original=None if source is None else to_source(source, fps, host),
            syncnet=SyncNet.load(require_syncnet(host), host) if syncnet else None,
        )
        return io.NodeOutput(score.value, score.text())
