"""`consent`: agreeing, once and for all, to the licence of an engine that asks for it."""

from __future__ import annotations

import argparse

from ..backends.registry import local_terms
from ..engine.consent import Consents, private_folder
from .parser import add_command


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = add_command(
        commands,
        "consent",
        "agree to the licence of an engine that asks for it",
        "consent wav2lip --show",
        "consent wav2lip",
        "consent wav2lip --withdraw",
    )
    parser.add_argument("engine", choices=sorted(local_terms()))
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--withdraw", action="store_true", help="take it back")
    change.add_argument("--show", action="store_true", help="tell whether you have, and change nothing")
    parser.set_defaults(run=_consent)


def _consent(options: argparse.Namespace) -> None:
    """Raises ConsentError where that can't be read or written."""
    terms, consents = local_terms()[options.engine], Consents(private_folder())
    if options.withdraw:
        consents.withdraw(terms)
    elif not options.show:
        consents.give(terms)
    given = consents.given(terms)
    print(f"To agree to: {terms.what} ({terms.name}, {terms.address}).")
    if given:
        print(f"{given.by} agreed on {given.at}; it is kept in {consents.path}.")
    else:
        print("Nobody has agreed: the engine makes nothing.")
