"""`lyric-video`: lip-sync a clip and draw the lyrics over it, in one encode."""

from __future__ import annotations

import argparse
from dataclasses import replace

from ..engine.host.plain import PlainHost
from .align import add_align_flags, align_options
from .backend_flags import announce
from .parser import add_command
from .render import add_render_flags, render_spec, tell
from .styles import add_style_flags, chosen_style, style_file
from .vocals import separated_file


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = add_command(
        commands,
        "lyric-video",
        "lip-sync a video or picture to a song and draw the lyrics over it, in one encode",
        "lyric-video --source clip.mp4 --audio song.mp3 --lyrics song.txt --out video.mp4",
        "lyric-video --source clip.mp4 --audio song.mp3 --vocals vocals.wav --lyrics song.txt \\\n"
        "      --style karaoke --out video.mp4",
        "lyric-video --source face.jpg --audio talk.wav --words talk.srt --style mine.json --out talk.mov",
    )
    add_render_flags(parser)
    add_style_flags(parser.add_argument_group("lyrics on the screen"))
    found = parser.add_argument_group("how words are found, where --words gives none")
    add_align_flags(found)
    parser.set_defaults(run=_lyric_video)


def _lyric_video(options: argparse.Namespace) -> None:
    from ..batch.lyric_video import LyricVideoSpec, make_lyric_video

    wanted = align_options(options)
    notes: list[str] = []
    render = render_spec(options, notes, style=style_file(options))
    style = chosen_style(options)
    with PlainHost(progress=not options.quiet) as host:
        if not options.quiet:
            announce(render.backend, render.settings, host)
        render = replace(render, driving=separated_file(options, host, notes))
        spec = LyricVideoSpec(render, style, wanted, host.models_folders("fonts"))
        report = make_lyric_video(spec, host, options.out, options.crf)
    report.notes[:0] = notes
    tell(report, options)
