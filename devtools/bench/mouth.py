"""`python dev.py bench mouth --media FOLDER`: the viseme engine's mouth against people's.

What a face mesh reads of it (how far it is open, in widths of the mouth) on stills that speak with the voices
of real speakers, against the speakers' own mouths; what the picture shows inside and around it; how fast it
is.
"""

from __future__ import annotations

import argparse
import importlib
import time
from pathlib import Path
from typing import Any

from lipsync_studio.engine.host.plain import PlainHost

from ..steps import say
from . import mouth_media
from .mouth_paint import Painter
from .table import Row, conclude

# Each a module `mouth_NAME` with `measure`, `rows` and `bounds`.
PARTS = ("motion", "fit", "slope", "follow", "corners", "texture", "colour", "footage", "occluded", "speed")


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if a bound that must hold does not."""
    parser = argparse.ArgumentParser(prog="dev.py bench mouth", description=__doc__)
    parser.add_argument("--media", type=Path, default=Path("media"), help="folder of test media")
    parser.add_argument(
        "--only", default=",".join(PARTS), help=f"parts with commas between: {', '.join(PARTS)}"
    )
    parser.add_argument("--against", type=Path, help="another checkout, whose speed is compared")
    parser.add_argument("--out", type=Path, default=Path("bench_mouth.json"))
    options = parser.parse_args(arguments)
    names = options.only.split(",")
    if unknown := set(names) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    media = mouth_media.Media(options.media)
    results: dict[str, Any] = {"bounds": {}}
    table: list[Row] = []
    with PlainHost("cpu", progress=False) as host:
        for name in names:
            started = time.perf_counter()
            say(f"== {name}")
            part = importlib.import_module(f".mouth_{name}", __package__)
            more = (options.against,) if name == "speed" else ()
            found = part.measure(media, Painter(host), *more)
            results[name] = {**found, "seconds": time.perf_counter() - started}
            table += part.rows(found)
            results["bounds"] |= part.bounds(found)
    return conclude(results, table, options.out)
