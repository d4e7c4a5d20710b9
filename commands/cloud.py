"""`cloud SERVICE`: accounts at paid services: status, jobs, what is left to resume, key, consent."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

from ..backends.cloud.services import services
from ..backends.cloud.spec import CloudSpec
from ..engine.errors import LipSyncError
from .consent import add_service_consent, dissent_from
from .parser import DONE, FAILED, USAGE, Parser, add_command

NAME = "cloud"
_COLUMNS = ("Service", "What it does", "What is sent", "Cost", "Limits", "Life of files")


def add_parser(commands: argparse._SubParsersAction) -> None:
    """For the list of commands alone: what follows `cloud` is read here."""
    add_command(
        commands,
        NAME,
        "accounts at paid services: status, jobs, resume, key, consent",
        "cloud syncso status",
        "cloud syncso resume",
    )


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Of each service's command line, by its name."""
    from ..cloud_jobs import cli

    made = {}
    for name, spec in services().items():
        about = f"{spec.title} {spec.what}. It is sent {spec.sends}; it costs {spec.cost}."
        add = _adder(spec, spec.service().command)
        made[name] = cli.parser(spec.service(), about, Parser, last=add)
    return made


def main(arguments: Sequence[str], **options: Any) -> int:
    """0: all done; 1: an error; 2: a wrong call; 3: something is left to resume or decide. options: `connect`
    of the job core's."""
    from ..cloud_jobs import cli

    top = Parser(
        prog="lipsync_studio cloud",
        description="Accounts at paid services.",
        examples=("cloud syncso status", "cloud syncso jobs --all", "cloud --markdown"),
    )
    top.add_argument("--markdown", action="store_true", help="print what is known of all of them as a table")
    top.add_argument(
        "service", nargs="?", choices=list(services()), metavar="SERVICE", help="one of: %(choices)s"
    )
    top.add_argument("rest", nargs=argparse.REMAINDER, metavar="COMMAND", help="see cloud SERVICE --help")
    if arguments[:1] and arguments[0] in services():
        spec = services()[arguments[0]]
        read = parsers()[spec.name].parse_args(arguments[1:])
        try:
            return cli.run(spec.service(), read, dissent=dissent_from(spec.terms), **options)
        except LipSyncError as error:
            print(f"cloud {spec.name}: {error}", file=sys.stderr)
            return FAILED
    chosen = top.parse_args(arguments)
    if not chosen.markdown:
        top.print_help(sys.stderr)
        top.exit(USAGE)
    print(table())
    return DONE


def table() -> str:
    """What is known of all services, in Markdown."""
    rows = [
        (f"{spec.title} (`{name}`)", spec.what, spec.sends, spec.cost, spec.limits, spec.kept)
        for name, spec in services().items()
    ]
    lines = [_COLUMNS, ("---",) * len(_COLUMNS), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _adder(spec: CloudSpec, command: str) -> Callable[[argparse._SubParsersAction], None]:
    def add(commands: argparse._SubParsersAction) -> None:
        add_service_consent(commands, spec.terms, command)
        spec.add_commands(commands)

    return add
