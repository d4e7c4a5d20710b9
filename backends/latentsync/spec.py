"""LatentSync: what it is, what can be set, which files it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ...engine.weights.entries import WeightFile, WeightSet
from ...engine.weights.shared import FACE_PARSING, SD_VAE, WHISPER_TINY
from ..dub import settings as shared
from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.parity import Checks
    from ..protocol import LipSyncBackend

# The models folder that its own files are put in; VAE and Whisper are MuseTalk's, and lie with it.
LATENTSYNC = "latentsync"
_LICENCE = "OpenRAIL++-M"
_NOTE = (
    "The weights' card says OpenRAIL++: commercial use is allowed, its use restrictions are passed on. Code: "
    "Apache-2.0. VAE: MIT. Whisper: Apache-2.0."
)


def _version(name: str, revision: str, size: int, sha256: str) -> WeightSet:
    """Each version's file has the same name at the hub, and the same entries: only the folder tells them
    apart, or the size."""
    unet = WeightFile(
        "unet", f"ByteDance/LatentSync-{name}", revision, "latentsync_unet.pt", size, sha256, _LICENCE,
        LATENTSYNC, f"{name}/latentsync_unet.pt",
        also=(f"LatentSync-{name}/latentsync_unet.pt", f"latentsync_unet_{name}.pt"),
    )  # fmt: skip
    files = (unet, *SD_VAE, *WHISPER_TINY)
    return WeightSet(f"latentsync-{name}", f"LatentSync {name}", LATENTSYNC, files, _NOTE)


_V16 = _version(
    "1.6", "c42c7e6c8e9c213626389fa7d9a3c444b8536353",
    5_072_222_488, "0a478e89eb660f82da4c35dbdde8a5adfb27f99d1b4e50edd03729e1e98316d3",
)  # fmt: skip
_V15 = _version(
    "1.5", "32a20d29aead0498e3e885e90dbbe8027da1b61b",
    5_072_348_184, "6440b49a7ccceff56cdc001f5f17605216337f5bbd66fa360139768926e23f51",
)  # fmt: skip

# The networks of each version; both use the face parser where it is installed.
NETWORKS: Mapping[str, WeightSet] = {"1.6": _V16, "1.5": _V15}
# Pixels of the squares that each was trained on.
TRAINED_ON: Mapping[str, int] = {"1.6": 512, "1.5": 256}
# Steps of denoising that each quality takes.
STEPS: Mapping[str, int] = {"fast": 8, "balanced": 20, "quality": 40}


@dataclass(frozen=True)
class LatentSyncSettings:
    """What the user chose; None for what version or quality decide."""

    version: str = setting(
        "1.6",
        "1.6 paints faces of 512 pixels; 1.5 paints 256, in half the memory and a quarter of the time, and "
        "some find that it opens the mouth further.",
        help="default 1.6",
        choices=tuple(NETWORKS),
    )
    quality: Literal["fast", "balanced", "quality"] = setting(
        "balanced",
        "fast: 8 steps, the mask drawn from landmarks; balanced: 20 steps, face parsing where installed, "
        "colours matched, half the skin's detail kept; quality: 40 steps, all of the detail.",
        help="default balanced",
        choices=tuple(STEPS),
    )
    steps: int | None = shared.steps()
    guidance: float = setting(
        1.5,
        "How closely the mouth follows the sound. More may distort or tremble, by its authors' account; 1 is "
        "twice as fast.",
        help="how closely the mouth follows the sound: 1 to 3, default 1.5",
        low=1.0,
        high=3.0,
        step=0.1,
    )
    seed: int = setting(
        1247,
        "Of the noise that all frames begin with. Another one gives other teeth, not another speech.",
        help="of the noise that all frames begin with: default 1247",
        low=0,
        high=2**32 - 1,
    )
    resolution: Literal["256", "512"] | None = setting(
        None,
        "Pixels of the face that is painted. auto: what the version was trained on; the other one blurs.",
        help="pixels of the face that is painted: default the version's own",
        choices=("auto", "256", "512"),
        none="auto",
    )
    overlap: int = setting(
        4,
        "Frames by which the clips of 16 that are painted together fade into each other, so that none begins "
        "with a jump. 0: end to end.",
        help="frames by which clips of 16 fade into each other: 0 to 8, default 4",
        low=0,
        high=8,
    )
    steady: bool = shared.steady("crop")
    mask: Literal["jaw", "raw", "neck", "lips", "face"] = setting(
        "jaw",
        "What is repainted. jaw: mouth, cheeks, chin; raw: the same without growing over the chin; neck: the "
        "neck too; lips: as little as possible; face: all of the lower half.",
        help="what is repainted: default jaw",
        choices=("jaw", "raw", "neck", "lips", "face"),
    )
    mask_source: Literal["parsing", "landmarks"] | None = shared.mask_source()
    detail: float | None = shared.detail()
    colour: float | None = shared.colour()
    precision: Literal["auto", "float32", "float16", "bfloat16"] = shared.precision()
    parity: bool = setting(
        False,
        "Do exactly as the original does, limits and all: 25 frames a second and two too many, its crop, its "
        "mask's edge, clips end to end, nobody silent. For comparisons.",
        help="do exactly as the original does, limits and all",
    )
    download_missing: bool = setting(
        False,
        "Fetch what is missing: about 5.6 GB for a version (weights under OpenRAIL++, VAE MIT, Whisper "
        "Apache-2.0) and 53 MB for face parsing (trained on non-commercial data).",
        flag="--download",
        help="fetch missing weights, about 5.6 GB",
    )

    @property
    def side(self) -> int:
        return int(self.resolution or TRAINED_ON[self.version])


def weight_sets(version: str | None) -> list[WeightSet]:
    """What a version reads; what any may read, for None."""
    networks = NETWORKS.values() if version is None else [NETWORKS[version]]
    return [*networks, FACE_PARSING]


def parses(settings: LatentSyncSettings) -> bool:
    """Whether the face parser is of use."""
    return shared.parses(settings) and not settings.parity


def _weights(settings: LatentSyncSettings) -> Sequence[WeightSet]:
    return weight_sets(settings.version) if parses(settings) else [NETWORKS[settings.version]]


def _ready(settings: LatentSyncSettings, host: Host) -> None:
    parser = [FACE_PARSING] if settings.mask_source == "parsing" and not settings.parity else []
    shared.check_files([NETWORKS[settings.version], *parser], settings.download_missing, host)


def _make(settings: LatentSyncSettings, host: Host, model: Any = None) -> LipSyncBackend:
    """model: LatentSyncModels that are loaded already, whose version and precision then count."""
    if model is None:
        _ready(settings, host)
    # Torch and diffusers take seconds to import.
    from ..dub.backend import DubBackend
    from .models import load_models
    from .original import ParityBackend, ParityEngine
    from .pipeline import LatentSyncEngine

    models = model or load_models(settings, host)
    if settings.parity:
        return ParityBackend(ParityEngine(models, settings))
    return DubBackend(LatentSyncEngine(models, settings))


def _checks() -> Checks:
    from . import parity

    return parity.CHECKS


SPEC = BackendSpec(
    name="latentsync",
    title="LatentSync",
    summary="A diffusion network repaints the lower face, 16 frames at a time: LatentSync 1.6 or 1.5.",
    node="LipSyncLatentSyncBackend",
    task="dub",
    licence=Licence(
        "Apache-2.0 code; weights: OpenRAIL++ by their card",
        "https://huggingface.co/ByteDance/LatentSync-1.6",
        commercial=True,
    ),
    settings=LatentSyncSettings,
    make=_make,
    ready=_ready,
    weights=_weights,
    all_weights=(_V16, _V15),
    checks=_checks,
)
