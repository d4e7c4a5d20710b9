"""SadTalker: what it is, what can be set, which files it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ...engine.weights.entries import WeightFile, WeightSet
from ..portrait import settings as shared
from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.media.source import Source
    from ...engine.parity import Checks
    from ..protocol import LipSyncBackend

KIND = "sadtalker"
# The authors' own place at the hub; their releases at GitHub hold the same files.
_REPO = ("vinthony/SadTalker-V002rc", "main")
_LICENCE = "Apache-2.0"
_NOTE = (
    "Code and release: Apache-2.0. The networks were trained with research assets (VoxCeleb's videos, the "
    "Basel Face Model), whose own terms the licence doesn't speak of."
)
# Sizes are about what the release says: no digest was published with it.
_NETWORKS_BYTES, _MAPPING_BYTES = 725_000_000, 156_000_000


def _file(name: str, published: str, size: int) -> WeightFile:
    return WeightFile(
        name, *_REPO, published, size, None, _LICENCE, KIND, published, also=(f"checkpoints/{published}",)
    )


def _set(side: str, mapping: str, what: str) -> WeightSet:
    files = (
        _file("networks", f"SadTalker_V0.0.2_{side}.safetensors", _NETWORKS_BYTES),
        _file("mapping", f"mapping_{mapping}-model.pth.tar", _MAPPING_BYTES),
    )
    name = f"sadtalker-{side}" if what == "crop" else f"sadtalker-{side}-{what}"
    title = f"SadTalker {side}" if what == "crop" else f"SadTalker {side}, whole pictures"
    return WeightSet(name, title, KIND, files, _NOTE)


# By size, and whether the mapping is that of whole pictures.
SETS: Mapping[tuple[str, bool], WeightSet] = {
    ("256", False): _set("256", "00229", "crop"),
    ("256", True): _set("256", "00109", "full"),
    ("512", False): _set("512", "00229", "crop"),
    ("512", True): _set("512", "00109", "full"),
}


@dataclass(frozen=True)
class SadTalkerSettings:
    """What the user chose."""

    resolution: Literal["256", "512"] = setting(
        "256",
        "Pixels of the square that is painted. 512 is sharper and takes four times as long.",
        help="pixels of the square that is painted: default 256",
        choices=("256", "512"),
    )
    picture: Literal["crop", "extcrop", "resize", "full", "extfull"] = setting(
        "crop",
        "What is animated and shown. crop: the face; resize: the whole picture, which must be a portrait; "
        "full: the face, put back into the picture without a seam; extcrop, extfull: with more around it.",
        help="what is animated and shown: default crop",
        choices=("crop", "extcrop", "resize", "full", "extfull"),
    )
    use_first_frame: bool = shared.use_first_frame()
    still: bool = setting(
        False,
        "The head stays as it is in the picture. Best with full: the neck is not moved.",
        help="the head stays as it is in the picture",
    )
    pose_style: int = setting(
        0,
        "Which way of moving the head, of 46.",
        help="which way of moving the head: 0 to 45, default 0",
        low=0,
        high=45,
    )
    expression_scale: float = setting(
        1.0,
        "How far the face moves: more than 1 opens the mouth further.",
        help="how far the face moves: 0 to 3, default 1",
        low=0.0,
        high=3.0,
        step=0.05,
    )
    blinks: Literal["made", "reference", "none"] = setting(
        "made",
        "made: now and then, by chance; reference: as in the reference clip, with its expression; none: the "
        "eyes stay as they are.",
        help="of the eyes: default made; reference takes them from the footage itself",
        choices=("made", "reference", "none"),
    )
    pose: Literal["made", "reference"] = setting(
        "made",
        "made: the head moves with the voice; reference: as in the reference clip, too.",
        help="of the head: default made; reference adds the footage's own movement",
        choices=("made", "reference"),
    )
    yaw: str = setting(
        "",
        "Degrees that the head turns through, left and right, such as 0 20 -20 0, over the whole clip. "
        "Empty: as the pose says.",
        help="degrees that the head turns through, such as '0 20 -20 0'",
    )
    pitch: str = setting(
        "",
        "The same up and down.",
        help="the same up and down",
    )
    roll: str = setting(
        "",
        "The same from shoulder to shoulder.",
        help="the same from shoulder to shoulder",
    )
    seed: int = shared.seed(0, "Another one moves the head and closes the eyes in another way.")
    precision: Literal["auto", "float32", "float16", "bfloat16"] = shared.precision()
    parity: bool = setting(
        False,
        "Do exactly as the original does, limits and all: no rest in pauses, frames of 25 a second shown as "
        "they are, the crop held against the picture's width, the whole rectangle blended. For comparisons.",
        help="do exactly as the original does, limits and all",
    )
    download_missing: bool = setting(
        False,
        "Fetch what is missing: about 880 MB for a size and mapping (Apache-2.0).",
        flag="--download",
        help="fetch missing weights, about 880 MB",
    )

    @property
    def pastes(self) -> bool:
        return self.picture in ("full", "extfull")

    # The mapping that goes with it.
    whole = pastes

    @property
    def extended(self) -> bool:
        return self.picture in ("extcrop", "extfull")


def _weights(settings: SadTalkerSettings) -> Sequence[WeightSet]:
    return [SETS[settings.resolution, settings.whole]]


def _ready(settings: SadTalkerSettings, host: Host) -> None:
    shared.check_files(_weights(settings), settings.download_missing, host)


def _make(
    settings: SadTalkerSettings, host: Host, model: Any = None, reference: Source | None = None
) -> LipSyncBackend:
    """model: SadTalkerModels that are loaded already. reference: a clip whose blinks or pose are taken; the
    request's own footage by default."""
    if model is None:
        _ready(settings, host)
    # Torch takes seconds to import.
    from ..portrait.backend import PortraitBackend
    from .models import load_models
    from .pipeline import SadTalkerEngine

    return PortraitBackend(SadTalkerEngine(model or load_models(settings, host), settings, reference))


def _checks() -> Checks:
    from .parity import CHECKS

    return CHECKS


SPEC = BackendSpec(
    name="sadtalker",
    title="SadTalker",
    summary="A quick network makes one picture speak, with moves of the head and blinks: SadTalker 0.0.2.",
    node="LipSyncSadTalkerBackend",
    task="portrait",
    licence=Licence(
        "Apache-2.0 code and weights",
        "https://github.com/OpenTalker/SadTalker/blob/main/LICENSE",
        commercial=True,
    ),
    settings=SadTalkerSettings,
    make=_make,
    ready=_ready,
    weights=_weights,
    all_weights=tuple(SETS.values()),
    bundles={"all-sadtalker": tuple(weights.name for weights in SETS.values())},
    checks=_checks,
)
