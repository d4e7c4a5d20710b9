"""Hallo2: what it is, what can be set, which files it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ...align.weights import CTC_EN
from ...engine.weights.entries import WeightFile, WeightSet
from ...engine.weights.shared import SD_VAE
from ..portrait import settings as shared
from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.parity import Checks
    from ..protocol import LipSyncBackend

KIND, INSIGHTFACE = "hallo2", "insightface"
_NOTE = "Hallo2: MIT by its card. VAE: MIT. wav2vec2: Apache-2.0."

# All five networks are in the one file. The hub's own digest is what a download is checked against.
_NETWORKS = WeightFile(
    "networks", "fudan-generative-ai/hallo2", "main", "hallo2/net.pth", 4_850_000_000, None, "MIT", KIND,
    "net.pth", also=("hallo2/net.pth", "net.safetensors"),
)  # fmt: skip
# The English aligner's network, which lies in the aligners' folder.
_WAV2VEC2 = tuple(file for file in CTC_EN.files if file.name in ("model.safetensors", "config.json"))
HALLO2 = WeightSet("hallo2", "Hallo2", KIND, (_NETWORKS, *SD_VAE, *_WAV2VEC2), _NOTE)
IDENTITY = WeightSet(
    "hallo2-identity", "Hallo2's face identity (InsightFace)", INSIGHTFACE,
    (
        WeightFile(
            "arcface", "", "", "", 261_000_000, None, "non-commercial research", INSIGHTFACE,
            "models/antelopev2/glintr100.onnx",
            also=("antelopev2/glintr100.onnx", "models/glintr100.onnx", "glintr100.onnx"),
            needed=False, by_hand=True,
        ),
    ),
    "InsightFace's models are for non-commercial research: put your own glintr100.onnx (of antelopev2) "
    "there; it is never fetched. Without it Hallo2 runs, and isn't told whose face it is.",
)  # fmt: skip

# Steps of denoising that each quality takes; the original's are 40.
STEPS: Mapping[str, int] = {"fast": 12, "balanced": 25, "quality": 40}


@dataclass(frozen=True)
class Hallo2Settings:
    """What the user chose; None for what quality decides."""

    view: Literal["whole", "face", "paste"] = setting(
        "whole",
        "whole: all of the picture, of any shape, whose face should be half as high as it or more; face: a "
        "square around the face; paste: that square, put back into the picture.",
        help="default whole",
        choices=("whole", "face", "paste"),
    )
    quality: Literal["fast", "balanced", "quality"] = setting(
        "balanced",
        "Steps of denoising. fast: 12; balanced: 25; quality: 40, as the original.",
        help="default balanced",
        choices=tuple(STEPS),
    )
    steps: int | None = shared.steps()
    guidance: float = setting(
        3.5,
        "How closely sound and picture are followed. 1 follows less, is twice as fast and takes less memory.",
        help="how closely sound and picture are followed: 1 to 7, default 3.5",
        low=1.0,
        high=7.0,
        step=0.1,
    )
    pose: float = setting(
        1.0,
        "By how much the sound moves head and shoulders.",
        help="by how much the sound moves the head: 0 to 2, default 1",
        low=0.0,
        high=2.0,
        step=0.05,
    )
    expression: float = setting(
        1.0,
        "By how much the sound moves the face without the lips.",
        help="by how much the sound moves the face: 0 to 2, default 1",
        low=0.0,
        high=2.0,
        step=0.05,
    )
    lips: float = setting(
        1.0,
        "By how much the sound moves the lips.",
        help="by how much the sound moves the lips: 0 to 2, default 1",
        low=0.0,
        high=2.0,
        step=0.05,
    )
    seed: int = shared.seed(42, "Another one gives other movements, not another speech.")
    drop: float = setting(
        0.25,
        "Share of the pixels outside the face that are left out where one clip of 16 frames begins the next. "
        "More keeps long videos from drifting, less keeps the background steadier.",
        help="share of pixels left out from clip to clip: 0 to 0.9, default 0.25",
        low=0.0,
        high=0.9,
        step=0.05,
    )
    own_reference: bool = setting(
        False,
        "Let every frame see the picture as the face's identity makes it. Off, every other frame sees it "
        "without, as in the original, by an oversight that its weights were published with.",
        help="let every frame see the picture with the face's identity",
    )
    use_first_frame: bool = shared.use_first_frame()
    precision: Literal["auto", "float32", "float16", "bfloat16"] = shared.precision()
    parity: bool = setting(
        False,
        "Do exactly as the original does: the picture squashed into a square, a minute heard at a time, its "
        "padding, its rounding. For comparisons.",
        help="do exactly as the original does",
    )
    download_missing: bool = setting(
        False,
        "Fetch what is missing: about 5.6 GB (Hallo2 and VAE: MIT, wav2vec2: Apache-2.0). InsightFace's "
        "file is never fetched.",
        flag="--download",
        help="fetch missing weights, about 5.6 GB",
    )


def _weights(settings: Hallo2Settings) -> Sequence[WeightSet]:
    return (HALLO2,)


def _ready(settings: Hallo2Settings, host: Host) -> None:
    shared.check_files([HALLO2], settings.download_missing, host)


def _make(settings: Hallo2Settings, host: Host, model: Any = None) -> LipSyncBackend:
    """model: Hallo2Models that are loaded already, whose precision then counts."""
    if model is None:
        _ready(settings, host)
    # Torch and diffusers take seconds to import.
    from ..portrait.backend import PortraitBackend
    from .models import load_models
    from .pipeline import Hallo2Engine

    return PortraitBackend(Hallo2Engine(model or load_models(settings, host), settings))


def _checks() -> Checks:
    from . import parity

    return parity.CHECKS


SPEC = BackendSpec(
    name="hallo2",
    title="Hallo2",
    summary="A diffusion network animates one picture at 512 pixels, 16 frames at a time, head and all.",
    node="LipSyncHallo2Backend",
    task="portrait",
    licence=Licence(
        "MIT code and weights; the optional identity network of InsightFace: non-commercial",
        "https://huggingface.co/fudan-generative-ai/hallo2",
        commercial=True,
    ),
    settings=Hallo2Settings,
    make=_make,
    ready=_ready,
    weights=_weights,
    all_weights=(HALLO2, IDENTITY),
    checks=_checks,
)
