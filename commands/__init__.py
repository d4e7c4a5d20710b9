"""The commands of `python -m lipsync_studio`, one module each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..engine.errors import Cancelled, LipSyncError
from . import align, backends, check, consent, did, parity, render, score, weights


def main(arguments: Sequence[str]) -> int:
    """Run a command. 0: done and whole; 1: an error, said in one sentence; 130: stopped by the user. `did`
    has codes of its own."""
    if arguments[:1] == [did.NAME]:
        return did.main(arguments[1:])
    parser = argparse.ArgumentParser(
        prog="lipsync_studio", description="Lip-sync video to a voice or a song."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    render.add_parser(commands)
    align.add_parser(commands)
    backends.add_parser(commands)
    check.add_parser(commands)
    parity.add_parser(commands)
    score.add_parser(commands)
    weights.add_parser(commands)
    consent.add_parser(commands)
    did.add_parser(commands)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except Cancelled:
        print(getattr(options, "stopped", "Stopped; nothing was written."), file=sys.stderr)
        return 130
    except LipSyncError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0
