"""`align`: lyrics in time, without ComfyUI."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..align.formats import WRITTEN_SUFFIXES, write
from ..align.formats.noted import read_text
from ..align.names import ALIGNERS, AUTO, CONTENTS, ENGINES, MODELS, SPHINX
from ..engine.counted import counted
from ..engine.errors import InputError
from ..engine.host.plain import PlainHost, plain_models_folder
from . import flags
from .outputs import check_inputs, check_outputs
from .parser import UsageError, add_command
from .render import STDOUT, report_file, tell_report
from .vocals import separated, vocals_file

if TYPE_CHECKING:
    from ..align.chain import AlignOptions
    from ..align.words import WordTimings
    from ..engine.media.sound import Sound


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = add_command(
        commands,
        "align",
        "find when each word of a song or speech is heard",
        "align --audio song.mp3 --lyrics song.txt --out song.lrc",
        "align --audio song.mp3 --vocals vocals.wav --lyrics song.txt --out song.srt --report -",
        "align --audio song.mp3 --vocals --lyrics song.txt --out song.srt",
        "align --audio speech.wav --out speech.srt",
    )
    flags.add_audio(parser, "audio or video file")
    # Scripts may name it without its flag.
    parser.add_argument("old_audio", type=Path, nargs="?", help=argparse.SUPPRESS)
    flags.add_lyrics(parser, "what is heard, as a text file; without it: recognised")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", required=True, help=f"{', '.join(sorted(WRITTEN_SUFFIXES))}"
    )
    flags.add_vocals(parser)
    flags.add_audio_track(parser)
    parser.add_argument("--content", choices=CONTENTS, default=AUTO, help=f"what is heard; default {AUTO}")
    add_align_flags(parser)
    flags.add_old_name(parser, "--engine", "--aligner", choices=ALIGNERS)
    flags.add_old_name(parser, "--download", "--download-model", action="store_true")
    parser.add_argument(
        "--report", type=Path, nargs="?", const=STDOUT, metavar="FILE",
        help="write how it was done, and every word; - prints it",
    )  # fmt: skip
    flags.add_running(parser, writes=True)
    parser.set_defaults(run=_align)


def add_align_flags(parser: Any) -> None:
    """How words are found, but for what they are sung in; `align_options` reads them."""
    parser.add_argument(
        "--language", default="", help="code or name, such as de or German; detected in the text by default"
    )
    parser.add_argument("--aligner", choices=ALIGNERS, default=AUTO, help=f"default {AUTO}")
    parser.add_argument(
        "--transcriber",
        choices=(AUTO, *ENGINES),
        default=AUTO,
        help=f"what writes down the words where there are no lyrics; default {AUTO}",
    )
    parser.add_argument(
        "--model", choices=("", *MODELS), default="", metavar="NAME",
        help="Whisper model such as base or large-v3",
    )  # fmt: skip
    parser.add_argument("--whisper", type=Path, metavar="FILE", help="local Whisper: .pt file or folder")
    parser.add_argument("--download-model", action="store_true", help="fetch the Whisper model if missing")


def align_options(options: argparse.Namespace) -> AlignOptions:
    """Raises UsageError for flags that don't go together and what is no language, InputError for a file that
    is no Whisper model."""
    from ..align.chain import AlignOptions
    from ..align.language import parse_language
    from ..align.transcribe.models import KIND, local_model

    if options.aligner != AUTO and not options.lyrics:
        raise UsageError("--aligner chooses how lyrics are aligned: give --lyrics, or leave it out.")
    if options.transcriber != AUTO and options.lyrics:
        raise UsageError("--transcriber writes down what is heard: leave out --lyrics, or it.")
    if options.transcriber == SPHINX:
        given = {
            "--whisper": options.whisper,
            "--model": options.model,
            "--download-model": options.download_model,
        }
        unused = ", ".join(flag for flag, value in given.items() if value)
        if unused:
            raise UsageError(f"--transcriber {SPHINX} takes no Whisper model: leave out {unused}, or it.")
    try:
        language = parse_language(options.language)
    except InputError as error:
        raise UsageError(f"argument --language: {error}") from error
    whisper = options.whisper
    if whisper is not None:
        whisper = local_model(str(whisper), [plain_models_folder(KIND)])
    return AlignOptions(
        options.aligner,
        language.tag if language else "",
        options.content,
        whisper,
        options.model,
        options.download_model,
        options.transcriber,
    )


def _align(options: argparse.Namespace) -> None:
    if (options.audio is None) == (options.old_audio is None):
        raise UsageError("Give one file with sound, by --audio.")
    options.audio = options.audio or options.old_audio
    if options.out.suffix.lower() not in WRITTEN_SUFFIXES:
        raise UsageError(
            f'argument --out: "{options.out.name}" has no known ending: choose one of '
            f"{', '.join(sorted(WRITTEN_SUFFIXES))}."
        )
    wanted = align_options(options)
    inputs = {"--audio": options.audio, "--lyrics": options.lyrics, "--vocals": vocals_file(options)}
    outputs = {"--out": options.out, "--report": report_file(options)}
    check_outputs(outputs, inputs, overwrite=options.overwrite)
    check_inputs(inputs)
    unread: list[str] = []
    lyrics = read_text(options.lyrics, unread) if options.lyrics else None
    from ..engine.media.sound import Sound

    with PlainHost(progress=not options.quiet) as host:
        sound = Sound.load(options.audio, options.audio_track, host)
        stem = _stem(options, sound, host, unread)
        timings, notes, report = (
            _recognised(sound, stem, wanted, host)
            if lyrics is None
            else _aligned(sound, stem, lyrics.text, wanted, host)
        )
        host.check_cancelled()
    from ..align.doubt import is_estimated

    write(timings, options.out)
    head = f"{options.out}: {counted(len(timings.words()), 'word')}, times: {timings.engine}"
    # Last, where it is read: the file looks like any other.
    last = ["All times are estimated: none was heard."] if is_estimated(timings) else []
    tell_report("\n".join([*unread, report]), [head, *unread, *notes, *last], options)


def _stem(options: argparse.Namespace, sound: Sound, host: PlainHost, notes: list[str]) -> Sound | None:
    """The voice alone, where it is given or wanted. notes: gets how it was separated."""
    from ..engine.media.sound import Sound

    if options.vocals is None:
        return None
    file = vocals_file(options)
    return separated(sound, host, notes) if file is None else Sound.load(file, host=host)


def _aligned(
    sound: Sound, stem: Sound | None, text: str, wanted: AlignOptions, host: PlainHost
) -> tuple[WordTimings, list[str], str]:
    """Words in time, what is to be said about them, and that with every word's time."""
    from ..align.chain import align

    found = align(sound, text, host, wanted, stem=stem)
    return found.timings, list(found.notes()), found.report()


def _recognised(
    sound: Sound, stem: Sound | None, wanted: AlignOptions, host: PlainHost
) -> tuple[WordTimings, list[str], str]:
    """As `_aligned`, of what is heard."""
    from ..align.chain import fitted, word_rows
    from ..align.transcribe.registry import recognise

    stem, lengths = fitted(stem, sound)
    timings, notes = recognise(stem or sound, wanted, host)
    notes = [*lengths, *notes]
    return timings, notes, "\n".join([f"Recognised by {timings.engine}.", *notes, *word_rows(timings)])
