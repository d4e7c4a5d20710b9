"""The versions of MuseTalk as data: everything in which their inference differs beside the weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..engine.compose.composer import PasteConvention
from ..engine.nets.whisper_states import AudioConvention


@dataclass(frozen=True)
class Preset:
    """One version of MuseTalk.

    audio: how it hears. paste: how its faces are put back.
    positional_encoding: sinusoids are added to the 50 audio tokens.
    margin_px: pixels of the source added below the face box.
    allows_shift: the original applies `bbox_shift` (pixels of the source, + is down).
    """

    name: str
    audio: AudioConvention
    paste: PasteConvention
    margin_px: int
    allows_shift: bool
    positional_encoding: bool = True


# How the later code hears.
_LATER = AudioConvention(features="ln", padding="zero", mel="piece")

PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="v1.5",
            audio=_LATER,
            paste=PasteConvention(expand=1.5, blur_ratio=0.05, mask="jaw"),
            margin_px=10,
            allows_shift=False,
        ),
        # The first release: the conventions its network was trained with.
        Preset(
            name="v1.0-original",
            audio=AudioConvention(features="raw", padding="edge", mel="file"),
            paste=PasteConvention(expand=1.2, blur_ratio=0.1, mask="face"),
            margin_px=0,
            allows_shift=True,
        ),
        # The first release's weights as the later code runs them.
        Preset(
            name="v1.0-current",
            audio=_LATER,
            paste=PasteConvention(expand=1.5, blur_ratio=0.05, mask="raw"),
            margin_px=0,
            allows_shift=True,
        ),
    )
}
DEFAULT_PRESET = "v1.5"
