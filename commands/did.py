"""`did`: talking clips from D-ID, by the client's own command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

NAME = "did"


def add_parser(commands: argparse._SubParsersAction) -> None:
    """For the list of commands alone: what follows `did` is read by the client itself."""
    commands.add_parser(NAME, help="talking clips from D-ID: credits, talk, jobs, resume, voices, key")


def main(arguments: Sequence[str]) -> int:
    """0: all done; 1: an error; 2: a wrong call; 3: something is left to resume or decide."""
    from ..did_client import cli

    return cli.main(arguments)
