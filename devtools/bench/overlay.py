"""`python dev.py bench overlay`: what lyrics add to the time of decoding and encoding a 1080p30 clip.

In each round the clip is decoded and encoded (libx264 veryfast) once without lyrics and once with each
effect, in turns that begin elsewhere each time, so that a busy machine slows all alike. Two ratios are
taken: processor time of all threads with lyrics against without, and, inside one run, the time that passes
in drawing against all the rest. The medians of the rounds count. Memory is that of a run over a short and
over a long clip.
"""

from __future__ import annotations

import argparse
import statistics
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from lipsync_studio.overlay.style import EFFECTS

from ..steps import say
from . import media
from .overlay_case import NONE, RATE, run
from .table import Row, conclude, run_case

# What must hold.
MAX_ADDED = 0.25
_SIZE = (1920, 1080)
# By how much memory may differ between a clip and one four times as long.
_MAX_GROWTH = 48 << 20


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if a bound does not hold."""
    parser = argparse.ArgumentParser(prog="dev.py bench overlay", description=__doc__)
    parser.add_argument("--seconds", type=int, default=6, help="length of the clip (default 6)")
    parser.add_argument("--rounds", type=int, default=3, help="default 3")
    parser.add_argument("--out", type=Path, default=Path("bench_overlay.json"))
    options = parser.parse_args(arguments)
    media.FOLDER.mkdir(parents=True, exist_ok=True)
    clip = _clip(options.seconds)
    names = [NONE, *EFFECTS]
    run(clip, NONE)  # what only a first run does
    rounds = []
    for number in range(options.rounds):
        say(f"== round {number + 1} of {options.rounds}: {options.seconds} s of 1080p30")
        first = number * 2 % len(names)
        rounds.append({name: run(clip, name) for name in names[first:] + names[:first]})
    added = {effect: statistics.median(_added(rounds, effect)) for effect in EFFECTS}
    drawing = {effect: statistics.median(each[effect]["drawing"] for each in rounds) for effect in EFFECTS}
    say("== memory against length")
    # Peaks above what the processes had before, bytes.
    memory = {seconds: run_case("overlay_case", _clip(seconds)) for seconds in (5, 20)}
    growth = memory[20] - memory[5]
    results: dict[str, Any] = {
        "rounds": rounds,
        "added": added,
        "drawing": drawing,
        "memory": memory,
        "bounds": {
            f"every effect adds at most {MAX_ADDED:.0%} of processor time": max(added.values()) <= MAX_ADDED,
            f"drawing takes at most {MAX_ADDED:.0%} of the rest": max(drawing.values()) <= MAX_ADDED,
            "memory does not grow with length": growth <= _MAX_GROWTH,
        },
    }
    return conclude(results, _rows(results), options.out)


def _clip(seconds: int) -> Path:
    """The sample clip, 1080p, at 30 frames a second: the same coded pictures, shown faster."""
    path = media.FOLDER / f"overlay_1080p30_{seconds}s.mp4"
    if path.exists():
        return path
    slow = media.video(*_SIZE, -(-seconds * 6 // 5))
    part = path.with_suffix(".part")
    with av.open(str(slow)) as source, av.open(str(part), "w", format="mp4") as target:
        pictures = source.streams.video[0]
        stream = target.add_stream_from_template(pictures)
        stream.time_base = Fraction(1, 30_000)
        number = 0
        for packet in source.demux(pictures):
            if packet.size and number < seconds * RATE:
                packet.stream, packet.time_base = stream, stream.time_base
                packet.pts = packet.dts = number * 1000
                packet.duration = 1000
                target.mux(packet)
                number += 1
    part.replace(path)
    return path


def _added(rounds: list[dict[str, dict[str, float]]], effect: str) -> list[float]:
    return [each[effect]["cpu"] / each[NONE]["cpu"] - 1 for each in rounds]


def _rows(results: dict[str, Any]) -> list[Row]:
    def median(name: str, key: str) -> float:
        return statistics.median(each[name][key] for each in results["rounds"])

    rows = [(NONE, f"{median(NONE, 'cpu'):.2f} s of processor time, {median(NONE, 'wall'):.2f} s")]
    for effect, share in results["added"].items():
        ratios = _added(results["rounds"], effect)
        rows.append((effect, f"{share:+.1%} of processor time ({min(ratios):+.1%} to {max(ratios):+.1%}); "
                             f"drawing {results['drawing'][effect]:.1%} of the rest, "
                             f"{median(effect, 'draw_ms'):.2f} ms of processor time per frame"))  # fmt: skip
    rows += [
        (f"{length} s: peak memory", f"{size / 1e6:.0f} MB") for length, size in results["memory"].items()
    ]
    return rows
