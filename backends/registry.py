"""Backends that can be made by name, without a graph."""

from __future__ import annotations

from collections.abc import Callable

from .crop.backend import CropBackend
from .protocol import LipSyncBackend
from .viseme.engine import VisemeEngine

BACKENDS: dict[str, Callable[[], LipSyncBackend]] = {"viseme": lambda: CropBackend(VisemeEngine())}
