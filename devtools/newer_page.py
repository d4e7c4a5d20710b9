"""ComfyUI's page of a later release, to be served by the supported server (`--front-end-root`)."""

from __future__ import annotations

import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from .paths import CACHE
from .steps import run, say

PACKAGE, VERSION = "comfyui-frontend-package", "1.58.1"
FOLDER = CACHE / f"front-end-{VERSION}"
_STATIC = "comfyui_frontend_package/static"


def obtain() -> Path:
    """The folder with its index.html, fetched once from PyPI. Raises SetupError."""
    if (FOLDER / "index.html").is_file():
        return FOLDER
    CACHE.mkdir(exist_ok=True)
    say(f"== Fetching ComfyUI's page {VERSION}")
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        wanted = f"{PACKAGE}=={VERSION}"
        run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", wanted, "--dest", scratch)
        (wheel,) = Path(scratch).glob("*.whl")
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(scratch, [name for name in packed.namelist() if name.startswith(_STATIC)])
        shutil.rmtree(FOLDER, ignore_errors=True)
        Path(scratch, _STATIC).rename(FOLDER)
    return FOLDER
