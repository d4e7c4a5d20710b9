"""`consent`: agreeing, once and for all, to the licence of an engine or the terms of a service."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from ..backends.registry import local_terms
from ..engine.consent import Consents, Terms, private_folder
from ..engine.errors import ConsentError
from .parser import DONE, add_command


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
    _add_changes(parser)
    parser.set_defaults(run=_consent)


def _consent(options: argparse.Namespace) -> None:
    """Raises ConsentError where that can't be read or written."""
    _tell(local_terms()[options.engine], options, Consents(private_folder()), "the engine makes nothing")


def add_service_consent(commands: argparse._SubParsersAction, terms: Terms, command: str) -> None:
    """To a service's own commands, which are run with the folder of its user. command: how it is called."""
    what = f"agree, once and for all, to {terms.what}"
    parser = add_command(commands, "consent", what, f"{command} consent --show", f"{command} consent")
    _add_changes(parser)

    def consent(options: argparse.Namespace, folder: Path, connect: object) -> int:
        _tell(terms, options, Consents(folder), "no new clip is ordered")
        return DONE

    parser.set_defaults(command=consent)


def dissent_from(terms: Terms) -> Callable[[Path], str]:
    """What is said where a folder's user has not consented; "" where they have."""

    def dissent(folder: Path) -> str:
        try:
            Consents(folder).require(terms)
        except ConsentError as error:
            return str(error)
        return ""

    return dissent


def _add_changes(parser: argparse.ArgumentParser) -> None:
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--withdraw", action="store_true", help="take it back")
    change.add_argument("--show", action="store_true", help="tell whether you have, and change nothing")


def _tell(terms: Terms, options: argparse.Namespace, consents: Consents, without: str) -> None:
    """Give, withdraw or show it. without: what is the case while nobody has agreed."""
    if options.withdraw:
        consents.withdraw(terms)
    elif not options.show:
        consents.give(terms)
    given = consents.given(terms)
    print(f"To agree to: {terms.what} ({terms.name}, {terms.address}).")
    if given:
        print(f"{given.by} agreed on {given.at}; it is kept in {consents.path}.")
    else:
        print(f"Nobody has agreed: {without}.")
