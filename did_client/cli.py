"""`python -m lipsync_studio did …`: order, watch and collect clips without ComfyUI."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from .errors import CloudDisabledError, ConsentError, DIDError, StillRunningError, UndecidedError
from .jobs import Step, TalkJobs, give_up, open_jobs, outcome
from .journal import FINAL, Job, Journal
from .keys import ENVIRONMENT, clear_key, has_key, store_key
from .order import Recording, TalkConfig, TalkOrder, estimate
from .output import check_target, deliver
from .script import PROVIDERS, Provider, TextScript
from .settings import FOLDER_VARIABLE, Settings, default_folder, load_settings

DONE, FAILED, USAGE, UNFINISHED = 0, 1, 2, 3
Connect = Callable[[Path, Settings], TalkJobs]
_EXAMPLES = {
    "credits": ("credits",),
    "voices": ("voices --provider microsoft",),
    "talk": (
        "talk --image face.jpg --audio voice.wav --out clip.mp4",
        "talk --image face.jpg --text @words.txt --out clip.mp4 --estimate",
    ),
    "jobs": ("jobs --all",),
    "resume": ("resume", "resume JOB --out clip.mp4"),
    "key": ("key --set",),
}
_OVERWRITE = "replace a file that --out names"


def main(
    argv: Sequence[str] | None = None,
    *,
    connect: Connect = open_jobs,
    dissent: Callable[[Path], str] = lambda folder: "",
    add_commands: Callable[[argparse._SubParsersAction], None] = lambda commands: None,
    kind: type[argparse.ArgumentParser] = argparse.ArgumentParser,
) -> int:
    """Run a command. Returns 0 when all is done, 1 on an error, 3 when a job is left to resume or decide.

    dissent: what stands against sending anything where the folder's user has not consented for good, as a
    sentence; "" where nothing does.
    add_commands: may add some of the caller's own. kind: what reads arguments."""
    arguments = parser(add_commands, kind).parse_args(argv)
    arguments.dissent = dissent
    folder = Path(arguments.folder) if arguments.folder else default_folder()
    try:
        return int(arguments.command(arguments, folder, connect))
    except (StillRunningError, UndecidedError) as error:
        print(f"did: {error}", file=sys.stderr)
        return UNFINISHED
    except DIDError as error:
        print(f"did: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("did: stopped; jobs already sent go on at D-ID, `did resume` collects them.", file=sys.stderr)
        return UNFINISHED


def parser(
    add_commands: Callable[[argparse._SubParsersAction], None],
    kind: type[argparse.ArgumentParser] = argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    top = kind(
        prog="lipsync_studio did",
        description="Talking clips from D-ID. Picture and voice are "
        "uploaded there, and each clip costs credits.",
        epilog=_shown("credits", _EXAMPLES["talk"][0]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument(
        "--folder",
        help=f"keeps key, settings, journal and clips (default: {FOLDER_VARIABLE}, "
        "else ComfyUI's user folder, else ~/.lipsync-studio/did)",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    credits = _command(commands, "credits", "show the balance")
    credits.set_defaults(command=_credits)

    voices = _command(commands, "voices", "list voices for --voice")
    voices.add_argument("--provider", choices=sorted(PROVIDERS), default="")
    voices.set_defaults(command=_voices)

    talk = _command(commands, "talk", "make a clip from a picture and a voice or a text")
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
    talk.add_argument("--overwrite", action="store_true", help=_OVERWRITE)
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

    jobs = _command(commands, "jobs", "list jobs, or decide what became of one")
    jobs.add_argument("--all", action="store_true", help="finished ones too")
    jobs.add_argument("--json", action="store_true")
    decide = jobs.add_mutually_exclusive_group()
    decide.add_argument("--adopt", nargs=2, metavar=("JOB", "TALK"), help="this talk at D-ID is that job")
    decide.add_argument("--abandon", metavar="JOB", help="give a job up, so that it can be ordered anew")
    jobs.set_defaults(command=_jobs)

    resume = _command(commands, "resume", "carry on with jobs until they are finished")
    resume.add_argument("job", nargs="*", help="default: all that are not finished")
    resume.add_argument("--out", type=Path, help="where to put the clip (one job only)")
    resume.add_argument("--overwrite", action="store_true", help=_OVERWRITE)
    resume.set_defaults(command=_resume)

    key = _command(commands, "key", "tell whether a key is set; set or clear the key file")
    change = key.add_mutually_exclusive_group()
    change.add_argument("--set", action="store_true", help="read the key from the terminal or standard input")
    change.add_argument("--clear", action="store_true")
    key.set_defaults(command=_key)
    add_commands(commands)
    return top


def _command(commands: argparse._SubParsersAction, name: str, help: str) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=help,
        epilog=_shown(*_EXAMPLES[name]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _shown(*calls: str) -> str:
    """The end of a help page."""
    rows = [f"  python -m lipsync_studio did {call}" for call in calls]
    return "\n".join([f"example{'s' * (len(calls) > 1)}:", *rows])


def _open(folder: Path, connect: Connect) -> TalkJobs:
    settings = load_settings(folder)
    if not settings.cloud:
        raise CloudDisabledError(
            "Cloud services are switched off in did.json; set cloud to true to use them."
        )
    return connect(folder, settings)


def _credits(arguments: argparse.Namespace, folder: Path, connect: Connect) -> int:
    print(_open(folder, connect).balance())
    return DONE


def _voices(arguments: argparse.Namespace, folder: Path, connect: Connect) -> int:
    for voice in _open(folder, connect).voices(arguments.provider):
        languages = ",".join(voice.languages)
        print("\t".join((f"{voice.provider}:{voice.id}", voice.name, voice.gender, languages)))
    return DONE


def _talk(arguments: argparse.Namespace, folder: Path, connect: Connect) -> int:
    settings = load_settings(folder)
    if not arguments.estimate:
        check_target(arguments.out, folder, _inputs(arguments), overwrite=arguments.overwrite)
    order = _order(arguments)
    order.check()
    cost = estimate(order).text(settings.price_per_credit, settings.currency)
    print(f"Cost: {cost}", file=sys.stderr)
    if arguments.estimate:
        return DONE
    jobs = _open(folder, connect)
    job = jobs.start(order, consent=_consents(arguments, folder), max_credits=arguments.max_credits)
    print(f"Job {job.id}", file=sys.stderr)
    job = jobs.run(job.id, on_step=_Reporter())
    _deliver(jobs, job, arguments.out, arguments.overwrite)
    return DONE


def _consents(arguments: argparse.Namespace, folder: Path) -> bool:
    """--yes and an answer are for this clip alone; where there is neither, earlier consent counts."""
    if arguments.yes:
        return True
    if not sys.stdin.isatty():
        _check_consent(arguments, folder, " --yes agrees for this clip alone.")
        return True
    return input("Send picture and voice or text to D-ID and pay for the clip? [y/N] ").strip().lower() == "y"


def _check_consent(arguments: argparse.Namespace, folder: Path, otherwise: str = "") -> None:
    """Raises ConsentError unless the folder's user has consented for good."""
    if problem := arguments.dissent(folder):
        raise ConsentError(problem + otherwise)


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
        raise DIDError('--extra is no JSON object; write it like \'{"driver_url": "bank://lively/"}\'.')
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
        raise DIDError(f"The text file {given[1:]} can't be read as UTF-8; check its path.") from None


def _jobs(arguments: argparse.Namespace, folder: Path, connect: Connect) -> int:
    if arguments.adopt:
        print(_line(_open(folder, connect).adopt(*arguments.adopt)))
        return DONE
    journal = Journal(folder)
    if arguments.abandon:
        print(_line(give_up(journal, arguments.abandon)))
        return DONE
    listed = [job for job in journal.jobs() if arguments.all or job.state not in FINAL]
    if arguments.json:
        print(json.dumps([asdict(job) for job in listed], indent=2))
    elif not listed:
        print("No unfinished jobs." if not arguments.all else "No jobs.")
    else:
        for job in listed:
            print(_line(job))
    return DONE


def _line(job: Job) -> str:
    started = datetime.fromtimestamp(job.created).strftime("%Y-%m-%d %H:%M")
    cost = f"~{job.credits}" if job.measured_credits is None else f"{job.measured_credits:g}"
    rest = job.problem or ", ".join(job.candidates) or job.result
    return "\t".join((job.id[:12], job.state, started, f"{cost} credits", job.talk_id or "-", rest)).rstrip()


def _resume(arguments: argparse.Namespace, folder: Path, connect: Connect) -> int:
    jobs = _open(folder, connect)
    wanted = [jobs.journal.get(name) for name in arguments.job] or jobs.journal.open_jobs()
    if arguments.out and len(wanted) != 1:
        print("did: --out needs exactly one job.", file=sys.stderr)
        return USAGE
    if arguments.out:
        check_target(arguments.out, folder, overwrite=arguments.overwrite)
    worst = DONE
    for job in wanted:
        try:
            if job.state == "planned":  # of which nothing was sent yet
                _check_consent(arguments, folder)
            finished = jobs.run(job.id, on_step=_Reporter())
        except DIDError as error:
            print(f"did: {error}", file=sys.stderr)
            unfinished = isinstance(error, (StillRunningError, UndecidedError))
            worst = max(worst, UNFINISHED if unfinished else FAILED)
            continue
        _deliver(jobs, finished, arguments.out, arguments.overwrite)
    return worst


def _key(arguments: argparse.Namespace, folder: Path, connect: Connect) -> int:
    if arguments.set:
        store_key(folder, getpass.getpass("D-ID key: ") if sys.stdin.isatty() else sys.stdin.readline())
    elif arguments.clear:
        clear_key(folder)
    print("A key is set." if has_key(folder) else f"No key is set ({ENVIRONMENT[0]}, or did key --set).")
    return DONE


def _deliver(jobs: TalkJobs, job: Job, out: Path | None, overwrite: bool) -> None:
    """Copy the clip to where it is wanted and print where it is."""
    target = clip = jobs.result(outcome(job))
    if out:
        deliver(clip, out, overwrite=overwrite)
        target = out
    for note in job.notes:
        print(f"Note: {note}", file=sys.stderr)
    if job.measured_credits is not None:
        print(
            f"Credits used: {job.measured_credits:g} (balance before and after; other jobs of that time "
            "count too)",
            file=sys.stderr,
        )
    print(target)


class _Reporter:
    """Prints a line when a job's state or trouble changes."""

    def __init__(self) -> None:
        self._last = ("", "")

    def __call__(self, step: Step) -> None:
        now = (step.job.state, step.note)
        if now != self._last:
            trouble = f": {step.note}" if step.note else ""
            print(f"{step.job.id[:12]} {step.job.state}{trouble}", file=sys.stderr)
        self._last = now
