"""Stage: lyrics on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comfy_api.latest import InputImpl, io

from ..engine.host.comfy import ComfyHost
from ..overlay.style import OverlayStyle
from .inputs import to_source
from .requirements import engine_imports
from .types import WordTimingsIO

if TYPE_CHECKING:
    from ..align.words import WordTimings


class LipSyncLyricOverlay(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        look = OverlayStyle()
        return io.Schema(
            node_id="LipSyncLyricOverlay",
            display_name="Lyric Overlay (LipSync)",
            category="lipsync/overlay",
            description=(
                "Draws the lyrics over a video, one line at a time, the word that is sung highlighted."
            ),
            search_aliases=["subtitles", "karaoke", "captions", "lyric video"],
            inputs=[
                io.Video.Input("video", tooltip="The video; its sound is kept."),
                WordTimingsIO.Input("words", tooltip="When each word is sung: from Align Lyrics."),
                io.Float.Input(
                    "size",
                    default=look.size,
                    min=0.02,
                    max=0.3,
                    step=0.005,
                    tooltip="Height of the letters as a share of the picture's height.",
                ),
                io.Combo.Input(
                    "position",
                    options=["bottom", "middle", "top"],
                    default="bottom",
                    tooltip="Where the line stands.",
                ),
                io.String.Input(
                    "colour", default=look.colour, tooltip="Colour of the text, such as #ffffff or white."
                ),
                io.String.Input(
                    "highlight", default=look.highlight, tooltip="Colour of the word that is sung."
                ),
                io.String.Input(
                    "outline", default=look.outline, advanced=True, tooltip="Colour around the letters."
                ),
                io.String.Input(
                    "font",
                    default="",
                    advanced=True,
                    optional=True,
                    placeholder="built-in",
                    tooltip=(
                        "A .ttf, .otf or .ttc file; empty for the built-in font, which has "
                        "Latin letters only."
                    ),
                ),
                io.Int.Input(
                    "crf",
                    default=16,
                    min=0,
                    max=30,
                    advanced=True,
                    optional=True,
                    tooltip="Quality of the H.264 video: lower is better and larger.",
                ),
            ],
            outputs=[io.Video.Output(display_name="video")],
        )

    @classmethod
    def execute(
        cls,
        video: Any,
        words: WordTimings,
        size: float,
        position: str,
        colour: str,
        highlight: str,
        outline: str,
        font: str = "",
        crf: int = 16,
    ) -> io.NodeOutput:
        with engine_imports():
            from ..overlay.burn import burn
        style = OverlayStyle(font, size, colour, highlight, outline, position)  # type: ignore[arg-type]
        host = ComfyHost()
        path = host.temp_file(".mp4")
        burn(to_source(video, 25.0), words, style, host, path, crf)
        return io.NodeOutput(InputImpl.VideoFromFile(str(path)))
