"""`render`: lip-sync a file without ComfyUI."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

from ..backends.registry import backends
from ..backends.render_spec import RenderSpec
from ..backends.request import ContentKind, SilenceRule
from ..backends.run import run
from ..engine.errors import TextError
from ..engine.faces.choose import PERSON_HELP, parse_person
from ..engine.faces.track import DEFAULT_MAX_FACES, MAX_FACES
from ..engine.host.plain import PlainHost
from ..engine.media.timeline import FillRule, LengthRule
from .backend_flags import add_backend_flags, chosen_settings
from .outputs import OVERWRITE_HELP, check_outputs
from .source_flags import add_source_flags, source_choices

_MAX_CRF = 51  # of H.264 with 8 bits


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "render", help="make the face in a video or picture speak or sing an audio file"
    )
    parser.add_argument("--source", type=Path, required=True, help="video or picture")
    parser.add_argument("--audio", type=Path, required=True, help="voice or song: the result's soundtrack")
    parser.add_argument("--out", type=Path, required=True, help="MP4 to write")
    parser.add_argument("--backend", choices=sorted(backends()), default="viseme")
    parser.add_argument("--text", type=Path, help="what is said, as a text file (English)")
    parser.add_argument("--driving", type=Path, help="the voice alone, where --audio is a song with music")
    parser.add_argument("--length", choices=get_args(LengthRule), default="audio")
    parser.add_argument("--fill", choices=get_args(FillRule), default="pingpong")
    parser.add_argument("--silence", choices=get_args(SilenceRule), default="rest")
    parser.add_argument("--content", choices=get_args(ContentKind), default="auto")
    parser.add_argument("--person", default="largest", help=f"whose mouth: {PERSON_HELP} (default largest)")
    parser.add_argument(
        "--detector", choices=("auto", "short", "full"), default="auto",
        help="short: faces within two metres; full: small ones too; auto (default): short first, then full",
    )  # fmt: skip
    parser.add_argument(
        "--max-faces", type=_max_faces, default=DEFAULT_MAX_FACES, metavar="N",
        help=f"faces followed at most (default {DEFAULT_MAX_FACES})",
    )  # fmt: skip
    parser.add_argument("--crf", type=_crf, default=18, help="H.264 quality, lower is better (default 18)")
    parser.add_argument(
        "--audio-track", type=int, metavar="N",
        help="of an --audio with several: 1 is its first; by default the one marked so, else the first",
    )  # fmt: skip
    add_source_flags(parser)
    parser.add_argument("--report", type=Path, help="write the run report as JSON; - prints it")
    parser.add_argument("--no-score", action="store_true", help="no sync score in the report")
    parser.add_argument("--overwrite", action="store_true", help=OVERWRITE_HELP)
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    add_backend_flags(parser)
    parser.set_defaults(run=_render)


def _crf(text: str) -> int:
    """x264 would take a higher one for its highest without a word."""
    if not text.isdecimal() or not 0 <= int(text) <= _MAX_CRF:
        raise argparse.ArgumentTypeError(f"{text} is no number from 0 to {_MAX_CRF}")
    return int(text)


def _max_faces(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_FACES:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 to {MAX_FACES}")
    return int(text)


def _render(options: argparse.Namespace) -> None:
    parse_person(options.person)
    report_file = options.report if options.report and str(options.report) != "-" else None
    check_outputs(
        {"--out": options.out, "--report": report_file},
        {"--source": options.source, "--audio": options.audio, "--driving": options.driving,
         "--text": options.text},
        overwrite=options.overwrite,
    )  # fmt: skip
    with PlainHost(progress=not options.quiet) as host:
        spec = RenderSpec(
            source=options.source,
            soundtrack=options.audio,
            backend=options.backend,
            settings=chosen_settings(options, host),
            audio_track=options.audio_track,
            driving=options.driving,
            lyrics=_text(options.text) if options.text else "",
            length=options.length,
            fill=options.fill,
            person=options.person,
            silence=options.silence,
            content=options.content,
            score=not options.no_score,
            detector=options.detector,
            max_faces=options.max_faces,
            choices=source_choices(options),
        )
        spec.check_ready(host)
        request = spec.request(host)
        report = run(spec.make_backend(host), request, host, options.out, options.crf)
    if report_file:
        report_file.write_text(report.to_json(), encoding="utf-8")
    elif options.report:
        print(report.to_json())
    else:
        for note in report.notes:
            print(f"Note: {note}", file=sys.stderr)
        print(f"{options.out}: {report.frames} frames, {report.generated} generated", file=sys.stderr)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TextError(f"The text {path} can't be read ({error}): give a UTF-8 text file.") from error
