"""SadTalker's networks, loaded and in the host's hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from ...engine.host.protocol import Host, ManagedModel
from ...engine.nets.loading import config_beside
from ...engine.weights.locate import require
from ...engine.weights.state_dict import load_state_dict, load_weights
from ..dub.models import working_dtype
from .audio_nets import ExpressionNet, PoseNet
from .generator import Generator, GeneratorConfig, folded
from .keypoints import KeypointDetector, MappingNet
from .motion import CROP, WHOLE
from .reconstruction import Reconstruction
from .spec import SETS, SadTalkerSettings

Net = TypeVar("Net", bound=nn.Module)
Config = Mapping[str, Any]

# What the published file calls each network, and what in it only training needed.
_PREFIXES = {
    "generator": "generator.",
    "keypoints": "kp_extractor.",
    "expression": "audio2exp.",
    "pose": "audio2pose.",
    "reconstruction": "face_3drecon.",
}
_TRAINING = {"pose": ("netG.encoder.", "netD_motion.")}
# An entry of a description that lies beside a network of another size.
_MARK = "side"


@dataclass(frozen=True)
class Networks:
    """On the CPU. side: pixels of the square that is painted."""

    generator: Generator
    keypoints: KeypointDetector
    expression: ExpressionNet
    pose: PoseNet
    reconstruction: Reconstruction
    mapping: MappingNet
    side: int


@dataclass(frozen=True)
class SadTalkerModels:
    """side: pixels of the square that is painted. whole: the mapping network is that of whole pictures.
    dtype: of the generator as loaded; the others are float32."""

    generator: ManagedModel
    keypoints: ManagedModel
    expression: ManagedModel
    pose: ManagedModel
    reconstruction: ManagedModel
    mapping: ManagedModel
    side: int
    whole: bool
    dtype: torch.dtype


def load_models(settings: SadTalkerSettings, host: Host) -> SadTalkerModels:
    """The networks of the size and the mapping that the settings ask for; `download_missing` fetches what
    isn't there.

    Raises MissingFilesError for what is not installed and WeightsError for files that can't be used."""
    paths = require(SETS[settings.resolution, settings.whole], host, download=settings.download_missing)
    networks = load_networks(
        paths["networks"], paths["mapping"], int(settings.resolution), whole=settings.whole,
        dtype=working_dtype(settings.precision, host),
    )  # fmt: skip
    return of_networks(networks, host)


def load_networks(
    path: Path, mapping: Path, side: int, *, whole: bool, dtype: torch.dtype = torch.float32
) -> Networks:
    """From the published single file and the mapping's checkpoint. A description beside the file
    (`config_beside`) tells of networks of another size. dtype: of the generator."""
    config: Config = config_beside(path, _MARK) or {}
    parts = _parts(load_state_dict(path))
    points = dict(config.get("keypoints", {}))
    width = dict(config.get("mapping", {}))

    def load(name: str, make: Callable[[], Net], wanted: str, dtype: torch.dtype = torch.float32) -> Net:
        with torch.device("meta"):
            net = make()
        return load_weights(net, parts[name], path, f"SadTalker's {wanted}", dtype=dtype)

    # In double precision: what is divided by its norm is not rounded before.
    parts["generator"] = folded(parts["generator"])
    with torch.device("meta"):
        mapper = MappingNet(WHOLE if whole else CROP, **width)
    return Networks(
        load("generator", lambda: Generator(_generator(config)), "generator", dtype),
        load("keypoints", lambda: KeypointDetector(**points), "keypoint detector"),
        load("expression", ExpressionNet, "expression network"),
        load("pose", PoseNet, "pose network"),
        load("reconstruction", Reconstruction, "face reconstruction"),
        load_weights(mapper, load_state_dict(mapping), mapping, _mapping_name(whole), dtype=torch.float32),
        int(config.get(_MARK, side)),
    )


def _generator(config: Config) -> GeneratorConfig:
    return GeneratorConfig(**config.get("generator", {}))


def _mapping_name(whole: bool) -> str:
    return f"SadTalker's mapping of {'whole pictures' if whole else 'cropped faces'}"


def _parts(state: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """The entries of each network, by its own names for them."""
    return {
        name: {
            entry: tensor
            for key, tensor in state.items()
            if key.startswith(prefix)
            and not (entry := key.removeprefix(prefix)).startswith(_TRAINING.get(name, ()))
        }
        for name, prefix in _PREFIXES.items()
    }


def published(networks: Networks) -> dict[str, Tensor]:
    """The entries of networks, but for the mapping, by the published file's names; the generator's without
    its spectral norms."""
    return {
        f"{prefix}{entry}": tensor
        for name, prefix in _PREFIXES.items()
        for entry, tensor in getattr(networks, name).state_dict().items()
    }


def of_networks(networks: Networks, host: Host) -> SadTalkerModels:
    """Networks that are loaded already, handed to the host's memory management."""
    return SadTalkerModels(
        host.manage(networks.generator),
        host.manage(networks.keypoints),
        host.manage(networks.expression),
        host.manage(networks.pose),
        host.manage(networks.reconstruction),
        host.manage(networks.mapping),
        networks.side,
        networks.mapping.coefficients == WHOLE,
        next(networks.generator.parameters()).dtype,
    )
