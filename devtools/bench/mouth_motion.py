"""What the motion asks of a mouth against what the speaker's own mouth did: no picture is painted.

And when it begins and ends: against the first and the last voice, as the voice detector hears it, and against
the breath before it.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from lipsync_studio.backends.viseme.breath import heard_breaths
from lipsync_studio.backends.viseme.mouth import MouthPose
from lipsync_studio.engine.media.voice import RATE, voiced_spans

from .mouth_follow import TITLES, WAYS, followed
from .mouth_media import Media, Speaker, still
from .mouth_paint import Painter
from .table import Row

# Seconds by which a mouth may move before the first sound and after the last.
MOST_BESIDE = 0.15
# An opening that is seen, in widths of the mouth; how long before speech a breath may be over, seconds.
_SEEN, _OVER = 0.02, 0.25
_FPS = 25
_OPEN = [field.name for field in fields(MouthPose)].index("open")


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    source = still(media.stills[0])
    results = {}
    for way in WAYS:
        asked = {
            each.name: painter.poses(source, each.sound, each.sentence if way == "text" else "")
            for each in media.speakers
        }
        curves = {name: poses[:, _OPEN].astype(float) for name, poses in asked.items()}
        beside = {each.name: _beside(each, curves[each.name]) for each in media.speakers}
        results[way] = {**followed(media.speakers, curves), "beside": beside}
    return results


def _beside(speaker: Speaker, opening: np.ndarray) -> dict[str, float]:
    """Seconds before the first voice at which the lips part and at which a breath is heard, and seconds after
    the last at which they close."""
    samples = speaker.sound.mono(RATE)
    voiced = voiced_spans(samples)
    first, last = voiced[0][0], voiced[-1][1]
    breaths = [start for start, end in heard_breaths(samples) if start < first < end + _OVER]
    parted = np.flatnonzero(opening > _SEEN) / _FPS
    return {
        "parted": first - float(parted[0]),
        "breath": first - min(breaths, default=first),
        "closed": float(parted[-1]) + 1 / _FPS - last,
    }


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [("the motion alone: r with the speaker's own mouth (foreign sentences), range", "")]
    for way, found in results.items():
        table.append((f"  {TITLES[way]}", f"{found['r']:.3f} ({found['foreign']:.2f}), {found['range']:.2f}"))
        table += [
            (
                f"    {clip}",
                f"{each['r']:.2f} ({each['foreign']:.2f}), {each['range']:.2f}, lag {each['lag']}",
            )
            for clip, each in found["clips"].items()
        ]
    table.append(("lips part before the first voice (a breath before it), and close after the last, s", ""))
    for way, found in results.items():
        for clip, each in found["beside"].items():
            said = f"{each['parted']:.2f} ({each['breath']:.2f}), {each['closed']:.2f}"
            table.append((f"  {TITLES[way]}, {clip}", said))
    return table


def bounds(results: dict[str, Any]) -> dict[str, bool]:
    beside = [each for found in results.values() for each in found["beside"].values()]
    # What a frame shows lasts as long as it.
    most = MOST_BESIDE + 1 / _FPS
    return {
        f"nothing moves {MOST_BESIDE} s before the first sound or after the last, to a frame": all(
            each["parted"] - each["breath"] <= most and each["closed"] <= most for each in beside
        )
    }
