"""Talking footage: whether the source's own speech is gone, in silence and under another voice."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lipsync_studio.engine.faces.track import FaceTrack
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.source import VideoSource

from .mouth_judge import Judge, best_lag, correlation, opening
from .mouth_media import Media, silence
from .mouth_paint import Painter
from .table import Row

PARTED, MAX_PARTED, MAX_R = 0.03, 0.02, 0.2
_SECONDS = 4
_TALKING_GRID = "pwij3p"


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    closed: dict[str, dict[str, float]] = {}
    other: dict[str, dict[str, dict[str, float]]] = {}
    judge = Judge()
    for path in _sources(media):
        source = VideoSource(path, 0.0, _SECONDS)
        track = painter.track(source)
        place = painter.place(source)
        own = opening(judge.meshes(source.read(), place))
        quiet = silence(source.frames, source.fps)
        frames = painter.spoken(source, quiet, silence="close", track=track)
        read = opening(judge.meshes(frames, place))
        closed[path.name] = {"parted": parted(read), "source": parted(own), "most": float(np.nanmax(read))}
        other[path.name] = {}
        for voice, sound in _voices(media):
            other[path.name][voice] = _other(painter, judge, source, track, own, sound)
    means = [each["r"] for voices in other.values() for each in voices.values()]
    return {"closed": closed, "other": other, "r": statistics.fmean(means)}


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
    """The share of frames whose lips are read as apart."""
    return float(np.mean(read[np.isfinite(read)] > PARTED))


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [
        (f"in silence, closed: frames with lips more than {PARTED:g} apart (source), most", "")
    ]
    for name, each in results["closed"].items():
        table.append((f"  {name}", f"{each['parted']:.1%} ({each['source']:.1%}), {each['most']:.3f}"))
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
        f"closed in silence in all but {MAX_PARTED:.0%} of frames": all(
            each["parted"] <= MAX_PARTED for each in results["closed"].values()
        ),
        f"r with the source's own mouth ≤ {MAX_R}": results["r"] <= MAX_R,
    }
