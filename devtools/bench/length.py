"""Memory against length: footage of 8 and of 32 s in processes of their own, at a real size, with small
networks.

What of a run grows with the footage is its sound and its face track. glibc's allocator and the threads' order
of work move a peak as well, which says nothing of length; how far is measured by running the short footage
several times.
"""

from __future__ import annotations

from typing import Any

from ..memory import RETURN_MEMORY
from ..steps import say
from . import media
from .long import allowed_growth
from .table import Row, run_case

SIZE = (1280, 720)
_SHORT, _LONG = 8, 32
_AGAIN = 3


def measure(engine: str) -> dict[str, Any]:
    """Of an engine of `length_case`: peaks above idle, and what they may be, in bytes."""
    say(f"== Memory of {_SHORT} s and {_LONG} s of {SIZE[0]}×{SIZE[1]}, small networks")
    short = [_run(engine, _SHORT) for _ in range(_AGAIN)]
    peaks = [each["growth_bytes"] for each in short]
    long = _run(engine, _LONG)
    noise = max(peaks) - min(peaks)
    more = allowed_growth(media.audio_tensor_bytes(media.audio(_LONG)), long["frames"])
    return {
        "short_bytes": peaks,
        "long_bytes": long["growth_bytes"],
        "frames": long["frames"],
        "noise_bytes": noise,
        "limit_bytes": max(peaks) + more + noise,
    }


def _run(engine: str, seconds: int) -> Any:
    return run_case(
        "length_case",
        engine,
        media.video(*SIZE, seconds),
        media.audio(seconds),
        environment=RETURN_MEMORY,
    )


def bound(memory: dict[str, Any]) -> dict[str, bool]:
    name = f"{_LONG} s: twice the sound and 8 KB per frame more than {_SHORT} s, and the noise"
    return {name: memory["long_bytes"] <= memory["limit_bytes"]}


def rows(memory: dict[str, Any]) -> list[Row]:
    def mb(count: int) -> str:
        return f"{count / 1e6:.0f} MB"

    peaks = memory["short_bytes"]
    return [
        (f"{_SHORT} s: peak memory above idle, {len(peaks)} runs", f"{mb(min(peaks))} to {mb(max(peaks))}"),
        ("  the noise: from the lowest to the highest", mb(memory["noise_bytes"])),
        (f"{_LONG} s: peak memory above idle", mb(memory["long_bytes"])),
        ("  which may be", mb(memory["limit_bytes"])),
    ]
