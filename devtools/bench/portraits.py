"""`python dev.py bench portraits`: engines that animate a picture, on full-size networks.

Weights are seeded, which says nothing of pictures and all of time and memory. Each engine runs in a process
of its own; printed are the seconds of each of its stages, and the most memory that the process took.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import media
from .table import Row, conclude, run_case

# What each engine's case is called with: frames and pixels of the square; of one that denoises, frames of one
# clip or window, steps and pixels.
_CASES = {"sadtalker": ("10", "256"), "hallo2": ("4", "1", "256"), "aniportrait": ("4", "1", "256")}


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="dev.py bench portraits", description=__doc__)
    parser.add_argument("engines", nargs="*", help=f"of {', '.join(_CASES)}; all by default")
    parser.add_argument("--out", type=Path, default=Path("bench_portraits.json"))
    options = parser.parse_args(arguments)
    media.FOLDER.mkdir(parents=True, exist_ok=True)
    results: dict[str, Any] = {}
    rows: list[Row] = []
    for engine in options.engines or _CASES:
        found = run_case(f"{engine}_case", *_CASES[engine])
        results[engine] = found
        total = sum(found["seconds"].values())
        rows.append((f"{engine}, {found['frames']} frames of {found['side']}²", f"{total:.1f} s"))
        rows += [(f"  {name}", f"{seconds:.1f} s") for name, seconds in found["seconds"].items()]
        rows.append(("  most memory", f"{found['peak_bytes'] / 1e9:.2f} GB"))
    return conclude(results, rows, options.out)
