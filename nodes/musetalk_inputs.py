"""Widgets that the nodes of MuseTalk share, and the settings they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comfy_api.latest import io

from .requirements import engine_imports

if TYPE_CHECKING:
    from ..backends.musetalk.settings import MuseTalkSettings

VERSIONS = ["v1.5", "v1.0-original", "v1.0-current"]
PRECISIONS = ["auto", "float32", "float16", "bfloat16"]
# Stands for what another choice decides: a value outside the widget's own range.
_NONE = -1.0


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
        optional=True,
        advanced=True,
        tooltip="Of the networks' numbers. auto: 16 bits where the device is faster with them, else 32.",
    )


def compile_input() -> io.Input:
    return io.Boolean.Input(
        "compile",
        default=False,
        optional=True,
        advanced=True,
        tooltip="Have torch.compile translate the networks: a minute or more to start, faster in long runs.",
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
                "- less. Usually -7 to 7. With Track Faces wired, nothing is detected again for it."
            ),
        ),
        io.Combo.Input(
            "unit",
            options=["relative", "pixels"],
            default="relative",
            optional=True,
            advanced=True,
            tooltip=(
                "Of bbox_shift and chin_margin. relative: 1/256 of the face's height, the same at every "
                "resolution; pixels: of the video, as in the original."
            ),
        ),
        io.Float.Input(
            "chin_margin",
            default=_NONE,
            min=_NONE,
            max=60.0,
            step=1.0,
            optional=True,
            advanced=True,
            tooltip="Added below the chin. -1: the version's own (10 for v1.5, 0 for v1.0).",
        ),
        io.Boolean.Input(
            "upright",
            default=True,
            optional=True,
            advanced=True,
            tooltip="Turn tilted heads upright for the networks, and the painted face back.",
        ),
        io.Boolean.Input(
            "steady",
            default=True,
            optional=True,
            advanced=True,
            tooltip="Take the tracker's jitter out of the face box. A moving head is followed all the same.",
        ),
    ]


def mask_inputs() -> list[io.Input]:
    """What decides how much of the generated face is shown."""
    return [
        io.Combo.Input(
            "mask",
            options=["auto", "jaw", "raw", "neck", "lips", "face"],
            default="auto",
            tooltip=(
                "What is repainted. auto: the version's own; jaw: mouth, cheeks, chin; raw: the same without "
                "growing over the chin; neck: with the neck; lips: as little as possible; face: everything."
            ),
        ),
        io.Combo.Input(
            "mask_source",
            options=["auto", "parsing", "landmarks"],
            default="auto",
            optional=True,
            advanced=True,
            tooltip=(
                "parsing: a network finds skin, lips, hair; landmarks: drawn, needs no weights; auto: by "
                "quality, parsing only where installed."
            ),
        ),
        _cheek(
            "left_cheek",
            "How much of the cheek the mask jaw repaints, left of the middle; less keeps more of it.",
        ),
        _cheek("right_cheek", "The same to the right."),
        _share(
            "detail", "How much of the source's pores and stubble is kept outside the lips. -1: by quality."
        ),
        _share(
            "colour", "How far the new face takes on the source's colours at the mask's edge. -1: by quality."
        ),
    ]


def _cheek(name: str, tooltip: str) -> io.Input:
    return io.Int.Input(
        name, default=90, min=20, max=160, step=5, optional=True, advanced=True, tooltip=tooltip
    )


def _share(name: str, tooltip: str) -> io.Input:
    return io.Float.Input(
        name, default=_NONE, min=_NONE, max=1.0, step=0.05, optional=True, advanced=True, tooltip=tooltip
    )


def quality_input() -> io.Input:
    return io.Combo.Input(
        "quality",
        options=["fast", "balanced", "quality"],
        default="balanced",
        tooltip=(
            "fast: the mask is drawn from landmarks, nothing else; balanced: face parsing where installed, "
            "colours matched, half the skin's detail kept; quality: all of the detail."
        ),
    )


def batch_input() -> io.Input:
    return io.Int.Input(
        "batch_size",
        default=8,
        min=1,
        max=64,
        optional=True,
        advanced=True,
        tooltip="Frames at once. Halved by itself where memory runs out.",
    )


def parity_input(reach: str = "") -> io.Input:
    """reach: a sentence on what else it decides."""
    return io.Boolean.Input(
        "parity",
        default=False,
        optional=True,
        advanced=True,
        tooltip=(
            "Do exactly as the original does, limits and all: whole pixels, no smoothing, its audio windows, "
            f"shift in pixels. For comparisons.{reach}"
        ),
    )


def to_settings(
    version: str,
    *,
    quality: str = "balanced",
    bbox_shift: float = 0.0,
    unit: str = "relative",
    chin_margin: float = _NONE,
    upright: bool = True,
    steady: bool = True,
    mask: str = "auto",
    mask_source: str = "auto",
    left_cheek: int = 90,
    right_cheek: int = 90,
    detail: float = _NONE,
    colour: float = _NONE,
    batch_size: int = 8,
    parity: bool = False,
) -> MuseTalkSettings:
    """The widgets' values as the engine's settings."""
    with engine_imports():
        from ..backends.musetalk.settings import chosen
    return chosen(
        version,
        quality,  # type: ignore[arg-type]
        shift=bbox_shift,
        margin=None if chin_margin < 0 else chin_margin,
        unit="face" if unit == "relative" else "pixels",
        detail=None if detail < 0 else detail,
        colour=None if colour < 0 else colour,
        mask_source=None if mask_source == "auto" else mask_source,  # type: ignore[arg-type]
        upright=upright,
        steady=steady,
        mask=None if mask == "auto" else mask,
        cheeks=(left_cheek, right_cheek),
        batch=batch_size,
        parity=parity,
    )
