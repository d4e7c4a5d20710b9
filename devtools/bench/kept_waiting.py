"""How long a user waits for what the pack says before any work: that weights are missing."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lipsync_studio.backends.registry import backends

# Seconds, of each engine.
MISSING_SECONDS = 2.0


def missing_weights() -> dict[str, tuple[float, float]]:
    """By engine: seconds from the start of `render` until it has said which weights are missing, and seconds
    of processor time of it. Raises RuntimeError where it says anything else."""
    engines = [spec.name for spec in backends().values() if not spec.remote and spec.all_weights]
    with tempfile.TemporaryDirectory() as folder:
        hidden = dict.fromkeys(("LIPSYNC_MODELS", "HF_HUB_CACHE", "HOME", "LIPSYNC_PRIVATE_FOLDER"), folder)
        environment = {**os.environ, **hidden}
        return {name: _waited(name, Path(folder), environment) for name in engines}


def _waited(engine: str, folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    # Weights are looked for before footage is: any file does.
    files = ["--source", __file__, "--audio", __file__, "--out", str(folder / "out.mp4")]
    command = [sys.executable, "-m", "lipsync_studio", "render", "--backend", engine, *files]
    before, started = _spent(), time.perf_counter()
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if run.returncode != 1 or (" lacks " not in run.stderr and "consent" not in run.stderr):
        raise RuntimeError(f"{engine} said something else: {run.stderr[-400:]}")
    return seconds, _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
