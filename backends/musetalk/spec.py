"""MuseTalk: what it is, what can be set, which files it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ...engine.weights.entries import MUSETALK, WeightFile, WeightSet
from ...engine.weights.shared import FACE_PARSING, SD_VAE, WHISPER_TINY
from ..dub import settings as shared
from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.parity import Checks
    from ..protocol import LipSyncBackend

_REPO = ("TMElyralab/MuseTalk", "3ef28bc5cff08c90ad8178a25f1b570cd800170f")
_LICENCE = "CreativeML OpenRAIL-M"
_NOTE = (
    "The MuseTalk repository (MIT) calls its models free for any purpose, even commercial; their card says "
    f"{_LICENCE}, whose use restrictions have to be passed on. VAE: MIT. Whisper: Apache-2.0."
)
# The architecture is the same in both versions, and so is its description.
_CONFIG = (748, "5b6923aee04d71692e0e9846c471e0a4ea07a4f686d39545e472bd4ba17e1b47")


def _version(name: str, place: str, size: int, sha256: str) -> WeightSet:
    """place: of the UNet's weights, at the hub and here."""
    config = f"{place.split('/')[0]}/musetalk.json"
    unet = WeightFile("unet", *_REPO, place, size, sha256, _LICENCE, MUSETALK, place)
    unet_config = WeightFile(
        "unet_config", *_REPO, config, *_CONFIG, _LICENCE, MUSETALK, config, needed=False
    )
    files = (unet, unet_config, *SD_VAE, *WHISPER_TINY)
    return WeightSet(f"musetalk-v{name}", f"MuseTalk {name}", MUSETALK, files, _NOTE)


_V15 = _version(
    "1.5", "musetalkV15/unet.pth",
    3_400_074_924, "7ebf6c98c181e20838e4c0054e96e944ac60d5d692cc01db42839fe11b787007",
)  # fmt: skip
_V10 = _version(
    "1.0", "musetalk/pytorch_model.bin",
    3_400_076_549, "0ee7d5ea03ea75d8dca50ea7a76df791e90633687a135c4a69393abfc0475ffe",
)  # fmt: skip

# What is of use together, by the names that commands and the node offer beside those of the sets.
BUNDLES: Mapping[str, tuple[str, ...]] = {
    "all-musetalk-v1.5": ("musetalk-v1.5", "face-parsing", "dwpose"),
    "all-musetalk-v1.0": ("musetalk-v1.0", "face-parsing", "dwpose"),
    "all-musetalk": ("musetalk-v1.5", "musetalk-v1.0", "face-parsing", "dwpose"),
}
# The networks of each version; all of them use the face parser where it is installed.
NETWORKS: Mapping[str, WeightSet] = {"v1.5": _V15, "v1.0-original": _V10, "v1.0-current": _V10}
DEFAULT_VERSION = "v1.5"


@dataclass(frozen=True)
class MuseTalkSettings:
    """What the user chose; None for what version or quality decide."""

    version: str = setting(
        DEFAULT_VERSION,
        "v1.5 looks best. v1.0-original: the first release as it was trained; v1.0-current: its weights as "
        "the later code runs them.",
        help=f"default {DEFAULT_VERSION}",
        choices=tuple(NETWORKS),
    )
    quality: Literal["fast", "balanced", "quality"] = setting(
        "balanced",
        "fast: the mask is drawn from landmarks, nothing else; balanced: face parsing where installed, "
        "colours matched, half the skin's detail kept; quality: all of the detail.",
        help="default balanced",
        choices=("fast", "balanced", "quality"),
    )
    bbox_shift: float = setting(
        0.0,
        "How wide the mouth opens: + moves the repainted half down and tends to open it more, - less. "
        "Usually -7 to 7. With Track Faces wired, nothing is detected again for it.",
        help="how wide the mouth opens: -7 to 7, default 0",
        low=-30.0,
        high=30.0,
        step=0.5,
    )
    unit: Literal["relative", "pixels"] = setting(
        "relative",
        "Of bbox_shift and chin_margin. relative: 1/256 of the face's height, the same at every resolution; "
        "pixels: of the video, as in the original.",
        help="of --bbox-shift and --chin-margin: default relative, to the face",
        choices=("relative", "pixels"),
    )
    chin_margin: float | None = setting(
        None,
        "Added below the chin. -1: the version's own (10 for v1.5, 0 for v1.0).",
        help="added below the chin: default the version's own, 10 or 0",
        low=0.0,
        high=60.0,
        step=1.0,
        none=-1.0,
    )
    upright: bool = setting(
        True,
        "Turn tilted heads upright for the networks, and the painted face back.",
        help="turn tilted heads upright for the networks, as by default",
    )
    steady: bool = shared.steady()
    mask: str | None = setting(
        None,
        "What is repainted. auto: the version's own; jaw: mouth, cheeks, chin; raw: the same without growing "
        "over the chin; neck: with the neck; lips: as little as possible; face: everything.",
        help="what is repainted: default the version's own",
        choices=("auto", "jaw", "raw", "neck", "lips", "face"),
        none="auto",
    )
    mask_source: Literal["parsing", "landmarks"] | None = shared.mask_source()
    left_cheek: int = setting(
        90,
        "How much of the cheek the mask jaw repaints, left of the middle; less keeps more of it.",
        help="how much of the cheek the mask jaw repaints: 20 to 160, default 90",
        low=20,
        high=160,
        step=5,
    )
    right_cheek: int = setting(
        90, "The same to the right.", help="the same to the right", low=20, high=160, step=5
    )
    detail: float | None = shared.detail()
    colour: float | None = shared.colour()
    precision: Literal["auto", "float32", "float16", "bfloat16"] = shared.precision()
    batch_size: int = setting(
        8,
        "Frames at once. Halved by itself where memory runs out.",
        help="frames at once: 1 to 64, default 8",
        low=1,
        high=64,
    )
    compile: bool = setting(
        False,
        "Have torch.compile translate the networks: a minute or more to start, faster in long runs.",
        help="have torch.compile translate the networks: slower to start, faster in long runs",
    )
    parity: bool = setting(
        False,
        "Do exactly as the original does, limits and all: whole pixels, no smoothing, its audio windows, "
        "shift in pixels. For comparisons.",
        help="do exactly as the original does, limits and all",
    )
    download_missing: bool = setting(
        False,
        "Fetch what is missing: about 3.9 GB for a version (weights under CreativeML OpenRAIL-M, VAE MIT, "
        "Whisper Apache-2.0) and 53 MB for face parsing (trained on non-commercial data).",
        flag="--download",
        help="fetch missing weights, about 3.9 GB",
    )


def weight_sets(version: str | None) -> list[WeightSet]:
    """What a version reads; what any may read, for None."""
    networks = NETWORKS.values() if version is None else [NETWORKS[version]]
    return [*dict.fromkeys(networks), FACE_PARSING]


def _weights(settings: MuseTalkSettings) -> Sequence[WeightSet]:
    return weight_sets(settings.version) if shared.parses(settings) else [NETWORKS[settings.version]]


def _ready(settings: MuseTalkSettings, host: Host) -> None:
    parser = [FACE_PARSING] if settings.mask_source == "parsing" else []
    shared.check_files([NETWORKS[settings.version], *parser], settings.download_missing, host)


def _make(settings: MuseTalkSettings, host: Host, model: Any = None, restore: Any = None) -> LipSyncBackend:
    """model: MuseTalkModels that are loaded already, whose version and precision then count. restore: see
    MuseTalkEngine."""
    if model is None:
        _ready(settings, host)
    # Torch and diffusers take seconds to import.
    from ..dub.backend import DubBackend
    from .models import load_models
    from .pipeline import MuseTalkEngine

    models = model or load_models(settings, host)
    return DubBackend(MuseTalkEngine(models, settings, restore=restore))


def _checks() -> Checks:
    from ...engine.faces import parity as faces
    from ...musetalk_core import parity

    return {**parity.CHECKS, **faces.CHECKS}


SPEC = BackendSpec(
    name="musetalk",
    title="MuseTalk",
    summary="A diffusion network repaints the lower face in one step: MuseTalk 1.5 or 1.0.",
    node="LipSyncMuseTalkBackend",
    task="dub",
    licence=Licence(
        "MIT code; weights: CreativeML OpenRAIL-M by their card",
        "https://huggingface.co/TMElyralab/MuseTalk",
        commercial=None,
    ),
    settings=MuseTalkSettings,
    make=_make,
    ready=_ready,
    weights=_weights,
    all_weights=(_V15, _V10, FACE_PARSING),
    bundles=BUNDLES,
    checks=_checks,
)
