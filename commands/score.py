"""`score`: how well a mouth follows a voice, without ComfyUI."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from ..backends.speech import lip_closures, mouth_spans, voice_samples
from ..engine.errors import AudioError, TextError
from ..engine.faces.choose import PERSON_HELP, parse_person
from ..engine.host.plain import PlainHost
from ..engine.media.sound import Sound
from ..engine.media.video import VideoSource

if TYPE_CHECKING:
    from ..align.words import WordTimings


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "score", help="how well the mouth in a video follows the voice, for any video, ours or a service's"
    )
    parser.add_argument("video", type=Path, metavar="VIDEO")
    parser.add_argument("--audio", type=Path, help="the voice, if not the video's own sound")
    parser.add_argument("--words", type=Path, help="timed words (.srt, .vtt, .ass, .lrc, .json): P, B and M")
    parser.add_argument("--source", type=Path, help="what the video was made from: seam, sharpness, flicker")
    parser.add_argument("--person", default="largest", help=f"{PERSON_HELP} (default largest)")
    parser.add_argument(
        "--syncnet", type=Path, nargs="?", const=Path(), metavar="FILE",
        help="LSE-C and LSE-D too, by your syncnet_v2.model: FILE, or the one in models/syncnet",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=_score)


def _score(options: argparse.Namespace) -> None:
    from ..engine.score.clip import score_clip

    parse_person(options.person)
    words = _words(options.words) if options.words else None
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
    print(json.dumps(score.to_dict(), indent=2) if options.json else score.text())


def _words(path: Path) -> WordTimings:
    """Raises TextError for a file without times."""
    from ..align.formats import read_lyrics

    try:
        lyrics = read_lyrics(path)
    except OSError as error:
        raise TextError(f"The words {path} can't be read ({error.strerror}): give a timed file.") from error
    if lyrics.precision == "none":
        raise TextError(f"{path.name} has no times: time its words with `align` first.")
    return lyrics.timings
