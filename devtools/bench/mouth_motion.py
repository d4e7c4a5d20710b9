"""What the motion asks of a mouth against what the speaker's own mouth did: no picture is painted."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from lipsync_studio.backends.viseme.mouth import MouthPose

from .mouth_follow import TITLES, WAYS, followed
from .mouth_media import Media, still
from .mouth_paint import Painter
from .table import Row

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
        results[way] = followed(media.speakers, curves)
    return results


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
    return table


def bounds(_results: dict[str, Any]) -> dict[str, bool]:
    return {}
