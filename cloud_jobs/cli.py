"""The commands that every service has: its balance, its jobs, and its key."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from .account import check_enabled
from .errors import CloudJobsError, ConsentError, StillRunningError, UndecidedError
from .job import FINAL, Job
from .jobs import CloudJobs, give_up, open_jobs
from .journal import Journal
from .keys import clear_key, has_key, store_key
from .output import check_target, deliver
from .running import Step, outcome
from .service import Service
from .settings import Settings, default_folder, load_settings

DONE, FAILED, USAGE, UNFINISHED = 0, 1, 2, 3
Connect = Callable[[Path, Settings], CloudJobs]
AddCommands = Callable[[argparse._SubParsersAction], None]
OVERWRITE = "replace a file that --out names"


def run(
    service: Service,
    arguments: argparse.Namespace,
    connect: Connect = open_jobs,
    dissent: Callable[[Path], str] = lambda folder: "",
) -> int:
    """Run a command that `parser` has read. Returns 0 when all is done, 1 on an error, 3 when a job is left
    to resume or decide.

    dissent: what stands against sending anything where the folder's user has not consented for good, as a
    sentence; "" where nothing does."""
    arguments.dissent, arguments.service = dissent, service
    folder = Path(arguments.folder) if arguments.folder else default_folder(service)
    try:
        return int(arguments.command(arguments, folder, connect))
    except (StillRunningError, UndecidedError) as error:
        print(f"{service.command}: {error}", file=sys.stderr)
        return UNFINISHED
    except CloudJobsError as error:
        print(f"{service.command}: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(
            f"{service.command}: stopped; jobs already sent go on at {service.title}, "
            f"`{service.command} resume` collects them.",
            file=sys.stderr,
        )
        return UNFINISHED


def parser(
    service: Service,
    description: str,
    kind: type[argparse.ArgumentParser] = argparse.ArgumentParser,
    *,
    first: AddCommands | None = None,
    last: AddCommands = lambda commands: None,
    examples: Sequence[str] = ("status", "resume"),
) -> argparse.ArgumentParser:
    """first: adds commands in place of `status`. last: adds more. kind: what reads arguments."""
    top = kind(
        prog=f"lipsync_studio {service.command}",
        description=description,
        epilog=shown(service, *examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument(
        "--folder",
        help=f"keeps key, settings, journal and clips (default: {service.folder_variable}, "
        f"else ComfyUI's user folder, else ~/.lipsync-studio/{service.id})",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    if first:
        first(commands)
    else:
        status = command(
            service, commands, "status", "show the balance, and what was used from here", "status"
        )
        status.set_defaults(command=show_balance)

    jobs = command(service, commands, "jobs", "list jobs, or decide what became of one", "jobs --all")
    jobs.add_argument("--all", action="store_true", help="finished ones too")
    jobs.add_argument("--json", action="store_true")
    decide = jobs.add_mutually_exclusive_group()
    decide.add_argument(
        "--adopt", nargs=2, metavar=("JOB", "CLIP"), help=f"this clip at {service.title} is that job"
    )
    decide.add_argument("--abandon", metavar="JOB", help="give a job up, so that it can be ordered anew")
    jobs.set_defaults(command=_jobs)

    resume = command(
        service,
        commands,
        "resume",
        "carry on with jobs until they are finished",
        "resume",
        "resume JOB --out clip.mp4",
    )
    resume.add_argument("job", nargs="*", help="default: all that are not finished")
    resume.add_argument("--out", type=Path, help="where to put the clip (one job only)")
    resume.add_argument("--overwrite", action="store_true", help=OVERWRITE)
    resume.set_defaults(command=_resume)

    key = command(
        service, commands, "key", "tell whether a key is set; set or clear the key file", "key --set"
    )
    change = key.add_mutually_exclusive_group()
    change.add_argument("--set", action="store_true", help="read the key from the terminal or standard input")
    change.add_argument("--clear", action="store_true")
    key.set_defaults(command=_key)
    last(commands)
    return top


def command(
    service: Service, commands: argparse._SubParsersAction, name: str, help: str, *examples: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=help,
        epilog=shown(service, *examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def shown(service: Service, *calls: str) -> str:
    """The end of a help page."""
    rows = [f"  python -m lipsync_studio {service.command} {call}" for call in calls]
    return "\n".join([f"example{'s' * (len(calls) > 1)}:", *rows])


def opened(arguments: argparse.Namespace, folder: Path, connect: Connect) -> CloudJobs:
    """Raises CloudDisabledError where the folder's settings forbid it."""
    service: Service = arguments.service
    settings = load_settings(service, folder)
    check_enabled(settings)
    return connect(folder, settings)


def show_balance(arguments: argparse.Namespace, folder: Path, connect: Connect) -> int:
    print(opened(arguments, folder, connect).balance())
    return DONE


def check_consent(arguments: argparse.Namespace, folder: Path, otherwise: str = "") -> None:
    """Raises ConsentError unless the folder's user has consented for good."""
    if problem := arguments.dissent(folder):
        raise ConsentError(problem + otherwise)


def _jobs(arguments: argparse.Namespace, folder: Path, connect: Connect) -> int:
    service: Service = arguments.service
    if arguments.adopt:
        print(_line(service, opened(arguments, folder, connect).adopt(*arguments.adopt)))
        return DONE
    journal = Journal(folder, service)
    if arguments.abandon:
        return _abandon(arguments, folder, connect, journal)
    listed = [job for job in journal.jobs() if arguments.all or job.state not in FINAL]
    if arguments.json:
        print(json.dumps([asdict(job) for job in listed], indent=2))
    elif not listed:
        print("No unfinished jobs." if not arguments.all else "No jobs.")
    else:
        for job in listed:
            print(_line(service, job))
    return DONE


def _abandon(arguments: argparse.Namespace, folder: Path, connect: Connect, journal: Journal) -> int:
    """Needs neither key nor network, but for what delete_uploads asks."""
    service: Service = arguments.service
    before = journal.get(arguments.abandon)
    job = give_up(journal, before.id)
    print(_line(service, job))
    if before.state != "planned" or before.look_first:
        print(
            f"Note: {service.title} may still make this clip and charge for it; look in {service.site}.",
            file=sys.stderr,
        )
    try:
        if load_settings(service, folder).delete_uploads:
            opened(arguments, folder, connect).delete_uploads(job)
    except CloudJobsError as error:
        print(f"Note: what was sent for it stays at {service.title}. {error}", file=sys.stderr)
    return DONE


def _line(service: Service, job: Job) -> str:
    started = datetime.fromtimestamp(job.created).strftime("%Y-%m-%d %H:%M")
    cost = f"~{job.credits}" if job.measured_credits is None else f"{job.measured_credits:g}"
    rest = job.problem or ", ".join(job.candidates) or job.result
    row = (job.id[:12], job.state, started, f"{cost} {service.units}", job.remote_id or "-", rest)
    return "\t".join(row).rstrip()


def _resume(arguments: argparse.Namespace, folder: Path, connect: Connect) -> int:
    service: Service = arguments.service
    jobs = opened(arguments, folder, connect)
    wanted = [jobs.journal.get(name) for name in arguments.job] or jobs.journal.open_jobs()
    if arguments.out and len(wanted) != 1:
        print(f"{service.command}: --out needs exactly one job.", file=sys.stderr)
        return USAGE
    if arguments.out:
        check_target(service, arguments.out, folder, overwrite=arguments.overwrite)
    jobs.require_consent(lambda: check_consent(arguments, folder))
    named = {job.id for job in wanted}
    worst = DONE
    for each in [job for job in wanted if job.given_up_early]:
        try:
            jobs.take_up(each.id)
        except CloudJobsError as error:
            print(f"{service.command}: {error}", file=sys.stderr)
            wanted.remove(each)
            worst = FAILED
    for order in _orders(jobs.journal, wanted):
        worst = max(worst, _carry_on(jobs, order))
        for job in order:
            if job.id in named and (finished := jobs.journal.get(job.id)).state == "downloaded":
                hand_over(jobs, finished, arguments.out, arguments.overwrite)
    return worst


def _orders(journal: Journal, wanted: Sequence[Job]) -> list[list[Job]]:
    """Jobs by the order they are of: a part that was not sent yet waits for the others, so they go on
    together, even where one alone was named."""
    orders: dict[str, dict[str, Job]] = {}
    for job in wanted:
        parts = journal.group(job.group) if job.group and job.state == "planned" else []
        order = [job, *(part for part in parts if part.state not in FINAL)]
        orders.setdefault(job.group or job.id, {}).update({each.id: each for each in order})
    return [list(order.values()) for order in orders.values()]


def _carry_on(jobs: CloudJobs, order: list[Job]) -> int:
    """The exit code. A job that fails does not keep the others of its order from being collected."""
    worst, report = DONE, Reporter()
    while order:
        try:
            if len(order) == 1:
                jobs.run(order[0].id, on_step=report)
            else:
                jobs.run_all([job.id for job in order], on_step=report)
            break
        except CloudJobsError as error:
            print(f"{jobs.service.command}: {error}", file=sys.stderr)
            unfinished = isinstance(error, (StillRunningError, UndecidedError))
            worst = max(worst, UNFINISHED if unfinished else FAILED)
        at_rest = {*FINAL, "undecided"}
        left = [job for job in order if jobs.journal.get(job.id).state not in at_rest]
        if len(left) == len(order):
            break
        order = left
    return worst


def _key(arguments: argparse.Namespace, folder: Path, connect: Connect) -> int:
    service: Service = arguments.service
    if arguments.set:
        typed = getpass.getpass(f"{service.title} key: ") if sys.stdin.isatty() else sys.stdin.readline()
        store_key(service, folder, typed)
    elif arguments.clear:
        clear_key(service, folder)
    missing = f"No key is set ({service.key_variables[0]}, or {service.command} key --set)."
    print("A key is set." if has_key(service, folder) else missing)
    return DONE


def hand_over(jobs: CloudJobs, job: Job, out: Path | None, overwrite: bool) -> None:
    """Copy the clip to where it is wanted and print where it is."""
    target = clip = jobs.result(outcome(job, jobs.service))
    if out:
        deliver(clip, out, overwrite=overwrite)
        target = out
    for note in job.notes:
        print(f"Note: {note}", file=sys.stderr)
    if job.measured_credits is not None:
        print(
            f"{jobs.service.heading} used: {job.measured_credits:g} (balance before and after; "
            "other jobs of that time count too)",
            file=sys.stderr,
        )
    print(target)


class Reporter:
    """Prints a line when a job's state or trouble changes."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, str]] = {}

    def __call__(self, step: Step) -> None:
        now = (step.job.state, step.note)
        if now != self._last.get(step.job.id):
            trouble = f": {step.note}" if step.note else ""
            print(f"{step.job.id[:12]} {step.job.state}{trouble}", file=sys.stderr)
        self._last[step.job.id] = now
