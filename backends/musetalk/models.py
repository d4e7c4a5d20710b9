"""MuseTalk's networks, loaded and in the host's hands."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from ...engine.compose.cache import ContentCache
from ...engine.host.protocol import Host, ManagedModel
from ...engine.nets.compiling import compile_network
from ...engine.nets.layout import channels_last
from ...engine.nets.loading import load_vae, load_whisper_encoder
from ...engine.weights.download import identity
from ...engine.weights.locate import require
from ...musetalk_core.unet import load_unet
from ..dub.models import installed_parser, working_dtype
from ..dub.settings import parses
from .spec import NETWORKS, MuseTalkSettings


@dataclass(frozen=True)
class MuseTalkModels:
    """version: a name in NETWORKS. parser: the face parser, None where its weights are not installed. cache:
    latents and face maps by content. identity: stands for the VAE's weights and dtype in the cache's keys.
    dtype: of UNet and VAE as loaded, and of latents in the cache.
    """

    version: str
    unet: ManagedModel
    vae: ManagedModel
    whisper: ManagedModel
    parser: ManagedModel | None
    cache: ContentCache
    identity: str
    dtype: torch.dtype


def load_models(settings: MuseTalkSettings, host: Host) -> MuseTalkModels:
    """The networks of `version` in `precision` (of UNet and VAE; "auto" is what the device is fast in),
    translated by torch.compile where `compile` says so; `download_missing` fetches what isn't there.

    Raises MissingFilesError for what is not installed (the face parser may be missing), WeightsError for
    files that can't be used.
    """
    version, download = settings.version, settings.download_missing
    paths = require(NETWORKS[version], host, download=download)
    dtype = working_dtype(settings.precision, host)
    unet = load_unet(paths["unet"], dtype=dtype)
    vae = load_vae(paths["vae"], dtype=dtype)
    whisper = load_whisper_encoder(paths["whisper"])
    parser = installed_parser(host, download) if parses(settings) else None
    if settings.compile:
        compile_network(unet)
        compile_network(vae)
    return of_networks(version, unet, vae, whisper, parser, host, f"{identity(paths['vae'])} {dtype}")


def of_networks(
    version: str,
    unet: nn.Module,
    vae: nn.Module,
    whisper: nn.Module,
    parser: nn.Module | None,
    host: Host,
    identity: str,
) -> MuseTalkModels:
    """Networks that are loaded already, handed to the host's memory management."""
    for net in (unet, vae):
        channels_last(net)
    return MuseTalkModels(
        version,
        host.manage(unet),
        host.manage(vae),
        host.manage(whisper),
        None if parser is None else host.manage(parser),
        ContentCache(host.temp_file(".sqlite")),
        identity,
        next(unet.parameters()).dtype,
    )
