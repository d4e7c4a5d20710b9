"""Wav2Lip's networks, loaded and in the host's hands."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from ...engine.compose.cache import ContentCache
from ...engine.faces.s3fd import load_s3fd
from ...engine.host.protocol import Host, ManagedModel
from ...engine.weights.locate import require
from ..dub.models import DTYPES, check_version, installed_parser
from .network import Generator, load_generator
from .spec import GENERATORS, S3FD, Wav2LipSettings, parses


@dataclass(frozen=True)
class Wav2LipModels:
    """parser: the face parser, None where its weights are not installed. detector: S3FD, for parity only.
    cache: face maps by content. dtype: of the generator as loaded. note: for the run report, "" for none."""

    generator: ManagedModel
    parser: ManagedModel | None
    detector: ManagedModel | None
    cache: ContentCache
    dtype: torch.dtype
    note: str = ""


def load_models(settings: Wav2LipSettings, host: Host) -> Wav2LipModels:
    """The networks that the settings ask for; `download_missing` fetches what isn't there.

    Raises MissingFilesError for what is not installed (the face parser may be missing), WeightsError for
    files that can't be used, and for the GAN's in the place of the other's."""
    download = settings.download_missing
    path = require(GENERATORS[settings.version], host, download=download)["generator"]
    note = check_version(path, settings.version, GENERATORS)
    generator = load_generator(path, working_dtype(settings, host))
    detector = load_s3fd(require(S3FD, host, download=download)["s3fd"]) if settings.parity else None
    parser = installed_parser(host, download) if parses(settings) else None
    return of_networks(generator, parser, detector, host, note)


def of_networks(
    generator: Generator, parser: nn.Module | None, detector: nn.Module | None, host: Host, note: str = ""
) -> Wav2LipModels:
    """Networks that are loaded already, handed to the host's memory management."""
    return Wav2LipModels(
        host.manage(generator),
        None if parser is None else host.manage(parser),
        None if detector is None else host.manage(detector),
        ContentCache(host.temp_file(".sqlite")),
        next(generator.parameters()).dtype,
        note,
    )


def working_dtype(settings: Wav2LipSettings, host: Host) -> torch.dtype:
    """Of the generator, in the precision that was chosen. "auto" is what the device is fast in: of processors
    with matrix units (AMX) bfloat16, which takes a third of the time and moves a face by a level or so; the
    original's float32 with parity."""
    if settings.precision != "auto":
        return DTYPES[settings.precision]
    if settings.parity:
        return torch.float32
    return host.half_precision() or (torch.bfloat16 if _has_amx(host.device) else torch.float32)


def _has_amx(device: torch.device) -> bool:
    # PyTorch tells it from 2.4 on.
    tells = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return device.type == "cpu" and tells is not None and bool(tells())
