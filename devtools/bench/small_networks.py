"""Engines with small seeded networks: what they paint is noise, everything around it is real."""

from __future__ import annotations

from typing import Any

import torch

from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.latentsync import models as latentsync
from lipsync_studio.backends.latentsync.pipeline import LatentSyncEngine
from lipsync_studio.backends.latentsync.spec import LatentSyncSettings
from lipsync_studio.backends.musetalk import models as musetalk
from lipsync_studio.backends.musetalk.pipeline import MuseTalkEngine
from lipsync_studio.backends.musetalk.spec import MuseTalkSettings
from lipsync_studio.engine.host.plain import PlainHost

from .. import seeded_latentsync, seeded_musetalk

NETWORKS = ("musetalk", "latentsync")


def small_backend(name: str, host: PlainHost, **latentsync_settings: Any) -> DubBackend:
    """One of NETWORKS. latentsync_settings: beside those that make it quick."""
    # Noise for weights makes numbers so small that processors handle them a hundred times slower.
    torch.set_flush_denormal(True)
    networks = seeded_musetalk.seeded_vae(), seeded_musetalk.seeded_whisper(), None
    if name == "musetalk":
        unet = seeded_musetalk.seeded_unet()
        models = musetalk.of_networks("v1.5", unet, *networks, host, "small")
        return DubBackend(MuseTalkEngine(models, MuseTalkSettings()))
    quick: dict[str, Any] = {"version": "1.5", "steps": 1, "guidance": 1.0, "resolution": "64"}
    settings = LatentSyncSettings(**quick, **latentsync_settings)
    of = latentsync.of_networks("1.5", seeded_latentsync.seeded_unet(), *networks, host)
    return DubBackend(LatentSyncEngine(of, settings))
