"""How much of an opening that is asked for is seen, on every face; whether closed lips are seen closed."""

from __future__ import annotations

from typing import Any

import numpy as np

from .mouth_judge import Judge, opening
from .mouth_media import Media, still
from .mouth_paint import Painter, poses
from .table import Row

MIN_SLOPE, MAX_CLOSED = 0.85, 0.02
_ASKED = np.linspace(0.0, 0.45, 19)
# A wide opening says most of how much is seen of one.
_WIDE = 0.1


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    judge = Judge()
    results = {}
    for path in media.faces:
        source = still(path)
        asked = np.concatenate([poses(_ASKED), poses([0.0], press=1.0)])
        meshes = judge.meshes(painter.posed(source, asked))
        read, deep = opening(meshes), opening(meshes, 3)
        wide = _ASKED >= _WIDE
        (own,) = opening(judge.meshes(source.read()))
        results[path.name] = {
            "read": read[:-1].round(4).tolist(),
            "slope": float(np.polyfit(_ASKED, read[:-1], 1)[0]),
            "slope_3d": float(np.polyfit(_ASKED, deep[:-1], 1)[0]),
            "least": float((read[:-1][wide] / _ASKED[wide]).min()),
            "own": float(own),
            "closed": float(read[0]),
            "pressed": float(read[-1]),
        }
    return {"asked": _ASKED.round(4).tolist(), "faces": results}


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [("opening seen of the one asked for: slope (3-D; least from 0.1 on), closed", "")]
    for name, each in results["faces"].items():
        seen = f"{each['slope']:.2f} ({each['slope_3d']:.2f}; {each['least']:.2f})"
        table.append(
            (
                f"  {name}",
                f"{seen}, {each['closed']:.3f} (pressed {each['pressed']:.3f}, untouched {each['own']:.3f})",
            )
        )
    return table


def bounds(results: dict[str, Any]) -> dict[str, bool]:
    faces = results["faces"].values()
    return {
        f"the mesh reads ≥ {MIN_SLOPE} of the opening asked for": min(each["slope"] for each in faces)
        >= MIN_SLOPE,
        # The judge reads more than that of lips that are shut in some untouched pictures.
        f"closed lips read ≤ {MAX_CLOSED}, or no more than untouched": all(
            max(each["closed"], each["pressed"]) <= max(MAX_CLOSED, each["own"]) for each in faces
        ),
    }
