"""The engines there are: every folder beside this file that has a `spec.py`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from .spec import BackendSpec


@cache
def backends() -> Mapping[str, BackendSpec]:
    """By name: the one that needs nothing first, services last."""
    folders = [path.parent.name for path in Path(__file__).parent.glob("*/spec.py")]
    specs = [importlib.import_module(f".{folder}.spec", __package__).SPEC for folder in folders]
    specs.sort(key=lambda spec: (spec.remote, spec.name != "viseme", spec.name))
    return {spec.name: spec for spec in specs}
