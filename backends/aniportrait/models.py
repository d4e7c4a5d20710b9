"""AniPortrait's networks, loaded and in the host's hands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ...engine.host.protocol import Host, ManagedModel
from ...engine.nets.layout import channels_last
from ...engine.nets.loading import config_beside, load_vae
from ...engine.weights.locate import require
from ..dub.models import working_dtype
from .audio2mesh import load_audio2mesh
from .audio2pose import load_audio2pose
from .head_motion import read_template
from .portrait import load_clip
from .pose_guider import load_pose_guider
from .spec import HEAD, NETWORKS, TEMPLATE, AniPortraitSettings
from .unet import load_denoiser, load_reference


@dataclass(frozen=True)
class AniPortraitModels:
    """head: audio2pose; template: the recorded movements' file; each None where the settings don't ask for
    it. dtype: of the networks that see and paint; those that listen are in float32."""

    unet: ManagedModel
    reference: ManagedModel
    guider: ManagedModel
    clip: ManagedModel
    vae: ManagedModel
    mesh: ManagedModel
    head: ManagedModel | None
    template: Path | None
    dtype: torch.dtype


def load_models(settings: AniPortraitSettings, host: Host) -> AniPortraitModels:
    """The networks in `precision` ("auto" is what the device is fast in); `download_missing` fetches what
    isn't there.

    Raises MissingFilesError for what is not installed, WeightsError for files that can't be used.
    """
    download = settings.download_missing
    paths = require(NETWORKS, host, download=download)
    moves = require(HEAD, host, download=download)["audio2pose"] if settings.head == "sound" else None
    template = require(TEMPLATE, host)["template"] if settings.head == "template" else None
    if template is not None:
        read_template(template)
    dtype = working_dtype(settings.precision, host)
    # Networks of another size have a description beside them.
    config = config_beside(paths["denoising_unet"], "motion_module_kwargs")
    guider = config_beside(paths["pose_guider"], "noise_latent_channels")
    audio = config_beside(paths["audio2mesh"], "wav2vec2") or {}
    return of_networks(
        load_denoiser(paths["denoising_unet"], paths["motion_module"], config, dtype),
        load_reference(paths["reference_unet"], config, dtype),
        load_pose_guider(paths["pose_guider"], guider, dtype),
        load_clip(paths["clip"], dtype=dtype),
        load_vae(paths["vae"], dtype=dtype),
        load_audio2mesh(paths["audio2mesh"], audio.get("audio2mesh"), audio.get("wav2vec2")),
        None if moves is None else load_audio2pose(moves, audio.get("audio2pose"), audio.get("wav2vec2")),
        template,
        host,
    )


def of_networks(
    unet: nn.Module,
    reference: nn.Module,
    guider: nn.Module,
    clip: nn.Module,
    vae: nn.Module,
    mesh: nn.Module,
    head: nn.Module | None,
    template: Path | None,
    host: Host,
) -> AniPortraitModels:
    """Networks that are loaded already, handed to the host's memory management."""
    return AniPortraitModels(
        host.manage(unet),
        host.manage(reference),
        host.manage(guider),
        host.manage(clip),
        host.manage(channels_last(vae)),
        host.manage(mesh),
        None if head is None else host.manage(head),
        template,
        next(unet.parameters()).dtype,
    )
