"""What the networks of several dub engines have in common when they are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from ...engine.errors import MissingFilesError, WeightsError
from ...engine.faces.bisenet import load_bisenet
from ...engine.host.protocol import Host
from ...engine.weights.entries import WeightSet
from ...engine.weights.locate import conversion_source, require
from ...engine.weights.shared import FACE_PARSING

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


def working_dtype(precision: str, host: Host) -> torch.dtype:
    """Of a setting made by `settings.precision`."""
    return host.half_precision() or torch.float32 if precision == "auto" else DTYPES[precision]


def installed_parser(host: Host, download: bool) -> nn.Module | None:
    """The face parser; None where its weights are not installed and not to be fetched."""
    try:
        return load_bisenet(require(FACE_PARSING, host, download=download)["bisenet"])
    except MissingFilesError:
        return None


def check_version(path: Path, version: str, versions: Mapping[str, WeightSet]) -> None:
    """Of a network whose versions have entries of the same names and shapes, so that another one's loads and
    paints something else. versions: their sets, the network's file first in each.

    Raises WeightsError for another version's published file, or what was converted from it; its size tells.
    A file of one's own may have any other size."""
    size = int(conversion_source(path).get("source_bytes", 0)) or path.stat().st_size
    sizes = {weights.files[0].bytes: name for name, weights in versions.items()}
    found = sizes.get(size, version)
    if found != version:
        theirs, ours = (versions[name].title for name in (found, version))
        raise WeightsError(
            f"{path} holds the weights of {theirs}, not of {ours}: choose version {found}, or put {ours}'s "
            "file in its place."
        )
