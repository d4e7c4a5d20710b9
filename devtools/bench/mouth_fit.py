"""What the motion's constants would be, and how well it would follow a speaker, had that speaker's clip not
been among those they were chosen on.

Each clip is left out in turn: of a few values of each constant those are taken that are best for the other
clips, and the clip is measured with them. The words and phones of all are what the engine makes of them.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any
from unittest import mock

import numpy as np

from lipsync_studio.backends.viseme import acoustic, motion

from .mouth_follow import MIN_SOUND, MIN_TEXT, RANGE, TITLES, WAYS
from .mouth_judge import best_lag, spread
from .mouth_media import Media, still
from .mouth_paint import Painter
from .table import Row

# What is chosen: the factor of all openings, how far lips part before speech, in how many seconds.
GRID = {"_READ": (0.9, 1.0, 1.07, 1.14, 1.21, 1.28), "_PARTED": (0.05, 0.07, 0.085, 0.1, 0.12),
        "_PARTING": (0.04, 0.08, 0.12)}  # fmt: skip
# By how much less than asked the judge reads of a painted mouth, as a mean of the stills of `--only slope`.
_SEEN = 1.04
# A range that is off by half counts as much as so much of r.
_RANGE_COUNTS = 0.1

Constants = tuple[float, ...]


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    source = still(media.stills[0])
    results: dict[str, Any] = {}
    for way in WAYS:
        recorded = {}
        for each in media.speakers:
            with _recorded() as arguments:
                painter.poses(source, each.sound, each.sentence if way == "text" else "")
            (recorded[each.name],) = arguments
        truths = {each.name: each.truth for each in media.speakers}
        results[way] = left_out(recorded, truths)
    return results


@contextmanager
def _recorded() -> Iterator[list[tuple[Any, ...]]]:
    """What the motion is made of, wherever it is made inside."""
    kept: list[tuple[Any, ...]] = []
    made = motion.assemble

    def keep(*arguments: Any) -> motion.MouthMotion:
        kept.append(arguments)
        return made(*arguments)

    with mock.patch.object(motion, "assemble", keep), mock.patch.object(acoustic, "assemble", keep):
        yield kept


def left_out(recorded: dict[str, tuple[Any, ...]], truths: dict[str, np.ndarray]) -> dict[str, Any]:
    """Of the arguments of `assemble` and the true openings by the clip's name."""
    scores = {
        constants: {name: _score(recorded[name], truth, constants) for name, truth in truths.items()}
        for constants in product(*GRID.values())
    }
    clips: dict[str, dict[str, Any]] = {}
    for name in truths:
        others = [each for each in truths if each != name]
        best = max(scores, key=lambda constants: _worth([scores[constants][each] for each in others]))
        clips[name] = {"constants": dict(zip(GRID, best, strict=True)), **scores[best][name]}
    asked, true = (sum(clip[key] for clip in clips.values()) for key in ("asked", "true"))
    r = statistics.fmean(clip["r"] for clip in clips.values())
    shipped = scores[tuple(getattr(motion, name) for name in GRID)]
    return {
        "clips": clips,
        "r": r,
        "range": asked / true,
        "shipped": {"r": statistics.fmean(each["r"] for each in shipped.values()), "range": _range(shipped)},
    }


def _score(arguments: tuple[Any, ...], truth: np.ndarray, constants: Constants) -> dict[str, float]:
    changed: dict[str, Any] = dict(zip(GRID, constants, strict=True))
    with mock.patch.multiple(motion, **changed):
        opening = motion.assemble(*arguments).open.astype(float)
    return {"r": best_lag(opening, truth)[0], "asked": spread(opening) / _SEEN, "true": spread(truth)}


def _range(scores: dict[str, dict[str, float]]) -> float:
    asked, true = (sum(each[key] for each in scores.values()) for key in ("asked", "true"))
    return asked / true


def _worth(scores: list[dict[str, float]]) -> float:
    opened = _range({str(at): each for at, each in enumerate(scores)})
    return statistics.fmean(each["r"] for each in scores) - 2 * _RANGE_COUNTS * abs(opened - 1)


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [
        ("constants chosen without the clip: r with the speaker's own mouth, range as the judge sees it", "")
    ]
    for way, found in results.items():
        shipped = f"{found['shipped']['r']:.3f}, {found['shipped']['range']:.2f}"
        said = f"{found['r']:.3f}, {found['range']:.2f} (as shipped {shipped})"
        table.append((f"  {TITLES[way]}", said))
        for name, clip in found["clips"].items():
            chosen = ", ".join(f"{value:g}" for value in clip["constants"].values())
            ratio = clip["asked"] / clip["true"]
            table.append((f"    {name} ({chosen})", f"{clip['r']:.2f}, {ratio:.2f}"))
    return table


def bounds(results: dict[str, Any]) -> dict[str, bool]:
    held = {}
    for way, least in (("text", MIN_TEXT), ("sound", MIN_SOUND)):
        found = results[way]
        held[f"{TITLES[way]}, each clip left out: r ≥ {least}, range {RANGE[0]} to {RANGE[1]}"] = bool(
            found["r"] >= least and RANGE[0] <= found["range"] <= RANGE[1]
        )
    return held
