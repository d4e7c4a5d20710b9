"""What all benchmarks share: measuring in a process of its own, and results as a table and as JSON."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = tuple[str, str]
# What was measured of each side, the original and this engine's, by its name.
Round = dict[str, dict[str, Any]]


def rows_of(results: dict[str, Any]) -> list[Row]:
    clip, ours, theirs, ratio = (results[name] for name in ("clip", "streamed", "batch", "ratio"))
    width, height = clip["size"]
    rows: list[Row] = [(f"{clip['seconds']} s of {width}x{height} at {clip['fps']} fps", "")]
    for name, seconds in sorted(ours["stages"].items(), key=lambda stage: -stage[1]):
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
            (f"{name} through LipSyncApply", f"{long['seconds']:.0f} s"),
            ("  end to end", f"{long['frames'] / long['seconds']:.1f} frames/s"),
            ("  peak memory above the idle server", _mb(long["growth_bytes"])),
        ]
        if "limit_bytes" in long:
            rows.append(("  which may be", _mb(long["limit_bytes"])))
    return rows


def _mb(count: int) -> str:
    return f"{count / 1e6:.0f} MB"


def run_case(module: str, *arguments: object, environment: Mapping[str, str] | None = None) -> Any:
    """What a module of this package, run in a process of its own, prints as its last line, in JSON."""
    result = subprocess.run(
        [sys.executable, "-m", f"{__package__}.{module}", *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, **(environment or {})},
    )
    return json.loads(result.stdout.splitlines()[-1])


def conclude(results: dict[str, Any], rows: Sequence[Row], out: Path) -> int:
    """Write the JSON and print the table, with the bounds among the results; 1 if one does not hold."""
    out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    bounds = results.get("bounds", {})
    rows = [*rows, *((name, "holds" if holds else "DOES NOT HOLD") for name, holds in bounds.items())]
    width = max(len(name) for name, _ in rows)
    print("\n".join(f"{name:<{width}}  {value:>14}".rstrip() for name, value in rows))
    return 0 if all(bounds.values()) else 1


def times_as_fast(rounds: Sequence[Round], names: Sequence[str]) -> dict[str, list[float]]:
    """As the original, in each round."""
    return {name: [each["original"]["seconds"] / each[name]["seconds"] for each in rounds] for name in names}


def side_rows(title: str, runs: Sequence[dict[str, Any]], told: Callable[[float], str]) -> list[Row]:
    """Medians of a side's runs. told: seconds, as they are to be read."""

    def median(of: Callable[[dict[str, Any]], float]) -> float:
        return statistics.median(of(each) for each in runs)

    stages = {stage for each in runs for stage in each["stages"]}
    spent = {stage: median(lambda each, name=stage: each["stages"].get(name, 0.0)) for stage in stages}  # type: ignore[misc]
    return [
        (title, told(median(lambda each: each["seconds"]))),
        ("  processor time", told(median(lambda each: each["cpu_seconds"]))),
        *((f"  {name}", told(seconds)) for name, seconds in sorted(spent.items(), key=lambda item: -item[1])),
        ("  peak memory above the weights", f"{median(lambda each: each['growth_bytes']) / 1e6:.0f} MB"),
    ]


def ratio_row(title: str, ratios: Sequence[float]) -> Row:
    median = statistics.median(ratios)
    return f"{title}: times as fast", f"{median:.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
