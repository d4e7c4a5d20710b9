"""Backends that can be made by name, without a graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..engine.host.protocol import Host
from ..engine.weights.entries import WeightSet
from ..musetalk_core.presets import DEFAULT_PRESET
from .crop.backend import CropBackend
from .musetalk.settings import Quality, chosen
from .musetalk.spec import weight_sets
from .protocol import LipSyncBackend
from .viseme.engine import VisemeEngine


def _no_weights(**options: object) -> list[WeightSet]:
    return []


@dataclass(frozen=True)
class Maker:
    """make: the backend, from a host and those of `options` that are given. options: names. weights: what
    `make` reads, from the same options."""

    make: Callable[..., LipSyncBackend]
    options: tuple[str, ...] = ()
    weights: Callable[..., list[WeightSet]] = _no_weights


def _viseme(host: Host) -> LipSyncBackend:
    return CropBackend(VisemeEngine())


def _musetalk(
    host: Host,
    version: str = DEFAULT_PRESET,
    quality: Quality = "balanced",
    bbox_shift: float = 0.0,
    download: bool = False,
) -> LipSyncBackend:
    """bbox_shift: relative to the face. download: fetch what is missing, where else MissingFilesError is
    raised."""
    # Torch and diffusers take seconds to import.
    from .musetalk.engine import MuseTalkEngine
    from .musetalk.models import load_models

    models = load_models(version, host, download=download)
    return CropBackend(MuseTalkEngine(models, chosen(version, quality, shift=bbox_shift)))


def _musetalk_weights(version: str = DEFAULT_PRESET, **options: object) -> list[WeightSet]:
    return weight_sets(version)


BACKENDS: Mapping[str, Maker] = {
    "viseme": Maker(_viseme),
    "musetalk": Maker(_musetalk, ("version", "quality", "bbox_shift", "download"), _musetalk_weights),
}
