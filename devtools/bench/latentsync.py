"""`python dev.py bench latentsync`: this engine against the original's order of work, on full-size networks.

Weights are seeded, which says nothing of pictures and all of time. Each round runs the original, then this
engine as it is by default where the face parser is installed, on the same clip, points and sound; ratios are
taken within a round, and the median of the rounds counts. Takes 12 GB of memory and, on two cores, many
minutes.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path
from typing import Any

from ..steps import say
from . import length, media
from .table import Row, conclude, ratio_row, run_case, side_rows, times_as_fast

# Must be at least this many times as fast as the original.
MIN_RATIO = 1.0
SIZE = (704, 1216)
_TITLES = {"original": "the original's order of work", "ours": "this engine"}


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if a bound does not hold."""
    parser = argparse.ArgumentParser(prog="dev.py bench latentsync", description=__doc__)
    parser.add_argument("--clip", type=Path, help="footage; the sample clip at 704×1216 by default")
    parser.add_argument("--frames", type=int, default=16, help="of the clip (default 16)")
    parser.add_argument("--steps", type=int, default=2, help="of denoising (default 2)")
    parser.add_argument("--rounds", type=int, default=1, help="default 1; 0 for the memory alone")
    parser.add_argument("--out", type=Path, default=Path("bench_latentsync.json"))
    options = parser.parse_args(arguments)
    media.FOLDER.mkdir(parents=True, exist_ok=True)
    results: dict[str, Any] = {"frames": options.frames, "steps": options.steps, "bounds": {}}
    rows: list[Row] = []
    if options.rounds:
        clip = options.clip or media.upright(*SIZE, options.frames)
        say(f"== {options.rounds} rounds of {options.frames} frames, {options.steps} steps, full size")
        rounds = run_case(
            "latentsync_case", clip, media.audio(8), options.frames, options.steps, options.rounds
        )
        ratios = times_as_fast(rounds, ["ours"])
        holds = statistics.median(ratios["ours"]) >= MIN_RATIO
        results.update(clip=clip.name, rounds=rounds, ratios=ratios)
        results["bounds"]["not slower than the original's order of work"] = holds
        for name, title in _TITLES.items():
            rows += side_rows(title, [each[name] for each in rounds], lambda seconds: f"{seconds:.2f} s")
        rows.append(ratio_row(_TITLES["ours"], ratios["ours"]))
    results["memory"] = length.measure("latentsync")
    results["bounds"].update(length.bound(results["memory"]))
    return conclude(results, rows + length.rows(results["memory"]), options.out)
