"""`check`: what can only be measured where the user's own weights are."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..backends.registry import backends
from ..engine.host.plain import PlainHost


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("check", help="measure an engine on a video, with weights you have")
    names = [spec.name for spec in backends().values() if spec.check is not None]
    parser.add_argument("engine", choices=names)
    parser.add_argument("video", type=Path, metavar="VIDEO")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> None:
    check = backends()[options.engine].check
    assert check is not None, "the parser lists those that have one"
    with PlainHost(progress=not options.quiet) as host:
        for sentence in check(options.video, host):
            print(sentence)
