"""The services there are: every folder beside this one whose `spec.py` has a CLOUD."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ... import backends
from .spec import CloudSpec

_log = logging.getLogger(__name__)


@cache
def services() -> Mapping[str, CloudSpec]:
    """By name. One that can't be read takes no other with it; the log says why it is missing."""
    places = [Path(place).glob("*/spec.py") for place in backends.__path__]
    folders = sorted(path.parent.name for place in places for path in place)
    found = [_read(folder) for folder in folders if folder != "cloud"]
    return {spec.name: spec for spec in found if spec is not None}


def _read(folder: str) -> CloudSpec | None:
    try:
        return getattr(importlib.import_module(f"..{folder}.spec", __package__), "CLOUD", None)
    except Exception as error:
        _log.warning("The service in backends/%s is left out: %s: %s", folder, type(error).__name__, error)
        return None
