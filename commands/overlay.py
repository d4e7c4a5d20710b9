"""`overlay`: lyrics or captions over a video, without ComfyUI."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from ..align.formats import WRITTEN_SUFFIXES
from ..align.formats.noted import read_words
from ..engine.errors import InputError
from ..engine.host.plain import PlainHost
from . import flags
from .outputs import check_inputs, check_outputs, check_video_name
from .parser import UsageError, add_command
from .render import report_file, tell_report
from .styles import add_style_flags, chosen_style, style_file

_BURNED, _BOTH, _TRACK = "burned", "both", "track"


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = add_command(
        commands,
        "overlay",
        "draw timed lyrics or captions over a video, whose sound is kept",
        "overlay --source clip.mp4 --words song.lrc --out captioned.mp4",
        "overlay --source clip.mp4 --words speech.srt --style subtitle --subtitles both --out captioned.mkv",
        "overlay --source clip.mp4 --words song.ass --style mine.json --out captioned.mp4",
    )
    parser.add_argument("--source", type=Path, metavar="FILE", required=True, help="video")
    flags.add_words(parser, "what is said, and when", required=True)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", required=True, help="video to write: .mp4, .mov or .mkv"
    )
    add_style_flags(parser)
    parser.add_argument(
        "--subtitles", choices=(_BURNED, _BOTH, _TRACK), default=_BURNED,
        help="part of the picture (default), a track that players switch on, or both",
    )  # fmt: skip
    parser.add_argument(
        "--sidecar", type=Path, metavar="FILE", help=f"write the words to a file too ({flags.WRITTEN})"
    )
    flags.add_picture(parser)
    flags.add_crf(parser, 18)
    flags.add_location(parser)
    flags.add_report(parser)
    flags.add_running(parser, writes=True)
    parser.set_defaults(run=_overlay)


def _overlay(options: argparse.Namespace) -> None:
    check_video_name("--out", options.out)
    if options.sidecar and options.sidecar.suffix.lower() not in WRITTEN_SUFFIXES:
        raise UsageError(
            f"argument --sidecar: {options.sidecar.name} has none of the endings {flags.WRITTEN}."
        )
    inputs = {"--source": options.source, "--words": options.words, "--style": style_file(options)}
    outputs = {"--out": options.out, "--sidecar": options.sidecar, "--report": report_file(options)}
    check_outputs(outputs, inputs, overwrite=options.overwrite)
    check_inputs(inputs)
    notes: list[str] = []
    style, words = chosen_style(options), read_words(options.words, notes)
    from ..align.formats import WriteOptions, write
    from ..engine.media.video import VideoSource
    from ..overlay.burn import burn

    started = time.monotonic()
    with PlainHost(progress=not options.quiet) as host:
        source = VideoSource(options.source, choices=flags.source_choices(options), host=host)
        if source.still:
            raise InputError(
                f"{options.source} is one picture: give a video, or make one of it with `lyric-video`."
            )
        burn(
            source,
            words,
            style,
            host,
            options.out,
            options.crf,
            host.models_folders("fonts"),
            draw=options.subtitles != _TRACK,
            track=options.subtitles != _BURNED,
            notes=notes,
            location=options.keep_location,
        )
    if options.sidecar:
        write(words, options.sidecar, None, WriteOptions(size=source.size))
    notes = [*source.notes, *dict.fromkeys(notes)]
    report = {
        "frames": source.frames,
        "fps": str(source.fps),
        "duration": float(source.duration),
        "size": list(source.size),
        "lines": len(words.lines),
        "words": len(words.words()),
        "seconds": round(time.monotonic() - started, 3),
        "notes": notes,
    }
    lines = f"{len(words.lines)} line{'s' * (len(words.lines) != 1)}"
    head = f"{options.out}: {source.frames} frames, {lines}"
    tell_report(json.dumps(report, indent=2), [*(f"Note: {note}" for note in notes), head], options)
