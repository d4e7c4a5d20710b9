"""`render`: lip-sync a file without ComfyUI."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from ..align.formats.noted import read_plain, read_words
from ..backends.registry import backends
from ..backends.render_spec import RenderSpec
from ..backends.request import ContentKind, SilenceRule
from ..engine.host.plain import PlainHost
from ..engine.media.timeline import FillRule, LengthRule
from . import flags
from .backend_flags import add_backend_flags, announce, chosen_settings
from .outputs import check_inputs, check_outputs, check_video_name, write_report
from .parser import add_command
from .vocals import separated_file, vocals_file
from .voices import GivenVoice, check_alone, given_voices, voice_files, voice_specs

if TYPE_CHECKING:
    from ..engine.report import RunReport

STDOUT = Path("-")


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = add_command(
        commands,
        "render",
        "make the face in a video or picture speak or sing an audio file",
        "render --source clip.mp4 --audio voice.wav --out spoken.mp4",
        "render --source face.jpg --audio song.mp3 --vocals vocals.wav --words song.lrc --out sung.mov",
        "render --source clip.mp4 --audio voice.wav --out spoken.mp4 --backend musetalk --report -",
        "render --source two.mp4 --audio duet.mp3 --voice left duet.lrc#Anna --voice right duet.lrc#Ben \\\n"
        "      --out duet.mp4",
    )
    add_render_flags(parser)
    parser.set_defaults(run=_render)


def add_render_flags(parser: argparse.ArgumentParser) -> None:
    """All that decides on a render, in groups; `render_spec` reads them."""
    files = parser.add_argument_group("files")
    files.add_argument("--source", type=Path, metavar="FILE", required=True, help="video or picture")
    flags.add_audio(files, "voice or song: the result's soundtrack", required=True)
    files.add_argument(
        "--out", type=Path, metavar="FILE", required=True, help="video to write: .mp4, .mov or .mkv"
    )
    flags.add_lyrics(files, "what is said, as a text file, where there are no words in time")
    flags.add_words(files, "when each word is said")
    flags.add_vocals(files)
    flags.add_audio_track(files)
    flags.add_report(files)
    flags.add_old_name(files, "--text", "--lyrics", type=Path)
    flags.add_old_name(files, "--driving", "--vocals", type=Path)
    how = parser.add_argument_group("how it is made")
    how.add_argument("--backend", choices=sorted(backends()), default="viseme", help="default viseme")
    how.add_argument("--length", choices=get_args(LengthRule), default="audio", help="default audio")
    how.add_argument(
        "--fill", choices=get_args(FillRule), default="pingpong",
        help="where the footage is too short; default pingpong",
    )  # fmt: skip
    how.add_argument(
        "--silence", choices=get_args(SilenceRule), default="rest", help="the mouth in pauses; default rest"
    )
    how.add_argument(
        "--content", choices=get_args(ContentKind), default="auto", help="what is heard; default auto"
    )
    flags.add_person(how)
    flags.add_voices(how)
    flags.add_faces(how)
    flags.add_picture(how)
    how.add_argument(
        "--offset", type=flags.milliseconds, default=0.0, metavar="MS",
        help="the mouth moves so many milliseconds later, or earlier where below 0",
    )  # fmt: skip
    flags.add_crf(how, 18)
    flags.add_location(how)
    how.add_argument("--no-score", action="store_true", help="no sync score in the report")
    flags.add_running(how, writes=True)
    add_backend_flags(parser)


def _render(options: argparse.Namespace) -> None:
    from ..backends.run import run

    notes: list[str] = []
    # A lyric video shows them.
    check_alone(given_voices(options.voices), {"--words": options.words, "--lyrics": options.lyrics})
    spec = render_spec(options, notes)
    with PlainHost(progress=not options.quiet) as host:
        if not options.quiet:
            announce(spec.backend, spec.settings, host)
        spec.check_ready(host)
        spec = replace(spec, driving=separated_file(options, host, notes))
        request = spec.request(host)
        report = run(spec.make_backend(host), request, host, options.out, options.crf)
    report.notes[:0] = notes
    tell(report, options)


def check_files(options: argparse.Namespace, voices: Sequence[GivenVoice], **further: Path | None) -> None:
    """Before any work: that all can be read, and written. further: what else is read, by the flag's name."""
    check_video_name("--out", options.out)
    inputs = {
        "--source": options.source, "--audio": options.audio, "--vocals": vocals_file(options),
        "--lyrics": options.lyrics, "--words": options.words,
        **{f"--{name}": path for name, path in further.items()}, **voice_files(voices),
    }  # fmt: skip
    check_outputs(
        {"--out": options.out, "--report": report_file(options)}, inputs, overwrite=options.overwrite
    )
    check_inputs(inputs)


def render_spec(options: argparse.Namespace, notes: list[str], **further: Path | None) -> RenderSpec:
    """What the flags ask for, once all is known to be readable, and writable. notes: gets what of words and
    lyrics can't be read. further: as in `check_files`.

    Raises UsageError for what can't be meant, OutputError and InputError for files, TextError for lyrics or
    words that can't be read."""
    settings = chosen_settings(options)
    voices = given_voices(options.voices)
    check_alone(voices, {"--vocals": options.vocals})
    check_files(options, voices, **further)
    return replace(
        chosen_render(options, settings),
        source=options.source,
        soundtrack=options.audio,
        driving=vocals_file(options),
        words=read_words(options.words, notes) if options.words else None,
        lyrics=read_plain(options.lyrics, notes) if options.lyrics else "",
        voices=voice_specs(voices, notes),
    )


def chosen_render(options: argparse.Namespace, settings: Any) -> RenderSpec:
    """All that the flags say but the files and what they hold. settings: of the engine."""
    return RenderSpec(
        Path(),
        Path(),
        backend=options.backend,
        settings=settings,
        audio_track=options.audio_track,
        length=options.length,
        fill=options.fill,
        person=options.person,
        silence=options.silence,
        content=options.content,
        sync_offset=options.offset,
        score=not options.no_score,
        location=options.keep_location,
        detector=options.detector,
        max_faces=options.max_faces,
        choices=flags.source_choices(options),
    )


def report_file(options: argparse.Namespace) -> Path | None:
    return options.report if options.report and options.report != STDOUT else None


def tell(report: RunReport, options: argparse.Namespace) -> None:
    """The run report where it is wanted, else what people want to know of it."""
    notes = [f"Note: {note}" for note in report.notes]
    people = [f"Person {each.person}: {each.generated} frames generated" for each in report.people]
    head = f"{options.out}: {report.frames} frames, {report.generated} generated"
    tell_report(report.to_json(), [*notes, *people, head], options)


def tell_report(text: str, said: list[str], options: Any) -> None:
    """text: of the report. said: what is printed where none is wanted. Raises OutputError where it can't be
    written, which the result has been."""
    file = report_file(options)
    if file is not None:
        write_report(file, text)
    elif options.report:
        print(text)
    elif not options.quiet:
        print("\n".join(said), file=sys.stderr)
