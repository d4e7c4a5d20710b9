"""`parity`: an engine's arithmetic against numbers of the original implementation."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..backends.registry import backends
from ..engine.errors import InputError, LipSyncError


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("parity", help="check this engine against a folder of golden numbers")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="goldens of MuseTalk")
    parser.set_defaults(run=_parity)


def _parity(options: argparse.Namespace) -> None:
    """One line per golden file; raises LipSyncError unless all are within their tolerance."""
    folder: Path = options.folder
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder: name one that holds goldens of MuseTalk.")
    from ..engine.parity import check_folder

    checked = failed = 0
    found = (finding for spec in backends().values() for finding in check_folder(folder, spec.checks()))
    for finding in found:
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
            f"{folder} holds no goldens of MuseTalk (face_box.json, audio_window.npz, e2e.json …)."
        )
    if failed:
        raise LipSyncError(f"{failed} of {checked} files differ by more than their tolerance.")
