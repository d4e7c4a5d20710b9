"""`python dev.py bench musetalk`: this engine against the original's order of work, on full-size networks.

Weights are seeded, which says nothing of pictures and all of time. Each round runs the original, then this
engine on a first and on a second sound, and on that with half of the frames silent; ratios are taken within a
round, and the median of the rounds counts.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path
from typing import Any

from ..memory import RETURN_MEMORY
from ..steps import say
from . import media
from .table import Row, conclude, run_case

# Must be at least this many times as fast as the original.
MIN_FIRST, MIN_SECOND = 1.3, 2.3
# Of the time of the whole, where half of the frames are silent.
MAX_HALF = 0.6
SIZE = (704, 1216)
# Seconds of footage over which memory is watched.
_LENGTHS = (8, 32)


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if a bound does not hold."""
    parser = argparse.ArgumentParser(prog="dev.py bench musetalk", description=__doc__)
    parser.add_argument("--clip", type=Path, help="footage; the sample clip at 704×1216 by default")
    parser.add_argument("--frames", type=int, default=8, help="of the clip (default 8)")
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    parser.add_argument("--out", type=Path, default=Path("bench_musetalk.json"))
    options = parser.parse_args(arguments)
    media.FOLDER.mkdir(parents=True, exist_ok=True)
    clip = options.clip or media.upright(*SIZE, options.frames)
    say(f"== {options.rounds} rounds of {options.frames} frames, full-size networks")
    speed = run_case("musetalk_case", clip, media.audio(8), options.frames, options.rounds)
    say("== Memory against length, small networks")
    memory = {
        seconds: run_case(
            "length_case",
            "musetalk",
            media.video(640, 360, seconds),
            media.audio(seconds),
            environment=RETURN_MEMORY,
        )
        for seconds in _LENGTHS
    }
    results = {"clip": clip.name, "frames": options.frames, **_summary(speed), "memory": memory}
    return conclude(results, _rows(results), options.out)


def _summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    def ratio(name: str) -> list[float]:
        return [each["original"]["seconds"] / each[name]["seconds"] for each in rounds]

    ratios = {name: ratio(name) for name in ("first", "second")}
    medians = {name: statistics.median(values) for name, values in ratios.items()}
    half = statistics.median(each["half"]["seconds"] / each["second"]["seconds"] for each in rounds)
    return {
        "rounds": rounds,
        "ratios": ratios,
        "medians": medians,
        "half": half,
        "bounds": {
            f"half of the frames silent: at most {MAX_HALF} of the time": half <= MAX_HALF,
            f"first sound {MIN_FIRST} times as fast": medians["first"] >= MIN_FIRST,
            f"second sound {MIN_SECOND} times as fast": medians["second"] >= MIN_SECOND,
        },
    }


def _rows(results: dict[str, Any]) -> list[Row]:
    rounds, frames = results["rounds"], results["frames"]
    rows: list[Row] = []
    for name, title in (
        ("original", "the original's order of work"),
        ("first", "this engine, first sound"),
        ("second", "this engine, second sound"),
        ("half", "the same, half of the frames silent"),
    ):
        seconds = statistics.median(each[name]["seconds"] for each in rounds)
        rows.append((title, f"{seconds / frames:.2f} s/frame"))
        stages = {stage for each in rounds for stage in each[name]["stages"]}
        spent = {
            stage: statistics.median(each[name]["stages"].get(stage, 0.0) for each in rounds)
            for stage in stages
        }
        for stage, time in sorted(spent.items(), key=lambda item: -item[1]):
            rows.append((f"  {stage}", f"{time / seconds:.1%}"))
    for name, median in results["medians"].items():
        low, high = min(results["ratios"][name]), max(results["ratios"][name])
        rows.append((f"{name} sound: times as fast", f"{median:.2f} ({low:.2f} to {high:.2f})"))
    rows.append(("half of the frames silent: of the time", f"{results['half']:.2f}"))
    for length, memory in results["memory"].items():
        rows.append((f"{length} s: peak memory above idle", f"{memory['growth_bytes'] / 1e6:.0f} MB"))
    return rows
