"""What becomes of each fact of a source: carried, converted, or told to the user."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from PIL import ImageColor

from ..errors import VideoError
from .facts import SourceFacts
from .frames import Colour, square_width
from .hdr import HDR_TRANSFERS, REFERENCE_WHITE, ToneCurve

Deinterlace = Literal["auto", "on", "off"]
RGB = tuple[int, int, int]

BLACK: RGB = (0, 0, 0)
# Beyond, a sample aspect is a writer's error: the widest in use is 2.
_WIDEST = 4
_SDR = Colour()  # BT.709, limited range
# ITU-T H.273, table 2.
_PRIMARIES = {9: "BT.2020", 11: "DCI-P3", 12: "Display P3"}


def colour_named(text: str) -> RGB:
    """Red, green, blue 0..255 of a name or "#rrggbb". Raises VideoError for what is no colour."""
    try:
        red, green, blue = ImageColor.getrgb(text.strip() or "black")[:3]
    except ValueError as error:
        raise VideoError(f'"{text}" is not a colour: write it like #ffd23f or white.') from error
    return red, green, blue


@dataclass(frozen=True)
class SourceChoices:
    """What the user may decide. deinterlace: `auto` takes what the file says for true, `on` deinterlaces
    every frame, `off` none. background: RGB that transparent parts are shown on. Black is what players show
    transparent video on, and what most of it was made for."""

    deinterlace: Deinterlace = "auto"
    background: RGB = BLACK


@dataclass(frozen=True)
class Treatment:
    """How a source's pictures are made to planes.

    aspect: of the planes' samples, of the upright picture. colour: their tags. tone: for HDR, what makes it
    SDR. background: what transparent parts are laid on; None where there are none. deinterlace: options of
    FFmpeg's bwdif; None for no filter at all. notes: sentences for the run report.
    """

    aspect: Fraction
    colour: Colour
    tone: ToneCurve | None
    background: RGB | None
    deinterlace: str | None
    notes: tuple[str, ...]


def treatment_of(facts: SourceFacts, size: tuple[int, int], choices: SourceChoices) -> Treatment:
    """size: width and height of the upright picture, as stored."""
    notes: list[str] = []
    aspect = _aspect(facts, size, notes)
    if lies := facts.stored.told:
        notes.append(f"The picture lies {lies} in the file, which says so: it is made upright.")
    deinterlace = _deinterlace(facts, choices.deinterlace, notes)
    tone = _tone(facts, notes)
    if facts.dolby_vision:
        notes.append(
            "The footage is Dolby Vision without another HDR beside it: its colours can't be told, so they "
            "will be wrong. Export it as HDR10, HLG or SDR."
        )
    _shape(facts, tone is not None, notes)
    background = choices.background if facts.alpha else None
    if background is not None:
        notes.append(f"Transparent parts are shown on {_name(background)}.")
    if facts.tiles > 1:
        notes.append(f"The picture is put together from {facts.tiles} tiles.")
    if facts.profile:
        notes.append(f"The picture's colours are {facts.profile}: they are converted to sRGB.")
    colour = facts.colour if tone is None else _SDR
    return Treatment(aspect, colour, tone, background, deinterlace, tuple(notes))


def _aspect(facts: SourceFacts, size: tuple[int, int], notes: list[str]) -> Fraction:
    aspect = 1 / facts.aspect if facts.orientation.transposed else facts.aspect
    if aspect == 1:
        return aspect
    if not Fraction(1, _WIDEST) <= aspect <= _WIDEST:
        notes.append(f"The file says that its pixels are {_ratio(aspect)}; they are taken for square.")
        return Fraction(1)
    notes.append(
        f"The pixels are {_ratio(aspect)}: the result says so too; faces and letters are seen and painted "
        f"with square ones, {square_width(size[0], aspect)}x{size[1]} instead of {size[0]}x{size[1]}."
    )
    return aspect


def _deinterlace(facts: SourceFacts, wish: Deinterlace, notes: list[str]) -> str | None:
    """Nothing is decided by the first picture alone: frames that say of themselves that they are interlaced
    are always treated, unless the user says no."""
    interlaced = facts.field_order != "progressive"
    if facts.still or wish == "off":
        if interlaced and not facts.still:
            notes.append("The footage is interlaced, and left so because deinterlacing is off.")
        return None
    if interlaced or wish == "on":
        how = f"interlaced ({facts.field_order})" if interlaced else "taken for interlaced"
        notes.append(f"The footage is {how}: it is deinterlaced by bwdif, at the same rate.")
    everywhere = wish == "on" or (interlaced and not facts.marked)
    return "deint=all" if everywhere else "deint=interlaced"


def _tone(facts: SourceFacts, notes: list[str]) -> ToneCurve | None:
    kind = HDR_TRANSFERS.get(facts.colour.transfer)
    if kind is None:
        if name := _PRIMARIES.get(facts.colour.primaries):
            notes.append(
                f"The colours are {name}: the result is tagged so, networks see them a little paler."
            )
        return None
    tone = ToneCurve.of(kind == "HLG", facts.peak)
    notes.append(
        f"The footage is HDR ({kind}): it is tone-mapped to SDR, BT.709 with 8 bits, by BT.2390 "
        f"({tone.peak:g} to {REFERENCE_WHITE} cd/m²)."
    )
    return tone


def _shape(facts: SourceFacts, mapped: bool, notes: list[str]) -> None:
    depth = [f"{facts.bit_depth} bits"] if facts.bit_depth > 8 and not mapped else []
    chroma = [facts.subsampling] if facts.subsampling not in ("RGB", "4:2:0") else []
    if depth or chroma:
        notes.append(f"The pictures have {' and '.join(depth + chroma)}; the result has 8 bits and 4:2:0.")


def _ratio(aspect: Fraction) -> str:
    return f"{aspect.numerator}:{aspect.denominator}"


def _name(colour: RGB) -> str:
    return {BLACK: "black", (255, 255, 255): "white"}.get(colour, "#{:02x}{:02x}{:02x}".format(*colour))
