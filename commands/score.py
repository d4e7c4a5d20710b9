"""`score`: how well a mouth follows a voice, without ComfyUI."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..align.formats.noted import read_words
from ..engine.errors import AudioError
from ..engine.host.plain import PlainHost
from ..engine.score.score import P_MEANS
from . import flags
from .outputs import check_inputs, check_outputs
from .parser import add_command
from .render import STDOUT, report_file, tell_report

_HELP = "how well the mouth in a video follows the voice, for any video, ours or a service's"


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = add_command(
        commands,
        "score",
        _HELP,
        "score spoken.mp4",
        "score sung.mp4 --audio vocals.wav --words song.srt --source clip.mp4 --report score.json",
        description=f"{_HELP[0].upper()}{_HELP[1:]}.\n\n{P_MEANS}",
    )
    parser.add_argument("video", type=Path, metavar="VIDEO")
    flags.add_audio(parser, "the voice, if not the video's own sound")
    flags.add_words(parser, "timed words, for P, B and M")
    parser.add_argument(
        "--source", type=Path, metavar="FILE", help="what the video was made from: seam, sharpness, flicker"
    )
    flags.add_person(parser)
    parser.add_argument(
        "--syncnet", type=Path, nargs="?", const=Path(), metavar="FILE",
        help="LSE-C and LSE-D too, by your syncnet_v2.model: FILE, or the one in models/syncnet",
    )  # fmt: skip
    flags.add_report(parser, "write the score as JSON; - prints it")
    flags.add_old_name(parser, "--json", "--report", action="store_const", const=STDOUT)
    flags.add_running(parser, writes=True)
    parser.set_defaults(run=_score)


def _score(options: argparse.Namespace) -> None:
    from ..backends.speech import lip_closures, mouth_spans, voice_samples
    from ..engine.media.sound import Sound
    from ..engine.media.video import VideoSource
    from ..engine.score.clip import score_clip

    inputs = {
        "VIDEO": options.video, "--audio": options.audio, "--words": options.words,
        "--source": options.source,
    }  # fmt: skip
    check_outputs({"--report": report_file(options)}, inputs, overwrite=options.overwrite)
    check_inputs(inputs)
    notes: list[str] = []
    words = read_words(options.words, notes) if options.words else None
    with PlainHost(progress=not options.quiet) as host:
        syncnet = None
        if options.syncnet is not None:
            from ..engine.score.syncnet import SyncNet
            from ..engine.score.syncnet_file import require_syncnet

            given = options.syncnet if options.syncnet.name else require_syncnet(host)
            syncnet = SyncNet.load(given, host)
        video = VideoSource(options.video, host=host)
        sound = Sound.load(options.audio, host=host) if options.audio else video.sound()
        if sound is None:
            raise AudioError(f"{options.video} has no sound: give the voice with --audio.")
        samples = voice_samples(sound, host)
        score = score_clip(
            video,
            samples,
            mouth_spans(samples, words, "auto", False, host),
            host,
            person=options.person,
            closures=lip_closures(words),
            original=VideoSource(options.source, host=host) if options.source else None,
            syncnet=syncnet,
        )
    score.notes[:0] = notes
    if options.report:
        tell_report(json.dumps(score.to_dict(), indent=2), [], options)
    else:
        print(score.text())
