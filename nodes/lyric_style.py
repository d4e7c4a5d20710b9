"""Stage: how lyrics look."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import torch
from comfy_api.latest import io, ui

from ..engine.host.comfy import ComfyHost
from ..overlay.style import EFFECTS, EMPHASES, MOST_WORDS, LyricStyle
from .inputs import font_input, letter_size_input, position_input
from .lyric_fonts import FONTS, font_path
from .requirements import engine_imports
from .types import LyricStyleIO

_log = logging.getLogger(__name__)
_SAMPLE = "Twinkle, twinkle, little star,\nhow I wonder what you are"
# Width and height of the preview.
_SHAPES = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (960, 960), "4:3": (1024, 768)}
_MORE = {"advanced": True, "optional": True}


def _slider(name: str, high: float, step: float, tooltip: str, **options: bool) -> io.Input:
    """A number of the style, from 0."""
    default = getattr(LyricStyle(), name)
    return io.Float.Input(name, default=default, min=0.0, max=high, step=step, tooltip=tooltip, **options)


class LipSyncLyricStyle(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        look = LyricStyle()
        return io.Schema(
            node_id="LipSyncLyricStyle",
            display_name="Lyric Style (LipSync)",
            category="lipsync/overlay",
            description="How lyrics look and move, for Lyric Overlay. Shows a sample as you set it.",
            search_aliases=["karaoke", "subtitle style", "caption style", "font", "text effect"],
            is_output_node=True,
            inputs=[
                io.Combo.Input(
                    "effect",
                    options=list(EFFECTS),
                    default=look.effect,
                    tooltip=(
                        "word highlight: the word that is sung in another colour. karaoke wipe: the colour "
                        "runs through the words. word pop-in: each word appears as it is sung. line: plain "
                        "lines. scrolling: a column that glides. two-line duet: two voices, or the next line "
                        "beside this one."
                    ),
                ),
                font_input(),
                letter_size_input(
                    "Height of the letters as a share of the picture's height, upright: of 5/4 of its width. "
                    "All lines have it: those that are too long are broken, then shown in parts."
                ),
                position_input(),
                io.String.Input(
                    "colour", default=look.colour, tooltip="Of the text, such as #ffffff or white."
                ),
                io.String.Input(
                    "highlight",
                    default=look.highlight,
                    tooltip="Colour of what is sung, or, in a wipe, has been sung.",
                ),
                io.String.Input("outline", default=look.outline, tooltip="Colour around the letters."),
                _slider(
                    "outline_width",
                    0.3,
                    0.01,
                    "Of the outline, as a share of the letters' height. 0 for none.",
                ),
                _slider("shadow", 1.0, 0.05, "How dark the shadow is. 0 for none."),
                io.String.Input(
                    "gradient",
                    default=look.gradient,
                    placeholder="none",
                    tooltip="Colour that the text's colour runs to at its foot; empty for one colour.",
                ),
                io.String.Input(
                    "box",
                    default=look.box,
                    placeholder="none",
                    tooltip="Colour of a box behind the text, such as #00000080; empty for none.",
                ),
                io.String.Input(
                    "sample",
                    default=_SAMPLE,
                    multiline=True,
                    tooltip="Text of the preview, one lyric line per line.",
                ),
                io.String.Input(
                    "second_highlight",
                    default=look.second_highlight,
                    tooltip="The highlight of a duet's second voice.",
                    **_MORE,
                ),
                _slider(
                    "shadow_distance",
                    0.3,
                    0.01,
                    "How far the shadow falls, as a share of the letters' height.",
                    **_MORE,
                ),
                _slider(
                    "shadow_blur",
                    0.5,
                    0.01,
                    "How soft the shadow is, as a share of the letters' height.",
                    **_MORE,
                ),
                _slider(
                    "fade_in",
                    2.0,
                    0.05,
                    "Seconds at most; a line has faded in when its first word begins.",
                    **_MORE,
                ),
                _slider(
                    "fade_out",
                    2.0,
                    0.05,
                    "Seconds at most; a line begins to fade out when its last word has ended.",
                    **_MORE,
                ),
                _slider("margin", 0.3, 0.01, "Share of the picture that stays clear on each side.", **_MORE),
                io.Int.Input(
                    "rows",
                    default=look.rows,
                    min=0,
                    max=8,
                    tooltip=(
                        "Rows that a line may take; longer ones are shown in parts, one after the other. 0: "
                        "two, upright three."
                    ),
                    **_MORE,
                ),
                io.Combo.Input(
                    "shape",
                    options=list(_SHAPES),
                    default="16:9",
                    tooltip="Width to height of the preview.",
                    **_MORE,
                ),
                io.Image.Input(
                    "background",
                    optional=True,
                    tooltip="A picture for the preview; its first one is taken, at its own width to height.",
                ),
                io.Int.Input(
                    "words_shown",
                    default=look.words_shown,
                    min=0,
                    max=MOST_WORDS,
                    tooltip="How many words are shown at a time. 0: whole lines. Not in columns and duets.",
                    **_MORE,
                ),
                io.String.Input(
                    "pill",
                    default=look.pill,
                    placeholder="none",
                    tooltip=(
                        "Colour of a pill behind the word that is sung, with word highlight and scrolling; "
                        "empty for none."
                    ),
                    **_MORE,
                ),
                io.Combo.Input(
                    "emphasis",
                    options=list(EMPHASES),
                    default=look.emphasis,
                    tooltip=(
                        "How the word that is sung moves as it begins, with word highlight and scrolling. "
                        "pop: it swells; bounce: it jumps."
                    ),
                    **_MORE,
                ),
                io.String.Input(
                    "shadow_colour",
                    default=look.shadow_colour,
                    tooltip="Of the shadow. A bright colour without distance makes the letters glow.",
                    **_MORE,
                ),
            ],
            outputs=[
                LyricStyleIO.Output(display_name="style", tooltip="For Lyric Overlay."),
                io.Image.Output(display_name="preview", tooltip="The sample in this style."),
            ],
        )

    @classmethod
    def execute(cls, **inputs: Any) -> io.NodeOutput:
        style, picture = drawn_sample(**inputs)
        drawn = torch.from_numpy(picture)[None]
        return io.NodeOutput(style, drawn, ui=ui.PreviewImage(drawn, cls=cls))


def drawn_sample(
    sample: str,
    font: str,
    shape: str = "16:9",
    background: torch.Tensor | None = None,
    *,
    scale: float = 1.0,
    frame: tuple[int, int] | None = None,
    **look: Any,
) -> tuple[LyricStyle, np.ndarray]:
    """The node's inputs as a style, and float32 [H, W, 3], 0..1, of its sample; scale: of the usual size;
    frame: width and height instead of the shape's."""
    with engine_imports():
        from ..overlay.preview import preview
    style = LyricStyle(font=font_path(font), **look)
    width, height = frame or (round(side * scale) for side in _SHAPES[shape])
    picture = None
    if background is not None:
        picture = background[0].detach().float().cpu().numpy()
        height, width = (side // 2 * 2 for side in picture.shape[:2])
    notes: list[str] = []
    drawn = preview(style, sample, (width, height), picture, ComfyHost().models_folders(FONTS), notes=notes)
    for note in notes:
        _log.warning("%s", note)
    return style, drawn
