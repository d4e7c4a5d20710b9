"""Colours inside the mouth: grey in a grey picture, and the same teeth from frame to frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lipsync_studio.engine.media.colour import crop_rgb
from lipsync_studio.engine.media.frames import Frame
from lipsync_studio.engine.media.source import VideoSource

from .mouth_judge import INNER_RING, Judge, Point
from .mouth_media import SAMPLE, Media, still
from .mouth_paint import Painter, poses
from .table import Row

MAX_CHROMA, MAX_CHANGE = 2.0, 3.0
_ASKED = (0.05, 0.15, 0.3, 0.45)
_CONSTANT = (0.15, 0.28)
# Seconds of a clip (start, length); the sample's face speaks there.
_PARTS = (2.0, 3.0)
_SAMPLE_PART = (0.0, 3.0)
# The brightest of what is seen between the lips are teeth.
_TEETH = 70


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    chroma = {path.name: _chroma(painter, path) for path in media.stills}
    change = {}
    for path in [SAMPLE, *media.clips]:
        source = VideoSource(path, *(_SAMPLE_PART if path == SAMPLE else _PARTS))
        for opened in _CONSTANT:
            frames = list(painter.posed(source, poses([opened] * source.frames, teeth=0.7)))
            change[f"{path.name}, open {opened:g}"] = changes(frames, painter.place(source))
    return {"chroma": chroma, "change": change}


def _chroma(painter: Painter, path: Path) -> float:
    """The 99.5th percentile of the chroma of what changes in a grey picture, levels."""
    source = still(path, grey=True)
    before = next(iter(source.read())).yuv()
    most = 0.0
    for frame in painter.posed(source, poses(_ASKED)):
        luma, u, v = frame.yuv()
        height, width = u.shape
        changed = np.abs(luma.astype(int) - before[0]).reshape(height, 2, width, 2).max((1, 3)) > 1
        off = np.hypot(u.astype(float) - 128, v.astype(float) - 128)
        most = max(most, float(np.percentile(off[changed], 99.5)))
    return most


def changes(frames: list[Frame], place: Point) -> dict[str, float]:
    """Of the teeth's colour from frame to frame, the channel that changes most, levels."""
    rings = steadied(Judge().meshes(frames, place)[:, list(INNER_RING), :2])
    colours = np.array([_teeth(frame, ring) for frame, ring in zip(frames, rings, strict=True)])
    change = np.abs(np.diff(colours, axis=0)).max(1)
    change = change[np.isfinite(change)]
    return {
        "mean": float(change.mean()),
        "p95": float(np.percentile(change, 95)),
        "most": float(change.max()),
        "luma": float(np.nanmean(colours)),
    }


def steadied(rings: np.ndarray) -> np.ndarray:
    """Outlines [n, points, 2] whose place and shape waver less than the mesh's: else the pixels that are
    looked at would change from frame to frame."""
    places = rings.mean(1, keepdims=True)
    return _mean_of_neighbours(places, 1) + _mean_of_neighbours(rings - places, 4)


def _mean_of_neighbours(values: np.ndarray, reach: int) -> np.ndarray:
    ends = ((reach, reach), *((0, 0),) * (values.ndim - 1))
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, ends, "edge"), 2 * reach + 1, axis=0)
    return np.asarray(windows.mean(-1))


def _teeth(frame: Frame, ring: np.ndarray) -> np.ndarray:
    """The median colour [3] of the brightest pixels in an outline [points, 2]; NaN where there are none."""
    if not np.isfinite(ring).all():
        return np.full(3, np.nan)
    low, high = ring.min(0).astype(int) // 2 * 2, ring.max(0).astype(int) // 2 * 2 + 2
    low, high = np.maximum(low, 0), np.minimum(high, (frame.width, frame.height))
    rgb = crop_rgb(frame, (int(low[0]), int(low[1]), int(high[0]), int(high[1])))
    inside = np.zeros(rgb.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(ring - low).astype(np.int32)], 1)
    pixels = rgb[inside > 0].astype(float)
    if not len(pixels):
        return np.full(3, np.nan)
    luma = pixels @ (0.299, 0.587, 0.114)
    return np.asarray(np.median(pixels[luma >= np.percentile(luma, _TEETH)], axis=0))


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [("chroma in a grey picture, levels", "")]
    table += [(f"  {name}", f"{value:.1f}") for name, value in results["chroma"].items()]
    table.append(
        ("teeth, from frame to frame at a constant opening, levels: mean, 95th percentile, most", "")
    )
    for name, each in results["change"].items():
        table.append((f"  {name}", f"{each['mean']:.1f}, {each['p95']:.1f}, {each['most']:.1f}"))
    return table


def bounds(results: dict[str, Any]) -> dict[str, bool]:
    return {
        f"chroma of a grey picture < {MAX_CHROMA:g} levels": max(results["chroma"].values()) < MAX_CHROMA,
        f"the teeth's colour changes by < {MAX_CHANGE:g} levels between frames": all(
            each["most"] < MAX_CHANGE for each in results["change"].values()
        ),
    }
