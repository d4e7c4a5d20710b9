"""Talking footage: whether the source's own speech is gone, in silence and under another voice.

The judge reads closed lips as open by a few hundredths of a mouth's width, more where the upper lip casts a
shadow or the lower one shines. So closed mouths are held against its reading of the same person's lips in
those frames of the untouched footage in which they are shut, which were looked for by eye at full size:
parted `above the judge's own reading` are lips that it reads as more than PARTED further apart than those.
Both that and the raw share are printed and bounded. And because the first allows for a line of teeth, it is
looked for whether anything between the lips is bright.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lipsync_studio.engine.faces.geometry import (
    INNER_LOWER_LIP,
    INNER_UPPER_LIP,
    OUTER_LOWER_LIP,
    OUTER_UPPER_LIP,
)
from lipsync_studio.engine.faces.track import FaceTrack
from lipsync_studio.engine.media.frames import Frame
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.source import VideoSource

from .mouth_judge import OUTER, Judge, Point, best_lag, correlation, opening
from .mouth_media import Media, silence
from .mouth_paint import Painter
from .table import Row

PARTED, MAX_PARTED, MAX_R = 0.03, 0.02, 0.2
BRIGHT = 25.0
"""Levels."""
SHUT = {
    "talking_hevc_1080x1920_25fps.mp4": (8, 94, 95),
    "three_faces_1544x516_30fps.mp4": (48, 49),
    "pwij3p.mpg": tuple(range(57, 75)),
}
"""Frames of the sources in which the lips of the face that is painted touch."""
_SECONDS = 4
# Where something bright is looked for: from the middle of the mouth, in widths of it, and from the line
# between the lips, in parts of their thickness. The lower lip lies between these parts of its thickness.
_OUT, _NEAR, _LIP = 0.3, 0.35, (0.4, 0.8)
_TALKING_GRID = "pwij3p"


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    closed: dict[str, dict[str, Any]] = {}
    other: dict[str, dict[str, dict[str, float]]] = {}
    judge = Judge()
    for path in _sources(media):
        source = VideoSource(path, 0.0, _SECONDS)
        track = painter.track(source)
        place = painter.place(source)
        rows = list(SHUT[path.name])
        own, own_light = _looked(judge, source.read(), place)
        quiet = silence(source.frames, source.fps)
        read, light = _looked(judge, painter.spoken(source, quiet, silence="close", track=track), place)
        shut, bright = own[rows], BRIGHT + float(np.nanmax(own_light[rows]))
        closed[path.name] = {
            "bright": float(np.nanmean(light > bright)),
            "source_bright": float(np.nanmean(own_light > bright)),
            "parted": parted(read - float(np.nanmean(shut))),
            "raw": parted(read),
            "source": parted(own - float(np.nanmean(shut))),
            "source_raw": parted(own),
            "most": float(np.nanmax(read)),
            "shut": [float(np.nanmin(shut)), float(np.nanmean(shut)), float(np.nanmax(shut))],
        }
        other[path.name] = {}
        for voice, sound in _voices(media):
            other[path.name][voice] = _other(painter, judge, source, track, own, sound)
    means = [each["r"] for voices in other.values() for each in voices.values()]
    return {"closed": closed, "other": other, "r": statistics.fmean(means)}


def _looked(judge: Judge, frames: Iterable[Frame], place: Point) -> tuple[np.ndarray, np.ndarray]:
    """How far the mouth is open in each frame, and by how many levels something between the lips is brighter
    than the lower lip."""
    lumas: list[np.ndarray] = []

    def kept() -> Iterator[Frame]:
        for frame in frames:
            lumas.append(frame.yuv()[0].copy())
            yield frame

    meshes = judge.meshes(kept(), place)
    return opening(meshes), np.array([_light(*each) for each in zip(lumas, meshes, strict=True)])


def _light(luma: np.ndarray, mesh: np.ndarray) -> float:
    if not np.isfinite(mesh).all():
        return np.nan
    points = mesh[:, :2].astype(np.float64)
    left, right = points[list(OUTER)]
    width = float(np.linalg.norm(right - left))
    along = (right - left) / width
    turn = np.array([along, [-along[1], along[0]]])
    points = (points - (left + right) / 2) @ turn.T / width
    x = np.linspace(-_OUT, _OUT, 24)
    top, upper, lower, bottom = (
        np.interp(x, *points[list(rows)].T)
        for rows in (OUTER_UPPER_LIP, INNER_UPPER_LIP, INNER_LOWER_LIP, OUTER_LOWER_LIP)
    )
    meet, places = (upper + lower) / 2, np.linspace(-1, 1, 41)
    y = meet + places[:, None] * np.where(places[:, None] < 0, meet - top, bottom - meet)
    where = np.stack([np.broadcast_to(x, y.shape), y], -1) @ turn * width + (left + right) / 2
    soft = cv2.GaussianBlur(luma.astype(np.float32), (0, 0), max(0.6, 0.005 * width))
    x_map, y_map = cv2.split(where.astype(np.float32))
    seen = cv2.remap(soft, x_map, y_map, cv2.INTER_LINEAR)
    lip = seen[(places > _LIP[0]) & (places < _LIP[1])]
    return float(np.percentile(seen[np.abs(places) < _NEAR].max(0) - np.median(lip, axis=0), 85))


def _other(
    painter: Painter, judge: Judge, source: VideoSource, track: FaceTrack, own: np.ndarray, voice: Sound
) -> dict[str, float]:
    frames = painter.spoken(source, voice.cut(0, source.duration), track=track)
    read = opening(judge.meshes(frames, painter.place(source)))
    own = own[: len(read)]
    return {"r": correlation(read[: len(own)], own), "lagged": best_lag(read[: len(own)], own)[0]}


def _sources(media: Media) -> list[Path]:
    return [*media.clips, *(each.path for each in media.speakers if each.name == _TALKING_GRID)]


def _voices(media: Media) -> Iterator[tuple[str, Sound]]:
    for path in media.voices:
        yield path.name, Sound.load(path)


def parted(read: np.ndarray) -> float:
    """The share of frames whose lips are read as apart by more than PARTED."""
    return float(np.mean(read[np.isfinite(read)] > PARTED))


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [
        (f"in silence, closed: frames with lips {PARTED:g} further apart than shut ones (source)", "")
    ]
    for name, each in results["closed"].items():
        table.append((f"  {name}", f"{each['parted']:.1%} ({each['source']:.1%})"))
        low, mean, high = each["shut"]
        table.append(("    shut lips of the source read", f"{low:.3f} to {high:.3f}, mean {mean:.3f}"))
        raw = f"{each['raw']:.1%} ({each['source_raw']:.1%}), most {each['most']:.3f}"
        light = f"{each['bright']:.1%} ({each['source_bright']:.1%})"
        table.append(("    something bright between the lips", light))
        table.append((f"    raw, more than {PARTED:g} apart", raw))
    table.append(
        ("with another voice: r with the source's own mouth (within 3 frames)", f"{results['r']:.2f}")
    )
    for name, voices in results["other"].items():
        table += [
            (f"  {name}, {voice}", f"{each['r']:.2f} ({each['lagged']:.2f})")
            for voice, each in voices.items()
        ]
    return table


def bounds(results: dict[str, Any]) -> dict[str, bool]:
    return {
        f"closed in silence in all but {MAX_PARTED:.0%} of frames, raw": all(
            each["raw"] <= MAX_PARTED for each in results["closed"].values()
        ),
        f"closed in silence in all but {MAX_PARTED:.0%} of frames, above the judge's own reading": all(
            each["parted"] <= MAX_PARTED for each in results["closed"].values()
        ),
        f"nothing bright between closed lips in all but {MAX_PARTED:.0%} of frames": all(
            each["bright"] <= MAX_PARTED for each in results["closed"].values()
        ),
        f"r with the source's own mouth ≤ {MAX_R}": results["r"] <= MAX_R,
    }
