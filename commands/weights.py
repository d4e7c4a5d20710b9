"""`weights`: what is installed, and fetching, checking, taking over and converting weight files."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from pathlib import Path

from ..backends.catalogue import CATALOGUE
from ..engine.errors import Cancelled, WeightsError
from ..engine.host.plain import PlainHost
from ..engine.weights.entries import EVERYTHING
from .flags import add_running
from .parser import add_command

_STOPPED = "Stopped; what was fetched so far is kept, and the same command goes on from there."


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = add_command(
        commands,
        "weights",
        "model files: what is installed, download, verify, import",
        "weights status",
        "weights download all-musetalk-v1.5",
        "weights import FOLDER",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    names = ", ".join(CATALOGUE.names)

    def action(name: str, run, help: str, *examples: str, nargs: str = "*") -> argparse.ArgumentParser:
        described = "\n".join(textwrap.wrap(f"{help[0].upper()}{help[1:]}. Sets: {names}.", 78))
        shown = [f"weights {example}" for example in examples]
        made = add_command(actions, name, help, *shown, description=described)
        if nargs:
            made.add_argument("sets", nargs=nargs, metavar="SET", help="which sets of files; all by default")
        add_running(made)
        made.set_defaults(run=run, stopped=_STOPPED)
        return made

    status = action(
        "status",
        _status,
        "show what is installed and missing, the GPU and the free disk",
        "status",
        "status musetalk-v1.5 --json",
    )
    status.add_argument("--json", action="store_true", help="as JSON, with sizes in bytes")
    download = action(
        "download",
        _download,
        "fetch what is missing of some sets",
        "download wav2lip-gan face-parsing",
        nargs="+",
    )
    download.add_argument("--yes", action="store_true", help="do not ask")
    action("verify", _verify, "compare installed files with the published digests", "verify musetalk-v1.5")
    action(
        "convert",
        _convert,
        "make half-size safetensors of installed pickles",
        "convert musetalk-v1.5",
        nargs="+",
    )
    take = action(
        "import",
        _import,
        "take over files from a folder of any known layout",
        "import Downloads/MuseTalk/models --convert",
        nargs="",
    )
    take.add_argument("folder", type=Path, metavar="FOLDER")
    take.add_argument("--convert", action="store_true", help="then make half-size safetensors of pickles")


def _status(options: argparse.Namespace) -> None:
    from ..engine.weights.status import gpus, status, status_data, status_text

    found = status(PlainHost(), CATALOGUE.select(options.sets or [EVERYTHING]))
    machine = gpus()
    print(json.dumps(status_data(found, machine), indent=2) if options.json else status_text(found, machine))


def _download(options: argparse.Namespace) -> None:
    from ..engine.weights.download import download
    from ..engine.weights.status import plan_text, status

    found = status(PlainHost(), CATALOGUE.select(options.sets))
    files = [each.file for state in found.sets for each in state.to_fetch]
    if not files:
        # What is never fetched says so.
        owed = [each.file for state in found.sets for each in state.to_bring]
        if owed:
            download(owed, PlainHost())
        print("Everything is installed already.")
        return
    print(plan_text(found), flush=True)
    if not options.yes and sys.stdin.isatty():
        _ask("Download? [y/N] ")
    with PlainHost(progress=not options.quiet) as host:
        paths = download(files, host)
    print("\n".join(f"Installed: {path}" for path in paths))


def _ask(question: str) -> None:
    """Raises Cancelled unless the answer is yes."""
    try:
        answer = input(question)
    except (EOFError, KeyboardInterrupt):
        answer = ""
    if answer.strip().lower() not in ("y", "yes"):
        raise Cancelled("The question was answered with no.")


def _verify(options: argparse.Namespace) -> None:
    from ..engine.weights.status import set_state, verdict_text, verify

    sets = CATALOGUE.select(options.sets or [EVERYTHING])
    with PlainHost(progress=not options.quiet) as host:
        verdicts = verify(sets, host)
        absent = [weights.title for weights in sets if set_state(weights, host).state != "installed"]
    print(verdict_text(verdicts))
    wrong = [verdict for verdict in verdicts if verdict.right is False]
    if wrong:
        raise WeightsError(
            f"{len(wrong)} of {len(verdicts)} files are wrong: delete them and download them again, unless "
            "they are your own."
        )
    if options.sets and absent:
        raise WeightsError(f"{', '.join(absent)}: not all files are installed; see `weights status`.")


def _convert(options: argparse.Namespace) -> None:
    from ..engine.weights.convert import convert_sets

    with PlainHost(progress=not options.quiet) as host:
        made = convert_sets(CATALOGUE.select(options.sets), host)
    print("\n".join(f"Made: {path}" for path in made) or "There is no pickle that is not converted yet.")


def _import(options: argparse.Namespace) -> None:
    from ..engine.weights.convert import convert_sets
    from ..engine.weights.importing import import_folder

    with PlainHost(progress=not options.quiet) as host:
        imported = import_folder(options.folder, host, CATALOGUE.sets.values())
        print(imported.text, flush=True)
        if options.convert:
            print("\n".join(f"Made: {path}" for path in convert_sets(CATALOGUE.sets.values(), host)))
    if imported.refused:
        raise WeightsError(f"{len(imported.refused)} files were left out, as said above.")
