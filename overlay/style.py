"""LYRIC_STYLE: how lyrics look and move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from PIL import ImageColor

from ..engine.errors import TextError

Effect = Literal["word highlight", "karaoke wipe", "word pop-in", "line", "scrolling", "two-line duet"]
Position = Literal[
    "bottom", "middle", "top", "bottom left", "bottom right", "top left", "top right", "lower third", "social"
]
Emphasis = Literal["none", "pop", "bounce"]
EFFECTS: tuple[Effect, ...] = get_args(Effect)
POSITIONS: tuple[Position, ...] = get_args(Position)
EMPHASES: tuple[Emphasis, ...] = get_args(Emphasis)
MOST_WORDS = 5
PILL_PADDING = 0.16, 0.08  # em: sideways and up and down
PILL_SWELL = 0.12  # em that a pill swells by at most on each side where its word pops
# em: what stays clear between a pill and the next word's outline, and how wide most fonts have a blank.
_CLEAR, _BLANK = 0.08, 0.26
RGBA = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class LyricStyle:
    """font: path or file name of a .ttf, .otf or .ttc file, or "" for the shipped one; letters that it lacks
    come from others. size: height of the letters' em as a share of the picture's height (in portrait: of 5/4
    of its width). Colours as CSS writes them ("#ffd23f", "#ffffff80", "white").

    highlight: of what is being sung, or, in a wipe, has been; second_highlight: the same for a duet's second
    voice. gradient: what the letters' colour runs to at their foot, "" for one colour. outline_width, and
    shadow's distance and blur, in em; shadow: its opacity, 0 for none. box: colour behind the text, "" for
    none. fade_in, fade_out: seconds at most; they end where singing begins and begin where it ends. margin:
    share of the width and height that stays clear on each side. rows: how many a line may take before the
    rest of it is shown after them, 0 for 2, in portrait 3.

    words_shown: at a time, 0 for whole lines. pill: colour behind the word that is sung, "" for none;
    emphasis: how that word moves as it begins; both of the effects that light up words. shadow_colour:
    opaque; a bright one without distance is a glow.
    """

    font: str = ""
    size: float = 0.07
    colour: str = "#ffffff"
    highlight: str = "#ffd23f"
    outline: str = "#101014"
    position: Position = "bottom"
    effect: Effect = "word highlight"
    second_highlight: str = "#7fd4ff"
    gradient: str = ""
    outline_width: float = 0.07
    shadow: float = 0.6
    shadow_distance: float = 0.05
    shadow_blur: float = 0.1
    box: str = ""
    fade_in: float = 0.15
    fade_out: float = 0.15
    margin: float = 0.05
    rows: int = 0
    words_shown: int = 0
    pill: str = ""
    emphasis: Emphasis = "none"
    shadow_colour: str = "#000000"


def moves(style: LyricStyle) -> bool:
    """Whether the word that is sung is set apart by more than its colour."""
    return style.effect in ("word highlight", "scrolling") and bool(style.pill or style.emphasis != "none")


def extra_blank(style: LyricStyle) -> float:
    """By how much the blanks between words are wider than the font has them, em: a pill takes its padding
    from them, and what it swells by."""
    if not (moves(style) and style.pill):
        return 0.0
    swell = PILL_SWELL if style.emphasis == "pop" else 0.0
    return max(PILL_PADDING[0] + swell + _CLEAR + style.outline_width - _BLANK, 0.0)


def rgba(colour: str) -> RGBA:
    """Red, green, blue 0..255, opacity 0..1. Raises TextError for what is no colour."""
    try:
        red, green, blue, opacity = ImageColor.getcolor(colour.strip(), "RGBA")  # type: ignore[misc]
    except ValueError as error:
        raise TextError(f'"{colour}" is not a colour: write it like #ffd23f or white.') from error
    return red, green, blue, opacity / 255


def check_style(style: LyricStyle) -> None:
    """Raises TextError when a colour or a choice can't be read."""
    always = (style.colour, style.highlight, style.outline, style.second_highlight, style.shadow_colour)
    for colour in (*always, *filter(None, (style.gradient, style.box, style.pill))):
        rgba(colour)
    choices = (
        (style.effect, EFFECTS, "effect"),
        (style.position, POSITIONS, "position"),
        (style.emphasis, EMPHASES, "emphasis"),
    )
    for value, known, kind in choices:
        if value not in known:
            raise TextError(f'There is no {kind} "{value}": choose one of {", ".join(known)}.')
