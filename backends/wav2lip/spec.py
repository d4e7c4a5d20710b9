"""Wav2Lip: what it is, what can be set, which files it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ...engine.consent import Consents, Terms, private_folder
from ...engine.errors import ConsentError, MissingFilesError
from ...engine.weights.entries import WeightFile, WeightSet, readable
from ...engine.weights.shared import FACE_PARSING
from ..dub import settings as shared
from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.parity import Checks
    from ..protocol import LipSyncBackend

KIND = "wav2lip"
# A copy: the authors' own places are gone. What counts is the digest.
_REPO = ("camenduru/Wav2Lip", "main")
_S3FD_REPO = ("ByteDance/LatentSync", "405eda8eab9f65c1a6e0c292a5dee5a08089e2ae")
_LICENCE = "personal, research and non-commercial use only"
_NOTE = (
    "For personal, research and non-commercial use only: the weights were trained on LRS2, whose terms "
    "forbid more. They are fetched from a copy and checked against the digest of the authors' file."
)

# What is agreed to before the weights are used, once and outside any workflow.
TERMS = Terms(
    key="wav2lip",
    name="Wav2Lip's licence and disclaimer",
    address="https://github.com/Rudrabha/Wav2Lip#license-and-citation",
    what="using Wav2Lip's weights, and what they make, for personal, research or non-commercial ends only",
    dialog="LipSync Studio: Licences… (menu Extensions)",
    command="python -m lipsync_studio consent wav2lip",
)


def _version(name: str, title: str, published: str, size: int, sha256: str, program: str) -> WeightSet:
    """published: the file's name. program: that of the TorchScript archive that the authors offer now."""
    file = WeightFile(
        "generator", *_REPO, f"checkpoints/{published}", size, sha256, _LICENCE, KIND, published,
        also=(f"checkpoints/{published}", program),
    )  # fmt: skip
    return WeightSet(name, title, KIND, (file,), _NOTE)


_GAN = _version(
    "wav2lip-gan", "Wav2Lip GAN", "wav2lip_gan.pth",
    435_801_865, "ca9ab7b7b812c0e80a6e70a5977c545a1e8a365a6c49d5e533023c034d7ac3d8", "Wav2Lip-SD-GAN.pt",
)  # fmt: skip
_PLAIN = _version(
    "wav2lip", "Wav2Lip", "wav2lip.pth",
    435_807_851, "b78b681b68ad9fe6c6fb1debc6ff43ad05834a8af8a62ffc4167b7b34ef63c37", "Wav2Lip-SD-NOGAN.pt",
)  # fmt: skip
S3FD = WeightSet(
    "s3fd", "Face detection (S3FD)", KIND,
    (
        WeightFile(
            "s3fd", *_S3FD_REPO, "auxiliary/s3fd-619a316812.pth",
            89_843_225, "619a31681264d3f7f7fc7a16a42cbbe8b23f31a256f75a366e5a1bcd59b33543",
            "BSD-3-Clause", KIND, "s3fd-619a316812.pth", also=("s3fd.pth",),
        ),
    ),
    "From face-alignment (BSD-3-Clause). Only for comparisons with the original Wav2Lip.",
)  # fmt: skip

GENERATORS: Mapping[str, WeightSet] = {"wav2lip_gan": _GAN, "wav2lip": _PLAIN}
DEFAULT_VERSION = "wav2lip_gan"


@dataclass(frozen=True)
class Wav2LipSettings:
    """What the user chose; None for what quality decides."""

    version: str = setting(
        DEFAULT_VERSION,
        "wav2lip_gan: sharper teeth and lips. wav2lip: softer, its lips a little closer to the sound.",
        help=f"default {DEFAULT_VERSION}",
        choices=tuple(GENERATORS),
    )
    quality: Literal["fast", "balanced", "quality"] = setting(
        "balanced",
        "fast: a soft mask, nothing else; balanced: colours matched at its edge, half the skin's detail "
        "kept; quality: all of the detail.",
        help="default balanced",
        choices=("fast", "balanced", "quality"),
    )
    pad_bottom: float = setting(
        10.0,
        "Added to the face box below the chin. More, where the chin is cut off; less, where the mouth sits "
        "too low.",
        help="added to the face box below the chin: default 10",
        low=-60.0,
        high=120.0,
        step=1.0,
    )
    pad_top: float = setting(
        0.0,
        "Added to the face box above the brows.",
        help="added above the brows: default 0",
        low=-60.0,
        high=120.0,
        step=1.0,
    )
    pad_left: float = setting(
        0.0, "Added on the left.", help="added on the left: default 0", low=-60.0, high=120.0, step=1.0
    )
    pad_right: float = setting(
        0.0, "Added on the right.", help="added on the right: default 0", low=-60.0, high=120.0, step=1.0
    )
    unit: Literal["relative", "pixels"] = setting(
        "relative",
        "Of the pads. relative: 1/256 of the face's height, the same at every resolution; pixels: of the "
        "video, as in the original.",
        help="of the pads: default relative, to the face",
        choices=("relative", "pixels"),
    )
    upright: bool = setting(
        True,
        "Turn tilted heads upright for the network, and the painted face back.",
        help="turn tilted heads upright for the network, as by default",
    )
    steady: bool = shared.steady()
    mask: str = setting(
        "jaw",
        "What is repainted. jaw: mouth, cheeks, chin; raw: the same without growing over the chin; neck: "
        "with the neck; lips: as little as possible; face: all of the lower half.",
        help="what is repainted: default jaw",
        choices=("jaw", "raw", "neck", "lips", "face"),
    )
    mask_source: Literal["landmarks", "parsing", "auto"] = setting(
        "landmarks",
        "landmarks: drawn, quick, needs no weights; parsing: a network finds skin, lips, hair, and takes "
        "longer than Wav2Lip itself; auto: parsing where installed.",
        help="what finds the parts of a face: default landmarks",
        choices=("landmarks", "parsing", "auto"),
    )
    detail: float | None = shared.detail()
    colour: float | None = shared.colour()
    upscale_strength: float = setting(
        1.0,
        "How much of what a connected upscale model makes of the face is shown. Without one it does nothing.",
        node_only=True,
        low=0.0,
        high=1.0,
        step=0.05,
    )
    precision: Literal["auto", "float32", "float16", "bfloat16"] = setting(
        "auto",
        "Of the network's numbers. auto: 16 bits where the device is faster with them, else 32.",
        help="of the network's numbers: default by the device",
        choices=("auto", "float32", "float16", "bfloat16"),
    )
    batch_size: int = setting(
        16,
        "Frames at once. Halved by itself where memory runs out.",
        help="frames at once: 1 to 128, default 16",
        low=1,
        high=128,
    )
    parity: bool = setting(
        False,
        "Do exactly as the original does, limits and all: S3FD's boxes, averaged forwards, pads in pixels, "
        "and the face pasted with hard edges. Slow, and needs S3FD's weights. For comparisons.",
        help="do exactly as the original does, limits and all",
    )
    download_missing: bool = setting(
        False,
        "Fetch what is missing: 436 MB (weights for non-commercial use), for parsing 53 MB (trained on "
        "non-commercial data), for parity 90 MB (S3FD).",
        flag="--download",
        help="fetch missing weights, 436 MB and more",
    )


def parses(settings: Wav2LipSettings) -> bool:
    """Whether the face parser is of use."""
    return settings.mask_source != "landmarks" and not settings.parity


def _weights(settings: Wav2LipSettings) -> Sequence[WeightSet]:
    further = {FACE_PARSING: parses(settings), S3FD: settings.parity}
    return [GENERATORS[settings.version], *(each for each, wanted in further.items() if wanted)]


def _ready(settings: Wav2LipSettings, host: Host) -> None:
    _check_ready(_consent_of_the_command, settings, host)


def _check_ready(check_consent: Callable[[], None], settings: Wav2LipSettings, host: Host) -> None:
    """Raises ConsentError, which says what files are missing as well, or else MissingFilesError."""
    try:
        check_consent()
    except ConsentError as error:
        try:
            _check_files(settings, host)
        except MissingFilesError as lacking:
            fetched = f"`python -m lipsync_studio weights download {lacking.weights}`"
            raise ConsentError(
                f"{str(error).rstrip('.')}; its files are missing too ({readable(lacking.size)}): fetch them "
                f"with the node Model Manager (LipSync) or with {fetched}."
            ) from error
        raise
    _check_files(settings, host)


def _check_files(settings: Wav2LipSettings, host: Host) -> None:
    further = {FACE_PARSING: settings.mask_source == "parsing" and parses(settings), S3FD: settings.parity}
    needed = [GENERATORS[settings.version], *(each for each, wanted in further.items() if wanted)]
    shared.check_files(needed, settings.download_missing, host)


def _make(
    settings: Wav2LipSettings,
    host: Host,
    restore: Any = None,
    check_consent: Callable[[], None] | None = None,
) -> LipSyncBackend:
    """restore: see Wav2LipEngine. check_consent: raises ConsentError unless the user has agreed to TERMS; as
    the `consent` command knows it, by default."""
    check = check_consent or _consent_of_the_command
    _check_ready(check, settings, host)
    # Torch takes seconds to import.
    from ..dub.backend import DubBackend
    from .models import load_models
    from .pipeline import Wav2LipEngine

    return DubBackend(Wav2LipEngine(load_models(settings, host), settings, check, restore=restore))


def _consent_of_the_command() -> None:
    Consents(private_folder()).require(TERMS)


def _check(video: Path, host: Host) -> Iterable[str]:
    from .agreement import check_boxes

    return check_boxes(video, host)


def _checks() -> Checks:
    from .parity import CHECKS

    return CHECKS


SPEC = BackendSpec(
    name="wav2lip",
    title="Wav2Lip",
    summary="A small network repaints the lower face at 96 pixels: Wav2Lip, trained with or without a GAN.",
    node="LipSyncWav2LipBackend",
    task="dub",
    licence=Licence(
        "none for the original's code, which is not in here; weights: personal, research and non-commercial "
        "use only",
        TERMS.address,
        commercial=False,
        consent=TERMS,
    ),
    settings=Wav2LipSettings,
    make=_make,
    ready=_ready,
    weights=_weights,
    all_weights=(_GAN, _PLAIN, S3FD, FACE_PARSING),
    bundles={
        "all-wav2lip-gan": ("wav2lip-gan", "face-parsing"),
        "all-wav2lip": ("wav2lip-gan", "wav2lip", "s3fd", "face-parsing"),
    },
    checks=_checks,
    check=_check,
)
