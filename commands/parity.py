"""`parity`: an engine's arithmetic against numbers of the original implementation."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..backends.registry import backends
from ..backends.spec import BackendSpec
from ..engine.errors import InputError, LipSyncError
from .parser import add_command

# Whose goldens a folder holds that is called after none of the engines.
_DEFAULT = "musetalk"


def add_parser(commands: argparse._SubParsersAction) -> None:
    engines = [spec.name for spec in backends().values() if not spec.remote]
    parser = add_command(
        commands,
        "parity",
        "check an engine against a folder of golden numbers",
        "parity goldens/musetalk",
        "parity latentsync FOLDER",
    )
    parser.add_argument(
        "engine", nargs="?", choices=engines, help="whose they are: by default the folder's name says it"
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="goldens of the engine")
    parser.set_defaults(run=_parity)


def _parity(options: argparse.Namespace) -> None:
    """One line per golden file; raises LipSyncError unless all are within their tolerance."""
    folder: Path = options.folder
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder: name one that holds an engine's goldens.")
    from ..engine.parity import check_folder

    spec = _engine(options.engine, folder)
    checked = failed = 0
    for finding in check_folder(folder, spec.checks()):
        checked += 1
        failed += not finding.ok
        verdict = "ok  " if finding.ok else "FAIL"
        detail = f" ({finding.detail})" if finding.detail else ""
        print(
            f"{verdict} {finding.file}: largest error {finding.error:.3g}, tolerance {finding.tolerance:g}"
            f"{detail}",
            flush=True,
        )
    if not checked:
        raise InputError(
            f"{folder} holds no goldens of {spec.title}: name another folder, or the engine before it."
        )
    if failed:
        raise LipSyncError(f"{failed} of {checked} files differ by more than their tolerance.")


def _engine(name: str | None, folder: Path) -> BackendSpec:
    known = backends()
    return known.get(name or folder.resolve().name) or known[_DEFAULT]
