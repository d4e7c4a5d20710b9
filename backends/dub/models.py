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


def check_version(path: Path, version: str, versions: Mapping[str, WeightSet]) -> str:
    """Of a network whose versions have entries of the same names and shapes, so that another one's loads and
    paints something else. versions: their sets, the network's file first in each.

    What tells is the published file's size, or the digest of what a file was converted from, where that was
    noted. A file of one's own, or one that was saved again, may hold any version: that it was taken for the
    chosen one is the sentence for the run report; "" where it is known. Raises WeightsError for another
    version's published file, or what was converted from it."""
    noted = conversion_source(path)
    if "source_sha256" in noted:
        known = {weights.files[0].sha256: name for name, weights in versions.items()}
        found = known.get(noted["source_sha256"])
    else:
        size = int(noted.get("source_bytes", 0)) or path.stat().st_size
        sizes = {weights.files[0].bytes: name for name, weights in versions.items()}
        found = sizes.get(size)
    if found is None:
        return (
            f"{path.name} is none of the published files; versions can't be told apart by what they hold: "
            f"it was taken for {versions[version].title}, as chosen. If faces come out blurred or the mouth "
            "wrong, it may be another version."
        )
    if found != version:
        theirs, ours = (versions[name].title for name in (found, version))
        raise WeightsError(
            f"{path} holds the weights of {theirs}, not of {ours}: choose version {found}, or put {ours}'s "
            "file in its place."
        )
    return ""
