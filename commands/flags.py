"""The flags that several commands have, under the same names everywhere."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any, get_args

from ..align.formats import SUFFIXES, WRITTEN_SUFFIXES
from ..engine.errors import InputError, VideoError
from ..engine.faces.choose import PERSON_HELP, parse_person
from ..engine.faces.track import DEFAULT_MAX_FACES, MAX_FACES
from ..engine.media.conditions import RGB, Deinterlace, SourceChoices, colour_named

TIMED = ", ".join(sorted(set(SUFFIXES) - {".txt"}))
WRITTEN = ", ".join(sorted(set(WRITTEN_SUFFIXES) - {".txt"}))
OVERWRITE_HELP = "replace files that exist; what the command reads is never replaced"
# Of H.264 with 8 bits; x264 would take a higher one for its highest without a word.
_MAX_CRF = 51
_MAX_OFFSET = 10_000
# What `--vocals` without a file is.
SEPARATE = Path("-")


def add_audio(parser: Any, help: str, *, required: bool = False) -> None:
    parser.add_argument("--audio", type=Path, metavar="FILE", required=required, help=help)


def add_audio_track(parser: Any) -> None:
    parser.add_argument(
        "--audio-track", type=whole_from_one, metavar="N",
        help="of an --audio with several: 1 is its first; by default the one marked so, else the first",
    )  # fmt: skip


def add_lyrics(parser: Any, help: str) -> None:
    parser.add_argument("--lyrics", type=Path, metavar="FILE", help=help)


def add_words(parser: Any, help: str, *, required: bool = False) -> None:
    parser.add_argument(
        "--words", type=Path, metavar="FILE", required=required,
        help=f"{help} ({TIMED}; songs of UltraStar and labels of Audacity as .txt)",
    )  # fmt: skip


def add_vocals(parser: Any) -> None:
    parser.add_argument(
        "--vocals", type=Path, nargs="?", const=SEPARATE, metavar="FILE",
        help="the voice alone, where the audio is a song with music; without FILE it is separated from it",
    )  # fmt: skip


def add_person(parser: Any) -> None:
    parser.add_argument(
        "--person", type=_person, default="largest", help=f"whose mouth: {PERSON_HELP} (default largest)"
    )


def add_voices(parser: Any) -> None:
    """Given as lists of two or three texts; `commands/voices.py` reads them."""
    parser.add_argument(
        "--voice", action="append", nargs="+", default=[], metavar=("PERSON", "FILE"), dest="voices",
        help="who says what, once for each of several people: whose mouth, and what moves it, a sound, words "
        "in time, or both; of words that name singers one as duet.lrc#Anna",
    )  # fmt: skip


def add_faces(parser: Any) -> None:
    """How faces are found."""
    parser.add_argument(
        "--detector", choices=("auto", "short", "full"), default="auto",
        help="short: faces within two metres; full: small ones too; auto (default): short first, then full",
    )  # fmt: skip
    parser.add_argument(
        "--max-faces", type=_max_faces, default=DEFAULT_MAX_FACES, metavar="N",
        help=f"faces followed at most (default {DEFAULT_MAX_FACES})",
    )  # fmt: skip


def add_picture(parser: Any) -> None:
    """What the user may decide about how a source's pictures are treated; `source_choices` reads them."""
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


def add_report(parser: Any, help: str = "write the run report as JSON; - prints it") -> None:
    parser.add_argument("--report", type=Path, metavar="FILE", help=help)


def add_crf(parser: Any, default: int) -> None:
    parser.add_argument(
        "--crf", type=_crf, default=default, help=f"H.264 quality, lower is better (default {default})"
    )


def add_location(parser: Any) -> None:
    parser.add_argument(
        "--keep-location", action="store_true",
        help="the result says where the source was recorded; else only when, by whom and with what",
    )  # fmt: skip


def add_running(parser: Any, *, writes: bool = False) -> None:
    """How the command runs. writes: whether it has files to write."""
    if writes:
        parser.add_argument("--overwrite", action="store_true", help=OVERWRITE_HELP)
    parser.add_argument("--quiet", action="store_true", help="say nothing but what is asked for, and errors")


def add_old_name(parser: Any, old: str, new: str, **options: Any) -> None:
    """A flag's former name, which goes on working and is in no help."""
    dest = new.lstrip("-").replace("-", "_")
    parser.add_argument(old, dest=dest, help=argparse.SUPPRESS, default=argparse.SUPPRESS, **options)


def milliseconds(text: str) -> float:
    """In seconds."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= _MAX_OFFSET:
        raise argparse.ArgumentTypeError(f"{text} is no number from -{_MAX_OFFSET} to {_MAX_OFFSET}")
    return value / 1000


def whole_from_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1")
    return int(text)


def _crf(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= _MAX_CRF:
        raise argparse.ArgumentTypeError(f"{text} is no number from 0 to {_MAX_CRF}")
    return int(text)


def _person(text: str) -> str:
    try:
        parse_person(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error).rstrip(".")) from error
    return text


def _max_faces(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_FACES:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 to {MAX_FACES}")
    return int(text)


def _colour(text: str) -> RGB:
    try:
        return colour_named(text)
    except VideoError as error:
        raise argparse.ArgumentTypeError(str(error).rstrip(".")) from error
