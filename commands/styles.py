"""How lyrics look, as flags."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.errors import TextError
from .parser import UsageError

if TYPE_CHECKING:
    from ..overlay.style import LyricStyle

_PRESETS = (
    "highlight, karaoke, pop, subtitle, scroll, duet, social, karaoke classic, social pill, minimal, neon, "
    "subtitle bar, bounce"
)


def add_style_flags(parser: Any) -> None:
    parser.add_argument(
        "--style", default="", metavar="STYLE",
        help=f"{_PRESETS}, or a JSON file with fields of a style; default highlight",
    )  # fmt: skip
    parser.add_argument("--font", metavar="FONT", help="file, or name of a font on this computer")


def style_file(options: argparse.Namespace) -> Path | None:
    """The file that --style names, if it names one."""
    return Path(options.style) if options.style.lower().endswith(".json") else None


def chosen_style(options: argparse.Namespace) -> LyricStyle:
    """Raises UsageError for a style, or a font, that there isn't."""
    from ..overlay.fonts import Fonts
    from ..overlay.presets import DEFAULT, style_of

    try:
        style = style_of(options.style or DEFAULT)
        if options.font:
            style = dataclasses.replace(style, font=options.font)
        Fonts(style.font)
    except TextError as error:
        raise UsageError(str(error)) from error
    return style
