"""`align`: lyrics in time, without ComfyUI."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..align.formats import SUFFIXES, write
from ..align.names import ALIGNERS, AUTO, CONTENTS
from ..engine.errors import AlignmentError, InputError, OutputError, TextError
from ..engine.host.plain import PlainHost
from ..engine.media.sound import Sound
from .outputs import OVERWRITE_HELP, check_outputs

if TYPE_CHECKING:
    from ..align.formats import Lyrics
    from ..align.words import WordTimings


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("align", help="find when each word of a song or speech is heard")
    parser.add_argument("audio", type=Path, help="audio or video file")
    parser.add_argument("--lyrics", type=Path, help="what is heard, as a text file; without it: recognised")
    parser.add_argument("--out", type=Path, required=True, help=f"{', '.join(sorted(SUFFIXES))}")
    parser.add_argument("--vocals", type=Path, help="the voice alone, where the audio is a song with music")
    parser.add_argument("--audio-track", type=int, metavar="N", help="of a file with several: 1 is its first")
    parser.add_argument("--language", default="", help="code such as en; found out by default")
    parser.add_argument("--content", choices=CONTENTS, default=AUTO)
    parser.add_argument("--engine", choices=ALIGNERS, default=AUTO)
    parser.add_argument("--model", default="", help="Whisper model such as base or large-v3")
    parser.add_argument("--whisper", type=Path, help="local Whisper model: .pt file or folder")
    parser.add_argument("--download", action="store_true", help="fetch the model that is missing")
    parser.add_argument("--report", action="store_true", help="print how it was done, and every word")
    parser.add_argument("--overwrite", action="store_true", help=OVERWRITE_HELP)
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=_align)


def _align(options: argparse.Namespace) -> None:
    if options.out.suffix.lower() not in SUFFIXES:
        raise OutputError(
            f'"{options.out.name}" has no known ending: choose one of {", ".join(sorted(SUFFIXES))}.'
        )
    check_outputs(
        {"--out": options.out},
        {"the audio": options.audio, "--lyrics": options.lyrics, "--vocals": options.vocals},
        overwrite=options.overwrite,
    )
    lyrics = _read(options.lyrics) if options.lyrics else None
    with PlainHost(progress=not options.quiet) as host:
        sound = Sound.load(options.audio, options.audio_track, host)
        stem = Sound.load(options.vocals, host=host) if options.vocals else None
        timings, notes, report = (
            _recognised(stem or sound, options, host)
            if lyrics is None
            else _aligned(sound, stem, lyrics, options, host)
        )
    write(timings, options.out)
    if options.report:
        print(report)
    else:
        count = len(timings.words())
        head = f"{options.out}: {count} words, timed by {timings.engine}"
        print("\n".join([head, *notes]), file=sys.stderr)


def _aligned(
    sound: Sound, stem: Sound | None, lyrics: Lyrics, options: argparse.Namespace, host: PlainHost
) -> tuple[WordTimings, list[str], str]:
    """Words in time, what is to be said about them, and that with every word's time."""
    from ..align.chain import AlignOptions, align

    wanted = AlignOptions(
        options.engine, options.language, options.content, options.whisper, options.model, options.download
    )
    found = align(sound, lyrics.text, host, wanted, stem=stem)
    problems = [f"{options.lyrics.name}, {problem}" for problem in lyrics.problems]
    return found.timings, [*problems, *found.notes()], "\n".join([*problems, found.report()])


def _recognised(
    sound: Sound, options: argparse.Namespace, host: PlainHost
) -> tuple[WordTimings, list[str], str]:
    from ..align.transcribe.registry import choose

    if options.engine != AUTO:
        raise InputError("--engine chooses how lyrics are aligned: give --lyrics, or leave it out.")
    choice = choose(
        AUTO,
        options.model or "base",
        host,
        path=str(options.whisper or ""),
        language=options.language or None,
        fetch=options.download,
    )
    timings = choice.transcribe(sound, language=options.language or None, content=options.content, host=host)
    if not timings.lines:
        raise AlignmentError("No words are heard in the audio: choose one that somebody speaks or sings in.")
    notes = [choice.note] if choice.note else []
    return timings, notes, "\n".join([*notes, timings.engine])


def _read(path: Path) -> Lyrics:
    """Lyrics of any format; their times, if they have some, don't count."""
    from ..align.formats import read_lyrics

    try:
        return read_lyrics(path)
    except OSError as error:
        raise TextError(f"The lyrics {path} can't be read ({error.strerror}): give a text file.") from error
