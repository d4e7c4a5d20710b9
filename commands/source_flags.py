"""The flags of commands that read footage: what the user may decide about how its pictures are treated."""

from __future__ import annotations

import argparse
from typing import get_args

from ..engine.errors import VideoError
from ..engine.media.conditions import RGB, Deinterlace, SourceChoices, colour_named


def add_source_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--deinterlace", choices=get_args(Deinterlace), default="auto",
        help="auto: what the file says is interlaced; on: every frame; off: none (default auto)",
    )  # fmt: skip
    parser.add_argument(
        "--background", type=_colour, default="black", metavar="COLOUR",
        help="what transparent parts are shown on: a name or #rrggbb (default black)",
    )  # fmt: skip


def source_choices(options: argparse.Namespace) -> SourceChoices:
    return SourceChoices(options.deinterlace, options.background)


def _colour(text: str) -> RGB:
    try:
        return colour_named(text)
    except VideoError as error:
        raise argparse.ArgumentTypeError(str(error).rstrip(".")) from error
