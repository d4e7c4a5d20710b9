"""The voice of a song, apart from its music."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from ..engine.host.comfy import ComfyHost
from .inputs import to_sound
from .notices import notices
from .requirements import engine_imports
from .weights import announce

if TYPE_CHECKING:
    from ..engine.media.sound import Sound

# As engine.vocals.separate names them, which needs torch.
_METHODS = ("auto", "hdemucs", "centre")


class LipSyncVocals(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncVocals",
            display_name="Separate Vocals (LipSync)",
            category="lipsync/align",
            description=(
                "Parts a song into the voice and the music: words are found and mouths moved by the voice "
                "alone. Without a model it only brings the voice out."
            ),
            search_aliases=["vocal separation", "stems", "demucs", "karaoke", "acapella", "remove music"],
            inputs=[
                io.Audio.Input("audio", tooltip="A song with music."),
                io.Combo.Input(
                    "method",
                    options=list(_METHODS),
                    default="auto",
                    tooltip=(
                        "hdemucs: a network, 335 MB. centre: without a model, what both channels share; much "
                        "of the music stays. auto: the network where its file is there."
                    ),
                ),
                io.Boolean.Input(
                    "download_missing",
                    default=False,
                    optional=True,
                    advanced=True,
                    tooltip="Fetch the network's file (335 MB) if it is missing.",
                ),
            ],
            outputs=[
                io.Audio.Output(
                    display_name="vocals", tooltip="For `vocals` of Align Lyrics, or to drive the mouth."
                ),
                io.Audio.Output(display_name="accompaniment", tooltip="The song without the voice."),
                io.String.Output(display_name="report", tooltip="How it was done."),
            ],
        )

    @classmethod
    def execute(
        cls, audio: Mapping[str, Any] | None, method: str = "auto", download_missing: bool = False
    ) -> io.NodeOutput:
        with engine_imports():
            from ..engine.vocals.separate import separate
            from ..engine.vocals.weights import HDEMUCS
        host = ComfyHost()
        if download_missing and method != "centre":
            announce([HDEMUCS], host)
        found = separate(to_sound(audio), host, method=method, download=download_missing)  # type: ignore[arg-type]
        return io.NodeOutput(
            _audio(found.vocals),
            _audio(found.accompaniment),
            "\n".join(found.notes),
            ui=notices(found.notes),
        )


def _audio(sound: Sound) -> dict[str, Any]:
    import torch

    return {"waveform": torch.from_numpy(sound.samples)[None], "sample_rate": sound.rate}
