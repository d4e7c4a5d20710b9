"""Where things lie in the checkout."""

from __future__ import annotations

import os
from pathlib import Path

# Not resolved: a checkout linked into ComfyUI's custom_nodes/ finds its ComfyUI by the link's place.
ROOT = Path(os.path.abspath(__file__)).parent.parent
PACK_NAME = "lipsync-studio"
VENV = ROOT / ".venv"
CACHE = ROOT / ".cache"
# ComfyUI's base directory: its custom_nodes, input, output, models and user folders.
BASE = CACHE / "comfy-base"


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
