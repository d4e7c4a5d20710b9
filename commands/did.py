"""`did`: talking clips from D-ID, by the client's own command line, and consent to it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..backends.did.spec import TERMS
from ..engine.consent import Consents
from ..engine.errors import ConsentError, LipSyncError
from .cloud import tell_consent
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
        return cli.main(arguments, dissent=_dissent, add_commands=_add_consent, kind=Parser, **options)
    except LipSyncError as error:
        print(f"did: {error}", file=sys.stderr)
        return cli.FAILED


def _dissent(folder: Path) -> str:
    """What is said where the folder's user has not consented; "" where they have."""
    try:
        Consents(folder).require(TERMS)
    except ConsentError as error:
        return str(error)
    return ""


def _add_consent(commands: argparse._SubParsersAction) -> None:
    what = f"agree, once and for all, to {TERMS.what}"
    consent = add_command(commands, "consent", what, "did consent --show", "did consent")
    change = consent.add_mutually_exclusive_group()
    change.add_argument("--withdraw", action="store_true", help="take it back")
    change.add_argument("--show", action="store_true", help="tell whether you have, and change nothing")
    consent.set_defaults(command=_consent)


def _consent(options: argparse.Namespace, folder: Path, connect: object) -> int:
    return tell_consent(TERMS, options, folder)
