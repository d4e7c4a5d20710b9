"""What the networks of several dub engines have in common when they are loaded."""

from __future__ import annotations

import torch
from torch import nn

from ...engine.errors import MissingFilesError
from ...engine.faces.bisenet import load_bisenet
from ...engine.host.protocol import Host
from ...engine.weights.locate import require
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
