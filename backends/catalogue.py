"""All the weight files that there are: what engines, aligners and the networks they share list."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from ..align import weights as align
from ..engine.weights import shared
from ..engine.weights.entries import Catalogue, WeightSet


def _collected() -> Catalogue:
    folder = Path(__file__).parent
    specs = [import_module(f".{path.parent.name}.spec", __package__) for path in folder.glob("*/spec.py")]
    sets: list[WeightSet] = []
    bundles: dict[str, tuple[str, ...]] = {}
    for spec in sorted(specs, key=lambda spec: spec.__name__):
        # An engine may need no files.
        sets += getattr(spec, "WEIGHTS", ())
        bundles |= getattr(spec, "BUNDLES", {})
    sets += (*shared.WEIGHTS, *align.WEIGHTS)
    return Catalogue({weights.name: weights for weights in sets}, bundles)


CATALOGUE = _collected()
