"""Whether the mouth of a still moves as the mouth of the speaker whose voice it has.

The truth is what the judge reads of the speaker's own clip; a foreign sentence's truth tells what is chance.
"""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np

from .mouth_judge import Judge, best_lag, opening, spread
from .mouth_media import Media, Speaker, still
from .mouth_paint import Painter
from .table import Row

MIN_TEXT, MIN_SOUND, MIN_ABOVE = 0.72, 0.65, 0.2
RANGE = (0.8, 1.3)
WAYS = {"text": MIN_TEXT, "sound": MIN_SOUND}
TITLES = {"text": "with text", "sound": "by sound"}


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    judge = Judge()
    results: dict[str, Any] = {}
    for way in WAYS:
        lyrics = {each.name: each.sentence if way == "text" else "" for each in media.speakers}
        poses: dict[str, np.ndarray] = {}
        for path in media.stills:
            source = still(path)
            read = {}
            for each in media.speakers:
                if each.name not in poses:
                    poses[each.name] = painter.poses(source, each.sound, lyrics[each.name])
                frames = painter.spoken(source, each.sound, lyrics[each.name], poses=poses[each.name])
                read[each.name] = opening(judge.meshes(frames))
            results.setdefault(way, {})[path.name] = followed(media.speakers, read)
    return results


def followed(speakers: list[Speaker], read: dict[str, np.ndarray]) -> dict[str, Any]:
    """Of openings by the speaker's name: per clip r at the best lag and that lag, the mean r with foreign
    sentences, the spread against the truth's."""
    clips = {}
    for own in speakers:
        found = {each.name: best_lag(read[own.name], each.truth) for each in speakers}
        r, lag = found.pop(own.name)
        clips[own.name] = {
            "r": r,
            "lag": lag,
            "foreign": statistics.fmean(each for each, _ in found.values()),
            "range": spread(read[own.name]) / spread(own.truth),
        }
    means = {name: statistics.fmean(each[name] for each in clips.values()) for name in ("r", "foreign")}
    asked = sum(spread(read[each.name]) for each in speakers)
    return {"clips": clips, **means, "range": asked / sum(spread(each.truth) for each in speakers)}


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = []
    for way, faces in results.items():
        table.append((f"{TITLES[way]}: r with the speaker's own mouth (foreign sentences), range", ""))
        for name, face in faces.items():
            table.append((f"  {name}", f"{face['r']:.2f} ({face['foreign']:.2f}), {face['range']:.2f}"))
            table += [
                (
                    f"    {clip}",
                    f"{each['r']:.2f} ({each['foreign']:.2f}), {each['range']:.2f}, lag {each['lag']}",
                )
                for clip, each in face["clips"].items()
            ]
    return table


def bounds(results: dict[str, Any]) -> dict[str, bool]:
    held = {}
    for way, least in WAYS.items():
        faces = results[way].values()
        title = TITLES[way]
        held[f"{title}: r ≥ {least} on every still"] = min(face["r"] for face in faces) >= least
        held[f"{title}: r ≥ {MIN_ABOVE} above foreign sentences'"] = (
            min(face["r"] - face["foreign"] for face in faces) >= MIN_ABOVE
        )
        held[f"{title}: opening range {RANGE[0]} to {RANGE[1]} of the truth's"] = all(
            RANGE[0] <= face["range"] <= RANGE[1] for face in faces
        )
    return held
