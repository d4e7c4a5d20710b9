"""Hallo2's networks, loaded and in the host's hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...engine.errors import WeightsError
from ...engine.host.protocol import Host, ManagedModel
from ...engine.nets.layout import channels_last
from ...engine.nets.loading import config_beside, load_vae
from ...engine.nets.motion_unet import build_reference_unet, motion_entries
from ...engine.nets.sd_vae import PIXELS
from ...engine.nets.wav2vec2 import load_wav2vec2
from ...engine.weights.locate import locate, require
from ...engine.weights.state_dict import load_state_dict, load_weights, recognised
from ..dub.models import working_dtype
from .conditions import AudioProjection, FaceLocator, ImageProjection
from .identity import Identity
from .loop import Networks
from .spec import HALLO2, IDENTITY, Hallo2Settings
from .unet import UNET_CONFIG, build_denoiser

# What each network is called in `net.pth`.
_PARTS = ("reference_unet", "denoising_unet", "face_locator", "imageproj", "audioproj")
_SIDE = 512


class Conditions(nn.Module):
    """The small networks, which the host moves together."""

    def __init__(self, locator: nn.Module, image_projection: nn.Module, audio_projection: nn.Module) -> None:
        super().__init__()
        self.locator = locator
        self.image_projection = image_projection
        self.audio_projection = audio_projection


@dataclass(frozen=True)
class Hallo2Models:
    """side: pixels of the squares that are painted. identity: None without InsightFace's file. dtype: of all
    networks but wav2vec2."""

    denoiser: ManagedModel
    reference: ManagedModel
    conditions: ManagedModel
    vae: ManagedModel
    wav2vec2: ManagedModel
    identity: Identity | None
    side: int
    dtype: torch.dtype

    @property
    def painting(self) -> list[ManagedModel]:
        """What lies on the device while frames are made."""
        return [self.denoiser, self.reference, self.conditions, self.vae]

    @property
    def networks(self) -> Networks:
        conditions: Any = self.conditions.module
        return Networks(
            self.denoiser.module,
            self.reference.module,
            conditions.locator,
            conditions.image_projection,
            conditions.audio_projection,
            self.vae.module,
        )


def load_models(settings: Hallo2Settings, host: Host) -> Hallo2Models:
    """The networks in `precision`; `download_missing` fetches what isn't there, but for InsightFace's.

    Raises MissingFilesError for what is not installed, WeightsError for files that can't be used.
    """
    paths = require(HALLO2, host, download=settings.download_missing)
    dtype = working_dtype(settings.precision, host)
    denoiser, reference, conditions, side = load_networks(paths["networks"], dtype=dtype)
    known = locate(IDENTITY, host).get("arcface")
    return of_networks(
        denoiser,
        reference,
        conditions,
        load_vae(paths["vae"], dtype=dtype),
        load_wav2vec2(paths["model.safetensors"]),
        None if known is None else Identity(known, host),
        side,
        host,
    )


def of_networks(
    denoiser: nn.Module,
    reference: nn.Module,
    conditions: Conditions,
    vae: nn.Module,
    wav2vec2: nn.Module,
    identity: Identity | None,
    side: int,
    host: Host,
) -> Hallo2Models:
    """Networks that are loaded already, handed to the host's memory management."""
    return Hallo2Models(
        host.manage(denoiser),
        host.manage(reference),
        host.manage(conditions),
        host.manage(channels_last(vae)),
        host.manage(wav2vec2),
        identity,
        side,
        next(denoiser.parameters()).dtype,
    )


def load_networks(
    path: Path, config: Mapping[str, Any] | None = None, dtype: torch.dtype = torch.float32
) -> tuple[nn.Module, nn.Module, Conditions, int]:
    """Denoiser, reference UNet, the small networks, and the side of what they paint, from `net.pth` or a
    safetensors file with the same entries, on the CPU.

    config: `denoising`, `reference` and the small networks' sizes; None for the json beside the file, or the
    published ones where there is none. Weights that have the dtype already stay mapped from the file. Raises
    WeightsError for a damaged or unsafe file and for another network's.
    """
    parts = _apart(load_state_dict(path), path)
    denoiser, reference, conditions, side = build_networks(config or config_beside(path, "denoising"))
    nets = {
        "denoising_unet": denoiser,
        "reference_unet": reference,
        "face_locator": conditions.locator,
        "imageproj": conditions.image_projection,
        "audioproj": conditions.audio_projection,
    }
    for name, net in nets.items():
        entries = motion_entries(parts.pop(name))
        load_weights(net, entries, path, f"Hallo2's {name}", dtype=dtype)
    return denoiser, reference, conditions.eval().requires_grad_(False), side


def build_networks(
    config: Mapping[str, Any] | None = None,
) -> tuple[nn.Module, nn.Module, Conditions, int]:
    """`load_networks` without weights, on the meta device."""
    if config is None:
        with torch.device("meta"):
            conditions = Conditions(FaceLocator(), ImageProjection(), AudioProjection())
        return build_denoiser(UNET_CONFIG), build_reference_unet(), conditions, _SIDE
    audio = config["audio_proj"]
    with torch.device("meta"):
        conditions = Conditions(
            FaceLocator(config["face_locator"]["conditioning_embedding_channels"]),
            ImageProjection(config["image_proj"]["cross_attention_dim"]),
            AudioProjection(
                audio["blocks"], audio["channels"], audio["intermediate_dim"], audio["output_dim"]
            ),
        )
    denoiser = build_denoiser(config["denoising"])
    side = config["denoising"]["sample_size"] * PIXELS
    return denoiser, build_reference_unet(config["reference"]), conditions, side


def _apart(state: Mapping[str, Tensor], path: Path) -> dict[str, dict[str, Tensor]]:
    """Each network's entries by its name in the file, without that."""
    parts: dict[str, dict[str, Tensor]] = {name: {} for name in _PARTS}
    strange = []
    for name, tensor in state.items():
        part, _, rest = name.removeprefix("module.").partition(".")
        if part in parts:
            parts[part][rest] = tensor
        else:
            strange.append(name)
    lacking = [name for name, entries in parts.items() if not entries]
    if lacking or strange:
        found = recognised(state) or "some other network's file"
        problem = f"it has no {lacking[0]}" if lacking else f"{strange[0]} is none of its entries"
        raise WeightsError(
            f"{path} doesn't hold Hallo2's networks ({problem}): it seems to be {found}; put hallo2/net.pth "
            "in its place."
        )
    return parts
