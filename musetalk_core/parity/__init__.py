"""The engine against the original's numbers: every check over a folder laid out like the goldens."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

from .finding import Finding, worst

# Modules of this package; each has `check(folder) -> list[Finding]`.
CHECKS = ("boxes", "masks", "blend", "audio", "e2e", "bisenet", "rtmpose")


def check_folder(folder: Path) -> Iterator[Finding]:
    """One finding per golden file in the folder, the worst of each; nothing where it holds none."""
    for name in CHECKS:
        if importlib.util.find_spec(f".{name}", __package__) is None:
            continue
        module = importlib.import_module(f".{name}", __package__)
        yield from worst(module.check(folder))
