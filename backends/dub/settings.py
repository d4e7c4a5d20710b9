"""Settings that several dub engines have, in the same words: each function makes one field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, Protocol

from ..spec import setting

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.weights.entries import WeightSet


class Masked(Protocol):
    """Settings of how faces go back; None for what quality, or of the mask the engine, decides."""

    @property
    def quality(self) -> Literal["fast", "balanced", "quality"]: ...
    @property
    def mask(self) -> Any: ...
    @property
    def mask_source(self) -> Any: ...
    @property
    def detail(self) -> float | None: ...
    @property
    def colour(self) -> float | None: ...


def parses(settings: Masked) -> bool:
    """Whether the face parser is of use: where nothing else is chosen, `fast` draws masks from landmarks."""
    if settings.mask_source is None:
        return settings.quality != "fast"
    return bool(settings.mask_source == "parsing")


def check_files(needed: Iterable[WeightSet], download_missing: bool, host: Host) -> None:
    """Raises MissingFilesError where one of the sets is not installed and not to be fetched either. Takes
    moments: to be asked before torch is imported."""
    from ...engine.weights.locate import require

    if not download_missing:
        for weights in needed:
            require(weights, host)


def steady(what: str = "face box") -> Any:
    """bool. what: is cut out."""
    return setting(
        True,
        f"Take the tracker's jitter out of the {what}. A moving head is followed all the same.",
        help=f"take the tracker's jitter out of the {what}, as by default",
    )


def mask_source() -> Any:
    """ "parsing", "landmarks" or None."""
    return setting(
        None,
        "parsing: a network finds skin, lips, hair; landmarks: drawn, needs no weights; auto: by quality, "
        "parsing only where installed.",
        help="what finds the parts of a face: default by --quality",
        choices=("auto", "parsing", "landmarks"),
        none="auto",
    )


def detail() -> Any:
    """float or None."""
    return _share(
        "How much of the source's pores and stubble is kept outside the lips. -1: by quality.",
        "how much of the source's pores and stubble is kept",
    )


def colour() -> Any:
    """float or None."""
    return _share(
        "How far the new face takes on the source's colours at the mask's edge. -1: by quality.",
        "how far the source's colours are taken on",
    )


def steps() -> Any:
    """int or None."""
    return setting(
        None,
        "Steps of denoising: more are slower and a little cleaner. 0: by quality.",
        help="steps of denoising: default by --quality",
        low=1,
        high=100,
        none=0,
    )


def precision() -> Any:
    """ "auto", "float32", "float16" or "bfloat16"."""
    return setting(
        "auto",
        "Of the networks' numbers. auto: 16 bits where the device is faster with them, else 32.",
        help="of the networks' numbers: default by the device",
        choices=("auto", "float32", "float16", "bfloat16"),
    )


def _share(tooltip: str, short: str) -> Any:
    return setting(
        None, tooltip, help=f"{short}: 0 to 1, default by --quality", low=0.0, high=1.0, step=0.05, none=-1.0
    )
