"""The engines there are: every folder beside this file that has a `spec.py`."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ..engine.consent import Terms
from .spec import BackendSpec

_log = logging.getLogger(__name__)


@cache
def backends() -> Mapping[str, BackendSpec]:
    """By name: the one that needs nothing first, services last. One that can't be read takes no other with
    it; the log says why it is missing."""
    found = [_read(path.parent.name) for path in sorted(Path(__file__).parent.glob("*/spec.py"))]
    specs = [spec for spec in found if spec is not None]
    specs.sort(key=lambda spec: (spec.remote, spec.name != "viseme", spec.name))
    return {spec.name: spec for spec in specs}


def _read(folder: str) -> BackendSpec | None:
    try:
        module = importlib.import_module(f".{folder}.spec", __package__)
        if folder == "cloud" or (not hasattr(module, "SPEC") and hasattr(module, "CLOUD")):
            return None  # what services share, or one that is no engine but makes videos by itself
        spec = module.SPEC
        if spec.name != folder:
            raise ValueError(f"it calls itself {spec.name}")
    except Exception as error:
        _log.warning("The engine in backends/%s is left out: %s: %s", folder, type(error).__name__, error)
        return None
    return spec


def local_terms() -> dict[str, Terms]:
    """What engines on this computer ask their user to agree to, by the engine's name; services ask by
    themselves."""
    specs = (spec for spec in backends().values() if not spec.remote)
    return {spec.name: spec.licence.consent for spec in specs if spec.licence.consent is not None}
