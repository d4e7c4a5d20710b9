"""The versions of MuseTalk as data: everything in which their inference differs beside the weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# "ln": the encoder's last state after the final layer norm; "raw": before it.
FeatureKind = Literal["ln", "raw"]
# What an audio window holds before the sound's begin and after its end: zeros, or its first or last state.
PaddingKind = Literal["zero", "edge"]
# The log-mel spectrogram's floor lies 8 below the maximum of each 30 s piece, or of the whole file.
MelKind = Literal["piece", "file"]
# Classes of the face parser that are repainted. "face": everything inside the face's outline; "raw": skin,
# mouth and lips; "neck": those and the neck; "jaw": skin grown over the chin; "lips": mouth and lips alone.
MaskMode = Literal["jaw", "raw", "neck", "lips", "face"]


@dataclass(frozen=True)
class Preset:
    """One version of MuseTalk.

    features, padding, mel: see the kinds above.
    positional_encoding: sinusoids are added to the 50 audio tokens.
    expand: side of the square cut out for parsing and blending ÷ the longer side of the face box.
    blur_ratio: size of the Gaussian kernel at the mask's edge ÷ that square's side.
    mask_mode, cheeks: the mask, and the columns left and right of the parser's middle (of 512) within which
    the mode "jaw" keeps its full width.
    margin_px: pixels of the source added below the face box.
    allows_shift: the original applies `bbox_shift` (pixels of the source, + is down).
    """

    name: str
    features: FeatureKind
    padding: PaddingKind
    mel: MelKind
    expand: float
    blur_ratio: float
    mask_mode: MaskMode
    margin_px: int
    allows_shift: bool
    cheeks: tuple[int, int] = (90, 90)
    positional_encoding: bool = True


PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="v1.5",
            features="ln",
            padding="zero",
            mel="piece",
            expand=1.5,
            blur_ratio=0.05,
            mask_mode="jaw",
            margin_px=10,
            allows_shift=False,
        ),
        # The first release: the conventions its network was trained with.
        Preset(
            name="v1.0-original",
            features="raw",
            padding="edge",
            mel="file",
            expand=1.2,
            blur_ratio=0.1,
            mask_mode="face",
            margin_px=0,
            allows_shift=True,
        ),
        # The first release's weights as the later code runs them.
        Preset(
            name="v1.0-current",
            features="ln",
            padding="zero",
            mel="piece",
            expand=1.5,
            blur_ratio=0.05,
            mask_mode="raw",
            margin_px=0,
            allows_shift=True,
        ),
    )
}
DEFAULT_PRESET = "v1.5"
