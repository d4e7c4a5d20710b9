"""What lies in the folder of a model, and reading it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..engine.errors import WeightsError

_WEIGHTS = ("model.safetensors", "model.fp32.safetensors", "pytorch_model.bin")
_SUFFIXES = (".pt", ".pth", ".bin", ".ckpt", ".safetensors")


def has_weights(path: Path) -> bool:
    """Whether a path is a file of weights, or a folder of Hugging Face's layout. Opens nothing; what can't
    be looked at is none."""
    try:
        if path.is_file():
            return path.suffix in _SUFFIXES
        return any((path / place).is_file() for name in _WEIGHTS for place in (name, f"{name}.index.json"))
    except OSError:
        return False


def weight_files(path: Path) -> list[Path]:
    """A file of weights itself, or those in a folder of Hugging Face's layout; empty if there are none.

    Raises WeightsError for an index that can't be read."""
    if path.is_file():
        return [path] if path.suffix in _SUFFIXES else []
    for name in _WEIGHTS:
        index = path / f"{name}.index.json"
        if (path / name).is_file():
            return [path / name]
        if index.is_file():
            parts = read_json(index).get("weight_map")
            if not isinstance(parts, dict) or not all(isinstance(part, str) for part in parts.values()):
                raise WeightsError(f"{index} lists no weights: fetch it again.")
            return [path / part for part in sorted(set(parts.values()))]
    return []


def read_json(path: Path) -> dict[str, Any]:
    """A configuration; empty where there is none. Raises WeightsError for one that can't be read."""
    try:
        if not path.is_file():
            return {}
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise WeightsError(f"{path} can't be read ({reason}): fetch it again.") from error
    if not isinstance(found, dict):
        raise WeightsError(f"{path} is no configuration: fetch it again.")
    return found
