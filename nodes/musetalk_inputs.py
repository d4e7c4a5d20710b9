"""Widgets that the nodes of MuseTalk share, and the settings they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from .requirements import engine_imports

if TYPE_CHECKING:
    from ..backends.musetalk.settings import MuseTalkSettings

VERSIONS = ["v1.5", "v1.0-original", "v1.0-current"]
PRECISIONS = ["auto", "float32", "float16", "bfloat16"]
_OWN = "version's own"


def version_input() -> io.Input:
    return io.Combo.Input(
        "version",
        options=VERSIONS,
        default="v1.5",
        tooltip=(
            "v1.5 looks best. v1.0-original: the first release as it was trained; v1.0-current: its weights "
            "as the later code runs them."
        ),
    )


def precision_input() -> io.Input:
    return io.Combo.Input(
        "precision",
        options=PRECISIONS,
        default="auto",
        advanced=True,
        tooltip="Of the networks. auto: half precision where the device is faster with it.",
    )


def compile_input() -> io.Input:
    return io.Boolean.Input(
        "compile",
        default=False,
        optional=True,
        advanced=True,
        tooltip="Have torch.compile translate the networks: slow to start, faster in long runs.",
    )


def download_input() -> io.Input:
    return io.Boolean.Input(
        "download_missing",
        default=False,
        optional=True,
        tooltip=(
            "Fetch what is missing: about 3.9 GB for a version (weights under CreativeML OpenRAIL-M, VAE "
            "MIT, Whisper Apache-2.0) and 53 MB for face parsing (trained on non-commercial data)."
        ),
    )


def upscale_input() -> io.Input:
    return io.UpscaleModel.Input(
        "upscale_model",
        optional=True,
        tooltip="Sharpens the generated faces, and nothing else. For faces of more than 256 pixels.",
    )


def face_inputs() -> list[io.Input]:
    """What decides which part of the face the networks see."""
    return [
        io.Float.Input(
            "bbox_shift",
            default=0.0,
            min=-30.0,
            max=30.0,
            step=0.5,
            tooltip=(
                "How wide the mouth opens: + moves the repainted half down and tends to open it more, "
                "- less. Usually -7 to 7. No face is detected again when it changes."
            ),
        ),
        io.Combo.Input(
            "unit",
            options=["relative", "pixels"],
            default="relative",
            advanced=True,
            tooltip=(
                "Of bbox_shift and chin_margin. relative: 1/256 of the face's height, the same at every "
                "resolution; pixels: of the video, as in the original."
            ),
        ),
        io.Float.Input(
            "chin_margin",
            default=-1.0,
            min=-1.0,
            max=60.0,
            step=1.0,
            advanced=True,
            tooltip="Added below the chin. -1: the version's own (10 for v1.5, 0 for v1.0).",
        ),
    ]


def mask_inputs() -> list[io.Input]:
    """What decides how much of the generated face is shown."""
    return [
        io.Combo.Input(
            "mask",
            options=[_OWN, "jaw", "raw", "neck", "lips", "face"],
            default=_OWN,
            tooltip=(
                "What is repainted. jaw: mouth, cheeks, chin; raw: the same without growing over the chin; "
                "neck: with the neck; lips: as little as possible; face: everything."
            ),
        ),
        io.Combo.Input(
            "mask_source",
            options=["by quality", "auto", "parsing", "landmarks"],
            default="by quality",
            advanced=True,
            tooltip="parsing: a network finds skin, lips, hair; landmarks: drawn, needs no weights.",
        ),
        io.Int.Input(
            "left_cheek",
            default=90,
            min=20,
            max=160,
            step=5,
            advanced=True,
            tooltip="Width of cheek that the mask jaw keeps whole, left of the middle (of 256).",
        ),
        io.Int.Input(
            "right_cheek",
            default=90,
            min=20,
            max=160,
            step=5,
            advanced=True,
            tooltip="The same to the right.",
        ),
        io.Float.Input(
            "detail",
            default=-1.0,
            min=-1.0,
            max=1.0,
            step=0.05,
            advanced=True,
            tooltip="How much of the source's pores and stubble is kept outside the lips. -1: by quality.",
        ),
    ]


def quality_input() -> io.Input:
    return io.Combo.Input(
        "quality",
        options=["fast", "balanced", "quality"],
        default="balanced",
        tooltip=(
            "fast: mask from landmarks, nothing else; balanced: face parsing where installed, tilted heads "
            "turned upright, colours matched, half the skin's detail kept; quality: all of it."
        ),
    )


def batch_input() -> io.Input:
    return io.Int.Input(
        "batch",
        default=8,
        min=1,
        max=64,
        optional=True,
        advanced=True,
        tooltip="Frames at once. Halved by itself where memory runs out.",
    )


def parity_input() -> io.Input:
    return io.Boolean.Input(
        "parity",
        default=False,
        optional=True,
        advanced=True,
        tooltip=(
            "Do exactly as the original does, limits and all: whole pixels, no smoothing, its audio windows, "
            "shift in pixels. For comparisons."
        ),
    )


def to_settings(
    version: str,
    quality: str,
    *,
    bbox_shift: float = 0.0,
    unit: str = "relative",
    chin_margin: float = -1.0,
    mask: str = _OWN,
    mask_source: str = "by quality",
    left_cheek: int = 90,
    right_cheek: int = 90,
    detail: float = -1.0,
    batch: int = 8,
    parity: bool = False,
) -> MuseTalkSettings:
    with engine_imports():
        from ..backends.musetalk.settings import chosen
    options: dict[str, Any] = {"batch": batch, "parity": parity, "cheeks": (left_cheek, right_cheek)}
    if mask != _OWN:
        options["mask"] = mask
    return chosen(
        version,
        quality,  # type: ignore[arg-type]
        shift=bbox_shift,
        margin=None if chin_margin < 0 else chin_margin,
        unit="face" if unit == "relative" else "pixels",
        detail=None if detail < 0 else detail,
        mask_source=None if mask_source == "by quality" else mask_source,  # type: ignore[arg-type]
        **options,
    )
