"""Settings that several dub engines have, in the same words: each function makes one field."""

from __future__ import annotations

from typing import Any

from ..spec import setting


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


def precision() -> Any:
    """ "auto", "float32", "float16" or "bfloat16". tooltip: another one."""
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
