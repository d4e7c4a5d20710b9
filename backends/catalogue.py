"""All the weight files that there are: what engines, aligners and the networks they share list."""

from __future__ import annotations

from ..align import weights as align
from ..engine.score import syncnet_file
from ..engine.vocals import weights as vocals
from ..engine.weights import shared
from ..engine.weights.entries import Catalogue
from .registry import backends


def _collected() -> Catalogue:
    # What has bundles, and of it what is for footage, is what most people fetch: it comes first wherever sets
    # are listed.
    specs = sorted(backends().values(), key=lambda spec: (not spec.bundles, spec.task != "dub", spec.name))
    sets = [weights for spec in specs for weights in spec.all_weights]
    bundles = {name: members for spec in specs for name, members in spec.bundles.items()}
    others = (*shared.WEIGHTS, *align.WEIGHTS, *vocals.WEIGHTS, *syncnet_file.WEIGHTS)
    return Catalogue({each.name: each for each in (*sets, *others)}, bundles)


CATALOGUE = _collected()
