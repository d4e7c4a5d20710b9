"""`python -m lipsync_studio did …`: order, watch and collect clips without ComfyUI."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ..cloud_jobs import cli
from ..cloud_jobs.cli import DONE, FAILED, OVERWRITE, Connect
from ..cloud_jobs.errors import CloudJobsError
from ..cloud_jobs.media import Recording
from ..cloud_jobs.output import check_target
from .order import TalkConfig, TalkOrder
from .script import PROVIDERS, Provider, TextScript
from .service import SERVICE, TalkJobs, load_settings, open_jobs

__all__ = ["FAILED", "main", "parser"]

_TALK = (
    "talk --image face.jpg --audio voice.wav --out clip.mp4",
    "talk --image face.jpg --text @words.txt --out clip.mp4 --estimate",
)


def main(
    argv: Sequence[str] | None = None,
    *,
    connect: Connect = open_jobs,
    dissent: Callable[[Path], str] = lambda folder: "",
    add_commands: cli.AddCommands = lambda commands: None,
    kind: type[argparse.ArgumentParser] = argparse.ArgumentParser,
) -> int:
    """Run a command; see `cli.run`. add_commands: may add some of the caller's own."""
    return cli.run(SERVICE, parser(add_commands, kind).parse_args(argv), connect, dissent)


def parser(
    add_commands: cli.AddCommands, kind: type[argparse.ArgumentParser] = argparse.ArgumentParser
) -> argparse.ArgumentParser:
    return cli.parser(
        SERVICE,
        "Talking clips from D-ID. Picture and voice are uploaded there, and each clip costs credits.",
        kind,
        first=_add_own,
        last=add_commands,
        examples=("credits", _TALK[0]),
    )


def _add_own(commands: argparse._SubParsersAction) -> None:
    credits = cli.command(SERVICE, commands, "credits", "show the balance", "credits")
    credits.set_defaults(command=cli.show_balance)

    voices = cli.command(
        SERVICE, commands, "voices", "list voices for --voice", "voices --provider microsoft"
    )
    voices.add_argument("--provider", choices=sorted(PROVIDERS), default="")
    voices.set_defaults(command=_voices)

    talk = cli.command(SERVICE, commands, "talk", "make a clip from a picture and a voice or a text", *_TALK)
    talk.add_argument("--image", required=True, type=Path, help="picture with one frontal face")
    says = talk.add_mutually_exclusive_group(required=True)
    says.add_argument("--audio", type=Path, help="recording to speak, at most 10 minutes")
    says.add_argument("--text", help="text to speak; @FILE reads it from a file")
    talk.add_argument("--voice", default="microsoft:en-US-JennyNeural", help="PROVIDER:VOICE for --text")
    talk.add_argument("--ssml", action="store_true", help="the text has SSML tags")
    talk.add_argument("--stitch", action="store_true", help="keep the whole picture (some plans only)")
    talk.add_argument("--fluent", action="store_true")
    talk.add_argument("--pad", type=float, default=0.0, metavar="SECONDS", help="silence at the end; billed")
    talk.add_argument("--format", choices=("mp4", "mov"), default="mp4")
    talk.add_argument("--extra", default="{}", metavar="JSON", help="undocumented legacy options")
    talk.add_argument("--out", required=True, type=Path, help="the clip")
    talk.add_argument("--overwrite", action="store_true", help=OVERWRITE)
    talk.add_argument("--max-credits", type=int, help="refuse to spend more on this clip")
    talk.add_argument(
        "--again",
        default="",
        metavar="WORD",
        help="a new word renders, and pays for, the same clip once more",
    )
    talk.add_argument("--estimate", action="store_true", help="show the cost and stop")
    talk.add_argument(
        "--yes", action="store_true", help="agree to upload and to the cost without being asked"
    )
    talk.set_defaults(command=_talk)


def _voices(arguments: argparse.Namespace, folder: Path, connect: Connect) -> int:
    jobs = cli.opened(arguments, folder, connect)
    assert isinstance(jobs, TalkJobs)
    for voice in jobs.voices(arguments.provider):
        languages = ",".join(voice.languages)
        print("\t".join((f"{voice.provider}:{voice.id}", voice.name, voice.gender, languages)))
    return DONE


def _talk(arguments: argparse.Namespace, folder: Path, connect: Connect) -> int:
    settings = load_settings(folder)
    if not arguments.estimate:
        check_target(SERVICE, arguments.out, folder, _inputs(arguments), overwrite=arguments.overwrite)
    order = _order(arguments)
    order.check()
    cost = order.estimate().text(SERVICE, settings.price_per_credit, settings.currency)
    print(f"Cost: {cost}", file=sys.stderr)
    if arguments.estimate:
        return DONE
    jobs = cli.opened(arguments, folder, connect)
    job = jobs.start(order, consent=_consents(arguments, folder), max_credits=arguments.max_credits)
    print(f"Job {job.id}", file=sys.stderr)
    job = jobs.run(job.id, on_step=cli.Reporter())
    cli.hand_over(jobs, job, arguments.out, arguments.overwrite)
    return DONE


def _consents(arguments: argparse.Namespace, folder: Path) -> bool:
    """--yes and an answer are for this clip alone; where there is neither, earlier consent counts."""
    if arguments.yes:
        return True
    if not sys.stdin.isatty():
        cli.check_consent(arguments, folder, " --yes agrees for this clip alone.")
        return True
    return input("Send picture and voice or text to D-ID and pay for the clip? [y/N] ").strip().lower() == "y"


def _inputs(arguments: argparse.Namespace) -> dict[str, Path]:
    """The files an order is made from."""
    inputs = {"the picture": arguments.image}
    if arguments.audio:
        inputs["the recording"] = arguments.audio
    elif arguments.text.startswith("@"):
        inputs["the text"] = Path(arguments.text[1:])
    return inputs


def _order(arguments: argparse.Namespace) -> TalkOrder:
    from . import media

    try:
        extra = json.loads(arguments.extra)
    except ValueError:
        extra = None
    if not isinstance(extra, dict):
        raise CloudJobsError('--extra is no JSON object; write it like \'{"driver_url": "bank://lively/"}\'.')
    picture = media.picture(arguments.image)
    script: TextScript | Recording
    if arguments.audio:
        script = media.recording(arguments.audio)
    else:
        script = TextScript(_text(arguments.text), Provider.parse(arguments.voice), ssml=arguments.ssml)
    config = TalkConfig(
        stitch=arguments.stitch,
        fluent=arguments.fluent,
        pad_audio=arguments.pad,
        result_format=arguments.format,
    )
    return TalkOrder(picture, script, config, extra, arguments.again)


def _text(given: str) -> str:
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CloudJobsError(f"The text file {given[1:]} can't be read as UTF-8; check its path.") from None
