"""`cloud heygen voices`: who can speak a text."""

from __future__ import annotations

import argparse
from pathlib import Path

from ...cloud_jobs import cli
from .client import SERVICE, HeyGenClient


def add_voices(commands: argparse._SubParsersAction) -> None:
    voices = cli.command(
        SERVICE, commands, "voices", "list voices for --heygen-voice", "voices", "voices german female"
    )
    voices.add_argument("words", nargs="*", metavar="WORD", help="only lines with all of these words")
    voices.set_defaults(command=_voices)


def _voices(arguments: argparse.Namespace, folder: Path, connect: cli.Connect) -> int:
    jobs = cli.opened(arguments, folder, connect)
    jobs.authenticate()
    assert isinstance(jobs.client, HeyGenClient)
    words = {word.lower() for word in arguments.words}
    for voice in jobs.client.voices():
        line = "\t".join((voice.id, voice.name, voice.language, voice.gender, *["own"] * voice.own))
        # Whole words: "female" has "male" in it.
        if words <= set(line.lower().split()):
            print(line)
    return cli.DONE
