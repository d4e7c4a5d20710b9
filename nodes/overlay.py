"""Stage: lyrics on screen."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from comfy_api.latest import InputImpl, Types, io, ui
from comfy_execution.graph import ExecutionBlocker

from ..engine.host.comfy import ComfyHost
from ..overlay.style import LyricStyle
from .inputs import (
    crf_input,
    font_input,
    fps_input,
    letter_size_input,
    picture_inputs,
    position_input,
    rate_notes,
    to_source,
)
from .lyric_fonts import FONTS, font_path
from .notices import notices
from .output_files import companion_file, output_file
from .requirements import engine_imports
from .types import LyricStyleIO, WordTimingsIO
from .wiring import is_wired, video_prefix

if TYPE_CHECKING:
    from ..align.words import WordTimings

_log = logging.getLogger(__name__)
_BURN, _BOTH, _TRACK = "burned in", "burned in and subtitle track", "subtitle track"
_NO_FILE = "none"
_SIDECARS = ("srt", "vtt", "ass", "lrc", "ttml")
_PREFIX = "lyrics/ComfyUI"  # of sidecars where no node saves the video


class LipSyncLyricOverlay(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        look = LyricStyle()
        return io.Schema(
            node_id="LipSyncLyricOverlay",
            display_name="Lyric Overlay (LipSync)",
            category="lipsync/overlay",
            description=(
                "Draws the lyrics over a video or pictures, word by word as they are sung, and can add them "
                "as a subtitle track or file."
            ),
            search_aliases=["subtitles", "karaoke", "captions", "lyric video"],
            inputs=[
                io.MultiType.Input(
                    "video",
                    types=[io.Video, io.Image],
                    tooltip="The video, whose sound is kept, or an image batch.",
                ),
                WordTimingsIO.Input("words", tooltip="When each word is sung: from Align Lyrics."),
                letter_size_input(
                    "Height of the letters as a share of the picture's height, upright: of 5/4 of its width."
                ),
                position_input(),
                io.String.Input(
                    "colour", default=look.colour, tooltip="Colour of the text, such as #ffffff or white."
                ),
                io.String.Input(
                    "highlight", default=look.highlight, tooltip="Colour of the word that is sung."
                ),
                io.String.Input(
                    "outline", default=look.outline, advanced=True, tooltip="Colour around the letters."
                ),
                font_input(advanced=True, optional=True),
                crf_input(16, " 18 is smaller and looks much the same."),
                LyricStyleIO.Input(
                    "style",
                    optional=True,
                    tooltip="From Lyric Style: effects and all of the look, instead of size to font here.",
                ),
                io.Combo.Input(
                    "subtitles",
                    options=[_BURN, _BOTH, _TRACK],
                    default=_BURN,
                    optional=True,
                    advanced=True,
                    tooltip=(
                        "burned in: part of the picture. subtitle track: beside it in the MP4, for players "
                        "to switch on."
                    ),
                ),
                io.Combo.Input(
                    "sidecar",
                    options=[_NO_FILE, *_SIDECARS],
                    default=_NO_FILE,
                    optional=True,
                    advanced=True,
                    tooltip=(
                        "Also write the lyrics to a file of this kind in ComfyUI's output folder, beside the "
                        "video that Save Video makes of this one, with its name and number. ass has the look "
                        "of the style."
                    ),
                ),
                fps_input(),
                *picture_inputs(),
            ],
            outputs=[
                io.Video.Output(display_name="video"),
                io.Image.Output(
                    display_name="images", tooltip="The pictures with the lyrics, of an image batch."
                ),
                io.String.Output(display_name="sidecar", tooltip="Where the sidecar file is."),
                io.String.Output(
                    display_name="report", tooltip="How many lines there are, and what no font here has."
                ),
            ],
            hidden=[io.Hidden.dynprompt, io.Hidden.unique_id],
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
        style: LyricStyle | None = None,
        subtitles: str = _BURN,
        sidecar: str = _NO_FILE,
        fps: float = 25.0,
        deinterlace: str = "auto",
        background: str = "black",
    ) -> io.NodeOutput:
        with engine_imports():
            from ..align.formats import FORMATS
            from ..engine.media.times import standard_rate
            from ..overlay.batch import draw_batch
            from ..overlay.burn import burn
        if style is None:
            style = LyricStyle(font_path(font), size, colour, highlight, outline, position)  # type: ignore[arg-type]
        host = ComfyHost()
        folders = host.models_folders(FONTS)
        notes: list[str] = []
        rate_known = is_wired(cls, "fps")
        result, images = None, ExecutionBlocker(
            "`images` is for an image batch: connect `video`, or take the pictures out of it with Get Video "
            "Components."
        )  # fmt: skip
        if isinstance(video, torch.Tensor):
            rate = standard_rate(fps)
            if subtitles == _TRACK:
                images = video
            else:
                images = draw_batch(video, rate, words, style, host, folders, notes=notes)
            shape = video.shape[2], video.shape[1]
            if subtitles == _BURN:
                notes += [] if rate_known else rate_notes(video, fps)
                result = InputImpl.VideoFromComponents(
                    Types.VideoComponents(images=images, audio=None, frame_rate=rate)
                )
        if result is None:
            source = to_source(
                video, fps, host, deinterlace=deinterlace, background=background, rate_known=rate_known
            )
            path = host.temp_file(".mp4")
            notes += source.notes
            burn(
                source,
                words,
                style,
                host,
                path,
                crf,
                folders,
                draw=subtitles != _TRACK,
                track=subtitles != _BURN,
                notes=notes,
            )
            result, shape = InputImpl.VideoFromFile(str(path)), source.size
        file, shown = "", notices(notes)
        if sidecar != _NO_FILE:
            suffix, video = FORMATS[sidecar].suffixes[0], video_prefix(cls)
            place = companion_file(video, suffix) if video else output_file(_PREFIX, suffix)
            file, saved = _sidecar(words, sidecar, shape, style, folders, place)
            shown |= saved
        for note in dict.fromkeys(notes):
            _log.warning("%s", note)
        report = "\n".join([f"Lyrics: {len(words.lines)} lines.", *dict.fromkeys(notes)])
        return io.NodeOutput(result, images, file, report, ui=shown)


def _sidecar(
    words: WordTimings,
    kind: str,
    size: tuple[int, int],
    style: LyricStyle,
    folders: Sequence[Path],
    place: tuple[Path, ui.SavedResult],
) -> tuple[str, dict[str, Any]]:
    with engine_imports():
        from ..align.formats import WriteOptions, write
        from ..overlay.ass_look import ass_look
    path, saved = place
    look = ass_look(style, size, folders) if kind == "ass" else None
    write(words, Path(path), kind, WriteOptions(size=size, look=look, karaoke=style.effect != "line"))
    return str(path), {"files": [saved]}
