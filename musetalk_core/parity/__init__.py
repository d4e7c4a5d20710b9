"""The engine against the original's numbers: every check over a folder laid out like the goldens."""

from __future__ import annotations

import importlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ...engine.errors import InputError
from .finding import Finding, worst

# Modules of this package; each has `check(folder) -> list[Finding]`.
CHECKS = ("boxes", "masks", "blend", "audio", "e2e", "bisenet", "rtmpose")


def check_folder(folder: Path) -> Iterator[Finding]:
    """One finding per golden file in the folder, the worst of each; nothing where it holds none.

    Raises InputError where goldens are incomplete or not laid out as such.
    """
    for name in CHECKS:
        module = importlib.import_module(f".{name}", __package__)
        try:
            yield from worst(module.check(folder))
        except (OSError, LookupError, ValueError, TypeError, zipfile.BadZipFile) as error:
            raise InputError(
                f"The goldens for {name!r} in {folder} are incomplete or damaged "
                f"({type(error).__name__}: {error}): copy the folder again."
            ) from error
