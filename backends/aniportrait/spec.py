"""AniPortrait: what it is, what can be set, which files it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ...engine.errors import InputError
from ...engine.weights.entries import WeightFile, WeightSet
from ...engine.weights.shared import SD_VAE
from ..portrait import settings as shared
from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.parity import Checks
    from ..protocol import LipSyncBackend

KIND = "aniportrait"
_REPO = ("ZJYang/AniPortrait", "main")
_CLIP_REPO = ("lambdalabs/sd-image-variations-diffusers", "main")
_LICENCE, _CLIP_LICENCE = "Apache-2.0", "CreativeML OpenRAIL-M"
_NOTE = (
    "Code and weights are under Apache-2.0; they are trained from Stable Diffusion 1.5, whose licence, "
    "CreativeML OpenRAIL-M, forbids some uses, as the image encoder's does. VAE: MIT."
)


def _file(name: str, path: str, size: int) -> WeightFile:
    """No digests were published with the sizes: a download is checked against the hub's own."""
    return WeightFile(
        name, *_REPO, path, size, None, _LICENCE, KIND, path, also=(f"pretrained_model/{path}",)
    )


_CLIP = WeightFile(
    "clip", *_CLIP_REPO, "image_encoder/pytorch_model.bin", 1_200_000_000, None, _CLIP_LICENCE, KIND,
    "image_encoder/pytorch_model.bin", also=("pretrained_model/image_encoder/pytorch_model.bin",),
)  # fmt: skip
NETWORKS = WeightSet(
    "aniportrait",
    "AniPortrait",
    KIND,
    (
        _file("denoising_unet", "denoising_unet.pth", 3_440_000_000),
        _file("motion_module", "motion_module.pth", 1_820_000_000),
        _file("reference_unet", "reference_unet.pth", 3_440_000_000),
        _file("pose_guider", "pose_guider.pth", 670_000_000),
        _file("audio2mesh", "audio2mesh.pt", 382_000_000),
        _CLIP,
        *SD_VAE,
    ),
    _NOTE,
)
HEAD = WeightSet(
    "aniportrait-head",
    "AniPortrait's head movements",
    KIND,
    (_file("audio2pose", "audio2pose.pt", 481_000_000),),
    "Apache-2.0. Only for heads that move by the sound.",
)
# 165 rows of six float64 behind NumPy's header of 128 bytes.
TEMPLATE = WeightSet(
    "aniportrait-template",
    "AniPortrait's recorded head movements",
    KIND,
    (
        WeightFile(
            "template", "", "", "", 8_048, None, _LICENCE, KIND, "pose_temp.npy",
            also=("pretrained_model/pose_temp.npy",), by_hand=True,
        ),
    ),
    "Apache-2.0. The table pose_temp.npy of the original's repository (configs/inference/head_pose_temp), or "
    "one of your own: six numbers for each frame at 30 a second.",
)  # fmt: skip
# Steps of denoising that each quality takes.
STEPS: Mapping[str, int] = {"fast": 10, "balanced": 25, "quality": 40}
# Pixels that the networks were trained on.
TRAINED_ON = 512
IDENTITIES = 100
_STEP = 64


@dataclass(frozen=True)
class AniPortraitSettings:
    """What the user chose; None for what quality or seed decide."""

    quality: Literal["fast", "balanced", "quality"] = setting(
        "balanced",
        "Steps of denoising. fast: 10, balanced: 25, quality: 40.",
        help="default balanced",
        choices=tuple(STEPS),
    )
    view: Literal["whole", "face", "paste"] = setting(
        "whole",
        "whole: all of the picture is painted anew, any shape of it; face: a square around the head; paste: "
        "that square, put back into the picture.",
        help="default whole",
        choices=("whole", "face", "paste"),
    )
    head: Literal["sound", "template", "still"] = setting(
        "sound",
        "How the head moves. sound: a network takes it from the voice; template: as recorded, to and fro, "
        "for which the original's pose_temp.npy is needed; still: not at all.",
        help="how the head moves: default sound",
        choices=("sound", "template", "still"),
    )
    motion: float = setting(
        1.0,
        "How far the head moves: 1 is as the network says it or as it was recorded.",
        help="how far the head moves: 0 to 2, default 1",
        low=0.0,
        high=2.0,
        step=0.05,
    )
    identity: int | None = setting(
        None,
        "Whose way to move the head has, of the 100 people that the network has seen. -1: by the seed.",
        help="whose way to move the head has: 0 to 99, default by --seed",
        low=0,
        high=IDENTITIES - 1,
        none=-1,
    )
    seed: int = shared.seed(42, "Another seed paints other details, and moves the head another way.")
    guidance: float = setting(
        3.5,
        "How closely the portrait is kept to. More hardens contrasts; 1 is twice as fast, and blurred.",
        help="how closely the portrait is kept to: 1 to 10, default 3.5",
        low=1.0,
        high=10.0,
        step=0.1,
    )
    steps: int | None = shared.steps()
    side: int = setting(
        512,
        "Pixels of the square that is painted, in steps of 64. The networks were trained on 512; less is "
        "faster, and worse.",
        help="pixels of the square that is painted: 64 to 1024 in steps of 64, default 512",
        low=_STEP,
        high=1024,
        step=_STEP,
    )
    use_first_frame: bool = shared.use_first_frame()
    precision: Literal["auto", "float32", "float16", "bfloat16"] = shared.precision()
    parity: bool = setting(
        False,
        "Do exactly as the original does, limits and all: the picture squeezed into a square, pauses not "
        "heeded, all noise drawn at once, pose pictures not brought to 0 to 1. For comparisons.",
        help="do exactly as the original does, limits and all",
    )
    download_missing: bool = setting(
        False,
        "Fetch what is missing: about 12 GB (weights under Apache-2.0 and OpenRAIL-M, VAE MIT).",
        flag="--download",
        help="fetch missing weights, about 12 GB",
    )

    def __post_init__(self) -> None:
        """Raises InputError for a side that can't be halved six times, as the networks do."""
        if self.side % _STEP:
            lower = max(self.side // _STEP, 1) * _STEP
            raise InputError(
                f"The side {self.side} is no multiple of {_STEP}: choose {lower} or {lower + _STEP}."
            )

    @property
    def whose(self) -> int:
        """Of `identity`."""
        return self.seed % IDENTITIES if self.identity is None else self.identity

    @property
    def step_count(self) -> int:
        return self.steps or STEPS[self.quality]


def _weights(settings: AniPortraitSettings) -> Sequence[WeightSet]:
    further = {"sound": [HEAD], "template": [TEMPLATE], "still": []}
    return [NETWORKS, *further[settings.head]]


def _ready(settings: AniPortraitSettings, host: Host) -> None:
    needed = _weights(settings)
    shared.check_files(needed, settings.download_missing, host)
    if settings.download_missing and settings.head == "template":
        shared.check_files([TEMPLATE], False, host)


def _make(settings: AniPortraitSettings, host: Host, models: Any = None) -> LipSyncBackend:
    """models: AniPortraitModels that are loaded already."""
    if models is None:
        _ready(settings, host)
    # Torch and diffusers take seconds to import.
    from ..portrait.backend import PortraitBackend
    from .models import load_models
    from .pipeline import AniPortraitEngine

    return PortraitBackend(AniPortraitEngine(models or load_models(settings, host), settings))


def _checks() -> Checks:
    from .parity import CHECKS

    return CHECKS


SPEC = BackendSpec(
    name="aniportrait",
    title="AniPortrait",
    summary="A diffusion network paints a portrait that speaks and moves its head.",
    node="LipSyncAniPortraitBackend",
    task="portrait",
    licence=Licence(
        "Apache-2.0; from Stable Diffusion 1.5 (CreativeML OpenRAIL-M)",
        "https://github.com/Zejun-Yang/AniPortrait/blob/main/LICENSE",
        commercial=True,
    ),
    settings=AniPortraitSettings,
    make=_make,
    ready=_ready,
    weights=_weights,
    all_weights=(NETWORKS, HEAD, TEMPLATE),
    bundles={"all-aniportrait": ("aniportrait", "aniportrait-head")},
    checks=_checks,
)
