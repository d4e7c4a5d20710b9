"""Frames a second from request to file at 720p, against those of another checkout in the same minutes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..paths import ROOT
from . import media
from .mouth_media import Media
from .mouth_paint import Painter
from .table import Row

MIN_RATIO, WANTED = 0.9, 25
_SECONDS, _ROUNDS = 8, 4
_RUN = """
import json, sys
from pathlib import Path
from lipsync_studio.devtools.bench import streamed
print(json.dumps(streamed.render(*map(Path, sys.argv[1:]))))
"""


def measure(_media: Media, _painter: Painter, against: Path | None = None) -> dict[str, Any]:
    media.FOLDER.mkdir(parents=True, exist_ok=True)
    clip, audio = media.video(1280, 720, _SECONDS), media.audio(_SECONDS)
    trees = {"ours": ROOT, **({"theirs": against} if against else {})}
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in trees}
    for number in range(_ROUNDS):
        # Whoever comes first may find the machine in another state.
        for name in sorted(trees, reverse=bool(number % 2)):
            runs[name].append(_run(trees[name], clip, audio))
    # On a busy machine the best run is the one that tells most.
    best = {name: max(each, key=lambda run: float(run["fps"])) for name, each in runs.items()}
    results: dict[str, Any] = {name: run["fps"] for name, run in best.items()}
    results["stages"] = best["ours"]["stages"]
    if against:
        results["ratio"] = results["ours"] / results["theirs"]
    return results


def _run(tree: Path, clip: Path, audio: Path) -> dict[str, Any]:
    """One run in a process of its own, of the package as that checkout has it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "lipsync_studio").symlink_to(tree.resolve(), target_is_directory=True)
        result = subprocess.run(
            [sys.executable, "-c", _RUN, str(clip), str(audio), str(Path(folder, "out.mp4"))],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": folder},
        )
    measured: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return {**measured, "fps": measured["frames"] / measured["seconds"]}


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [("720p from request to file", f"{results['ours']:.1f} frames/s (aim: {WANTED})")]
    table += [(f"  {name}", f"{seconds:.2f} s") for name, seconds in results["stages"].items()]
    if "ratio" in results:
        table.append(("  the other checkout", f"{results['theirs']:.1f} frames/s"))
        table.append(("  times as fast", f"{results['ratio']:.2f}"))
    return table


def bounds(results: dict[str, Any]) -> dict[str, bool]:
    if "ratio" not in results:
        return {}
    return {f"not under {MIN_RATIO} of the other checkout's speed": results["ratio"] >= MIN_RATIO}
