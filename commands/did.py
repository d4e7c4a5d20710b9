"""`did`: talking clips from D-ID, by the client's own command line, and consent to it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from ..backends.did.spec import TERMS
from ..engine.errors import LipSyncError
from .consent import add_service_consent, dissent_from
from .parser import Parser, add_command

NAME = "did"


def add_parser(commands: argparse._SubParsersAction) -> None:
    """For the list of commands alone: what follows `did` is read by the client itself."""
    add_command(
        commands,
        NAME,
        "talking clips from D-ID: credits, talk, jobs, resume, voices, key, consent",
        "did credits",
        "did talk --image face.jpg --audio voice.wav --out clip.mp4",
    )


def main(arguments: Sequence[str], **options: Any) -> int:
    """0: all done; 1: an error; 2: a wrong call; 3: something is left to resume or decide. options: `connect`
    of the client's."""
    from ..did_client import cli

    try:
        return cli.main(
            arguments, dissent=dissent_from(TERMS), add_commands=add_consent, kind=Parser, **options
        )
    except LipSyncError as error:
        print(f"did: {error}", file=sys.stderr)
        return cli.FAILED


def add_consent(commands: argparse._SubParsersAction) -> None:
    """To the client's own commands."""
    add_service_consent(commands, TERMS, NAME)
