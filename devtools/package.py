"""The package as the registry ships it: `comfy node publish` zips the tracked files that .comfyignore doesn't
name."""

from __future__ import annotations

import subprocess
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from .paths import ROOT


def shipped() -> list[str]:
    """Names of its files, relative to the checkout, in order."""
    ignored = _listed("--cached", "--ignored", "--exclude-from=.comfyignore")
    return sorted(name for name in _listed() - ignored if (ROOT / name).is_file())


def pack(path: Path) -> Path:
    """Write the zip; what is in it lies at its top, as ComfyUI-Manager unpacks it into custom_nodes/NAME."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name in shipped():
            archive.write(ROOT / name, name)
    return path


def _listed(*options: str) -> set[str]:
    found = subprocess.run(["git", "ls-files", "-z", *options], cwd=ROOT, capture_output=True, check=True)
    return set(filter(None, found.stdout.decode().split("\0")))
