"""The templates by their short names; see nodes/templates.py, which only ComfyUI can import."""

from __future__ import annotations

import json
from pathlib import Path

from .paths import ROOT

TEMPLATES: dict[str, str] = json.loads((ROOT / "nodes" / "templates.json").read_text(encoding="utf-8"))


def template(short: str) -> Path:
    """The file that ComfyUI lists."""
    return ROOT / "workflows" / f"{TEMPLATES[short]}.json"


def twin(short: str) -> Path:
    """Its prompt, in API format."""
    return ROOT / "tests" / "workflows" / f"{short}.json"
