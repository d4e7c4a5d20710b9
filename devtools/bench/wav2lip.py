"""`python dev.py bench wav2lip`: this engine against the original's order of work, with the same boxes.

Weights are seeded, which says nothing of pictures and all of time. Each round runs the original, then this
engine as it is by default, its masks from landmarks, then with the face parser; ratios are taken within a
round, and the median of the rounds counts.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path
from typing import Any

from ..steps import say
from . import media
from .table import Row, conclude, run_case

# The bound: this many times as fast as the original.
MIN_RATIO = 1.3
SIZE = (704, 1216)
_TITLES = {
    "original": "the original's order of work",
    "ours": "this engine",
    "parsed": "this engine, faces parsed",
}


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if the bound does not hold."""
    parser = argparse.ArgumentParser(prog="dev.py bench wav2lip", description=__doc__)
    parser.add_argument("--clip", type=Path, help="footage; the sample clip at 704×1216 by default")
    parser.add_argument("--frames", type=int, default=48, help="of the clip (default 48)")
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    parser.add_argument("--out", type=Path, default=Path("bench_wav2lip.json"))
    options = parser.parse_args(arguments)
    media.FOLDER.mkdir(parents=True, exist_ok=True)
    clip = options.clip or media.upright(*SIZE, options.frames)
    say(f"== {options.rounds} rounds of {options.frames} frames, full-size networks")
    rounds = run_case("wav2lip_case", clip, media.audio(8), options.frames, options.rounds)
    results = {"clip": clip.name, "frames": options.frames, **_summary(rounds)}
    return conclude(results, _rows(results), options.out)


def _summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    ratios = {
        name: [each["original"]["seconds"] / each[name]["seconds"] for each in rounds]
        for name in ("ours", "parsed")
    }
    medians = {name: statistics.median(values) for name, values in ratios.items()}
    bound = f"{MIN_RATIO} times as fast as the original"
    return {
        "rounds": rounds,
        "ratios": ratios,
        "medians": medians,
        "bounds": {bound: medians["ours"] >= MIN_RATIO},
    }


def _rows(results: dict[str, Any]) -> list[Row]:
    rounds, frames = results["rounds"], results["frames"]
    rows: list[Row] = []
    for name, title in _TITLES.items():
        seconds = statistics.median(each[name]["seconds"] for each in rounds)
        worked = statistics.median(each[name]["cpu_seconds"] for each in rounds)
        rows.append((title, f"{seconds / frames * 1000:.0f} ms/frame"))
        # Of all threads: tells a slow run from a busy machine.
        rows.append(("  processor time", f"{worked / frames * 1000:.0f} ms"))
        stages = {stage for each in rounds for stage in each[name]["stages"]}
        spent = {
            stage: statistics.median(each[name]["stages"].get(stage, 0.0) for each in rounds)
            for stage in stages
        }
        for stage, time in sorted(spent.items(), key=lambda item: -item[1]):
            rows.append((f"  {stage}", f"{time / frames * 1000:.1f} ms"))
    for name, median in results["medians"].items():
        low, high = min(results["ratios"][name]), max(results["ratios"][name])
        rows.append((f"{_TITLES[name]}: times as fast", f"{median:.2f} ({low:.2f} to {high:.2f})"))
    return rows
