"""What a user can choose about MuseTalk, and the qualities that choose it for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ...musetalk_core.face_box import BoxSettings, Unit
from ...musetalk_core.presets import DEFAULT_PRESET, PRESETS, MaskMode, Preset

# "auto" parses the face where the parser's weights are installed, and draws the mask by landmarks elsewhere.
MaskSource = Literal["auto", "parsing", "landmarks"]
Quality = Literal["fast", "balanced", "quality"]


@dataclass(frozen=True)
class MuseTalkSettings:
    """version: a name in PRESETS. parity: do as the original does, limits and all; of what follows only the
    box's shift and margin (both in pixels), the mask's mode and the cheeks then count.

    mask: None for the version's own. cheeks: see `masks.face_mask`. detail: 0..1, how much of the source's
    fine structure (pores, stubble) is kept outside the lips. upright: tilted heads are turned upright for the
    networks. steady: the box is freed from the tracker's jitter. colour: 0..1, how far the new face takes on
    the source's colour at the mask's rim. batch: frames at once; less where memory runs out.
    """

    version: str = DEFAULT_PRESET
    parity: bool = False
    box: BoxSettings = field(default_factory=BoxSettings)
    mask: MaskMode | None = None
    mask_source: MaskSource = "auto"
    cheeks: tuple[int, int] = (90, 90)
    detail: float = 0.5
    upright: bool = True
    steady: bool = True
    colour: float = 0.5
    batch: int = 8

    @property
    def preset(self) -> Preset:
        return PRESETS[self.version]

    @property
    def mask_mode(self) -> MaskMode:
        return self.mask or self.preset.mask_mode


# What trades speed for looks.
QUALITIES: Mapping[Quality, Mapping[str, Any]] = {
    "fast": {"mask_source": "landmarks", "detail": 0.0, "colour": 0.0},
    "balanced": {"detail": 0.5, "colour": 0.5},
    "quality": {"detail": 1.0, "colour": 0.5},
}


def chosen(
    version: str,
    quality: Quality = "balanced",
    *,
    shift: float = 0.0,
    margin: float | None = None,
    unit: Unit = "face",
    detail: float | None = None,
    colour: float | None = None,
    mask_source: MaskSource | None = None,
    **others: Any,
) -> MuseTalkSettings:
    """Settings of a version and a quality, with what is given beside them; None for what those say.

    unit: of shift and margin. others: further fields of MuseTalkSettings."""
    own = {"detail": detail, "colour": colour, "mask_source": mask_source}
    look = {**QUALITIES[quality], **{name: value for name, value in own.items() if value is not None}}
    below = PRESETS[version].margin_px if margin is None else margin
    box = BoxSettings(shift, float(below), unit, "face" if margin is None else unit)
    return MuseTalkSettings(version, box=box, **look, **others)
