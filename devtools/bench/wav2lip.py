"""`python dev.py bench wav2lip`: this engine against the original's order of work, with the same boxes.

Weights are seeded, which says nothing of pictures and all of time. Each round runs the original, then this
engine as it is by default (masks from landmarks; 16 bits where the device is faster with them), then in
float32, then with the face parser; ratios are taken within a round, and the median of the rounds counts.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path

from ..steps import say
from . import length, media
from .table import Row, conclude, ratio_row, run_case, side_rows, times_as_fast

# Must be at least this many times as fast as the original.
MIN_RATIO = 1.3
SIZE = (704, 1216)
_TITLES = {
    "original": "the original's order of work",
    "ours": "this engine",
    "exact": "this engine, float32",
    "parsed": "this engine, faces parsed",
}


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if a bound does not hold."""
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
    names = [name for name in _TITLES if name != "original"]
    ratios = times_as_fast(rounds, names)
    memory = length.measure("wav2lip")
    rows: list[Row] = []
    for name, title in _TITLES.items():
        rows += side_rows(
            title,
            [each[name] for each in rounds],
            lambda seconds: f"{seconds / options.frames * 1000:.1f} ms/frame",
        )
    rows += [ratio_row(_TITLES[name], ratios[name]) for name in names]
    bound = f"{MIN_RATIO} times as fast as the original"
    results = {
        "clip": clip.name, "frames": options.frames, "rounds": rounds, "ratios": ratios, "memory": memory,
        "bounds": {bound: statistics.median(ratios["ours"]) >= MIN_RATIO, **length.bound(memory)},
    }  # fmt: skip
    return conclude(results, rows + length.rows(memory), options.out)
