"""`python dev.py bench`: how fast, and in how much memory."""

from __future__ import annotations

import argparse
import importlib
import platform
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

from .. import comfyui
from ..steps import say
from . import long, media
from .table import conclude, rows_of, run_case

# What must hold.
MIN_FPS = 25
# Benchmarks of their own, each a module with `main(arguments) -> int`.
_OTHERS = (
    "align",
    "cloud",
    "editor",
    "fuzz",
    "identities",
    "jobs",
    "latentsync",
    "long",
    "mouth",
    "musetalk",
    "overlay",
    "portraits",
    "score",
    "voices",
    "wav2lip",
)
MAX_BYTES_MINUTE = 1_500_000_000


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if a bound that must hold does not."""
    if arguments[:1] and arguments[0] in _OTHERS:
        return int(importlib.import_module(f".{arguments[0]}", __package__).main(arguments[1:]))
    parser = argparse.ArgumentParser(
        prog="dev.py bench",
        description=f"{__doc__} Others: " + ", ".join(f"`bench {name}`" for name in _OTHERS) + ".",
    )
    parser.add_argument("--seconds", type=int, default=10, help="length of the 720p clip (default 10)")
    parser.add_argument("--full", action="store_true", help="also minutes of footage on the server")
    parser.add_argument("--out", type=Path, default=Path("bench.json"), help="default bench.json")
    options = parser.parse_args(arguments)
    comfy = comfyui.find() or comfyui.fetch()
    media.FOLDER.mkdir(parents=True, exist_ok=True)
    results = {"machine": _machine(), "bounds": {}, **_speed(comfy, options.seconds)}
    bounds = {"720p at 25 fps or better": results["streamed"]["fps"] >= MIN_FPS}
    if options.full:
        results["memory"] = _memory(comfy)
        minute = results["memory"]["1 minute of 1080p"]
        bounds["1 minute of 1080p below 1.5 GB"] = minute["growth_bytes"] < MAX_BYTES_MINUTE
        for name, each in results["memory"].items():
            if "limit_bytes" in each:
                bounds[f"{name}: twice the audio and 8 KB per frame more than 1 minute"] = (
                    each["growth_bytes"] <= each["limit_bytes"]
                )
    results["bounds"] = bounds
    return conclude(results, rows_of(results), options.out)


def _machine() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "cpus": psutil.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
    }


def _speed(comfy: Path, seconds: int) -> dict[str, Any]:
    """The same clip streamed and as a batch, each in a fresh process."""
    clip, audio = media.video(1280, 720, seconds), media.audio(seconds)
    results: dict[str, Any] = {"clip": {"size": [1280, 720], "fps": 25, "seconds": seconds}}
    for mode in ("streamed", "batch"):
        say(f"== {seconds} s of 720p, {mode}")
        out = media.FOLDER / f"{mode}.mp4"
        result = run_case("case", comfy, mode, clip, audio, out)
        written, _ = media.frames_of(out)
        if written != result["frames"]:
            raise RuntimeError(f"{out} holds {written} frames instead of {result['frames']}.")
        results[mode] = {**result, "fps": result["frames"] / result["seconds"]}
    ours, theirs = results["streamed"], results["batch"]
    results["ratio"] = {
        "time": theirs["seconds"] / ours["seconds"],
        "memory": theirs["growth_bytes"] / ours["growth_bytes"],
    }
    return results


def _memory(comfy: Path) -> dict[str, Any]:
    measured = {}
    for name, clip, seconds in (
        ("1 minute of 1080p", media.video(1920, 1080, 60), 60),
        ("3 minutes of 1080p", media.video(1920, 1080, 180), 180),
        ("1 minute of 360p, a cut every 2 s", media.shots(640, 360, 60), 60),
        ("10 minutes of 360p, a cut every 2 s", media.shots(640, 360, 600), 600),
    ):
        say(f"== {name} on the server")
        measured[name] = long.measure(comfy, clip, media.audio(seconds))
    pairs = pairwise(measured.values())
    for short, more in list(pairs)[::2]:
        growth = long.allowed_growth(more["audio_bytes"], more["frames"])
        more["limit_bytes"] = short["growth_bytes"] + growth
    return measured
