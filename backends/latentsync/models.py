"""LatentSync's networks, loaded and in the host's hands."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from ...engine.compose.cache import ContentCache
from ...engine.host.protocol import Host, ManagedModel
from ...engine.nets.layout import channels_last
from ...engine.nets.loading import load_vae, load_whisper_encoder
from ...engine.weights.locate import require
from ..dub.models import check_version, installed_parser, working_dtype
from .spec import NETWORKS, LatentSyncSettings, parses
from .unet import load_unet


@dataclass(frozen=True)
class LatentSyncModels:
    """version: a name in NETWORKS. parser: the face parser, None where its weights are not installed. cache:
    face maps by content. dtype: of UNet and VAE as loaded. note: for the run report, "" for none.
    """

    version: str
    unet: ManagedModel
    vae: ManagedModel
    whisper: ManagedModel
    parser: ManagedModel | None
    cache: ContentCache
    dtype: torch.dtype
    note: str = ""


def load_models(settings: LatentSyncSettings, host: Host) -> LatentSyncModels:
    """The networks of `version` in `precision` (of UNet and VAE; "auto" is what the device is fast in);
    `download_missing` fetches what isn't there.

    Raises MissingFilesError for what is not installed (the face parser may be missing), WeightsError for
    files that can't be used, and for one version's in the place of the other's.
    """
    version, download = settings.version, settings.download_missing
    paths = require(NETWORKS[version], host, download=download)
    note = check_version(paths["unet"], version, NETWORKS)
    dtype = working_dtype(settings.precision, host)
    unet = load_unet(paths["unet"], dtype=dtype)
    vae = load_vae(paths["vae"], dtype=dtype)
    whisper = load_whisper_encoder(paths["whisper"])
    parser = installed_parser(host, download) if parses(settings) else None
    return of_networks(version, unet, vae, whisper, parser, host, note)


def of_networks(
    version: str, unet: nn.Module, vae: nn.Module, whisper: nn.Module, parser: nn.Module | None, host: Host,
    note: str = "",
) -> LatentSyncModels:  # fmt: skip
    """Networks that are loaded already, handed to the host's memory management."""
    return LatentSyncModels(
        version,
        host.manage(unet),
        host.manage(channels_last(vae)),
        host.manage(whisper),
        None if parser is None else host.manage(parser),
        ContentCache(host.temp_file(".sqlite")),
        next(unet.parameters()).dtype,
        note,
    )
