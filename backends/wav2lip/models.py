"""Wav2Lip's networks, loaded and in the host's hands."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from ...engine.compose.cache import ContentCache
from ...engine.errors import MissingFilesError
from ...engine.faces.bisenet import load_bisenet
from ...engine.faces.s3fd import load_s3fd
from ...engine.host.protocol import Host, ManagedModel
from ...engine.weights.locate import require
from ...engine.weights.shared import FACE_PARSING
from .network import Generator, load_generator
from .spec import GENERATORS, S3FD, Wav2LipSettings, parses


@dataclass(frozen=True)
class Wav2LipModels:
    """parser: the face parser, None where its weights are not installed. detector: S3FD, for parity only.
    cache: face maps by content. dtype: of the generator as loaded."""

    generator: ManagedModel
    parser: ManagedModel | None
    detector: ManagedModel | None
    cache: ContentCache
    dtype: torch.dtype


def load_models(settings: Wav2LipSettings, host: Host) -> Wav2LipModels:
    """The networks that the settings ask for; `download_missing` fetches what isn't there.

    Raises MissingFilesError for what is not installed (the face parser may be missing), WeightsError for
    files that can't be used."""
    download = settings.download_missing
    path = require(GENERATORS[settings.version], host, download=download)["generator"]
    generator = load_generator(path, _dtype(settings.precision, host))
    detector = load_s3fd(require(S3FD, host, download=download)["s3fd"]) if settings.parity else None
    parser = _parser(host, download) if parses(settings) else None
    return of_networks(generator, parser, detector, host)


def of_networks(
    generator: Generator, parser: nn.Module | None, detector: nn.Module | None, host: Host
) -> Wav2LipModels:
    """Networks that are loaded already, handed to the host's memory management."""
    return Wav2LipModels(
        host.manage(generator),
        None if parser is None else host.manage(parser),
        None if detector is None else host.manage(detector),
        ContentCache(host.temp_file(".sqlite")),
        next(generator.parameters()).dtype,
    )


def _dtype(precision: str, host: Host) -> torch.dtype:
    if precision == "auto":
        return host.half_precision() or torch.float32
    return {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}[precision]


def _parser(host: Host, download: bool) -> nn.Module | None:
    try:
        return load_bisenet(require(FACE_PARSING, host, download=download)["bisenet"])
    except MissingFilesError:
        return None
