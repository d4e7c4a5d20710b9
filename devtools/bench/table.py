"""The benchmark's results for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Row = tuple[str, str]


def table(results: dict[str, Any]) -> str:
    clip, ours, theirs, ratio = (results[name] for name in ("clip", "streamed", "batch", "ratio"))
    width, height = clip["size"]
    rows: list[Row] = [(f"{clip['seconds']} s of {width}x{height} at {clip['fps']} fps", "")]
    for name, seconds in sorted(ours["stages"].items(), key=_longest):
        rows.append((f"  {name}", f"{seconds:.2f} s"))
    rows += [
        ("in all", f"{ours['seconds']:.2f} s"),
        ("  processor time", f"{ours['cpu_seconds']:.2f} s"),
        ("end to end", f"{ours['fps']:.1f} frames/s"),
        ("peak memory above idle", _mb(ours["growth_bytes"])),
        ("reference loop (IMAGE batch)", f"{theirs['seconds']:.2f} s"),
        ("  processor time", f"{theirs['cpu_seconds']:.2f} s"),
        ("  end to end", f"{theirs['fps']:.1f} frames/s"),
        ("  peak memory above idle", _mb(theirs["growth_bytes"])),
        ("  times as long", f"{ratio['time']:.2f}"),
        ("  times the memory", f"{ratio['memory']:.1f}"),
    ]
    for name, long in results.get("memory", {}).items():
        rows += [
            (f"{name} of 1080p through LipSyncApply", f"{long['seconds']:.0f} s"),
            ("  end to end", f"{long['frames'] / long['seconds']:.1f} frames/s"),
            ("  peak memory above the idle server", _mb(long["growth_bytes"])),
        ]
        if "limit_bytes" in long:
            rows.append(("  which may be", _mb(long["limit_bytes"])))
    rows += [(name, "holds" if holds else "DOES NOT HOLD") for name, holds in results["bounds"].items()]
    return lines(rows)


def _longest(stage: tuple[str, float]) -> float:
    return -stage[1]


def _mb(count: int) -> str:
    return f"{count / 1e6:.0f} MB"


def lines(rows: Iterable[Row]) -> str:
    rows = list(rows)
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {value:>14}".rstrip() for name, value in rows)
