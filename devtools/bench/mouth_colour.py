"""Colours inside the mouth: grey in a grey picture, and the same teeth from frame to frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lipsync_studio.backends.viseme.controls import (
    CONTROLS,
    MIDDLE,
    OUTER_CORNERS,
    UPPER_INNER,
    control_points,
    pixel_offsets,
)
from lipsync_studio.backends.viseme.interior import LUMA
from lipsync_studio.backends.viseme.mouth import MouthPose, RestShape
from lipsync_studio.backends.viseme.pipeline import rest_shape
from lipsync_studio.engine.faces.choose import choose_people
from lipsync_studio.engine.faces.track import Person
from lipsync_studio.engine.media.colour import crop_rgb
from lipsync_studio.engine.media.frames import Frame
from lipsync_studio.engine.media.source import VideoSource

from .mouth_media import SAMPLE, Media, still
from .mouth_paint import Painter, poses
from .table import Row

MAX_CHROMA, MAX_CHANGE = 2.0, 3.0
_ASKED = (0.05, 0.15, 0.3, 0.45)
_CONSTANT = (0.15, 0.28)
# Seconds of a clip (start, length); the sample's face speaks there.
_PARTS = (2.0, 3.0)
_SAMPLE_PART = (0.0, 3.0)
_TEETH = 0.7
# Where they are seen then, in widths of the mouth: how far from the middle, and below the upper lip; the
# brighter half of that is teeth.
_ACROSS, _DOWN = 0.20, (0.0, 0.09)


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    chroma = {path.name: _chroma(painter, path) for path in media.stills}
    change = {}
    for path in [SAMPLE, *media.clips]:
        source = VideoSource(path, *(_SAMPLE_PART if path == SAMPLE else _PARTS))
        for opened in _CONSTANT:
            frames = list(painter.posed(source, poses([opened] * source.frames, teeth=_TEETH)))
            (person, *_) = choose_people(painter.track(source), "largest")
            pose = MouthPose(open=opened, jaw=0.75 * opened, teeth=_TEETH)
            change[f"{path.name}, open {opened:g}"] = changes(frames, person, pose)
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


def changes(frames: list[Frame], person: Person, pose: MouthPose) -> dict[str, float]:
    """Of the teeth's colour from frame to frame, the channel that changes most, levels. person: of the
    source, which all frames show with one pose."""
    rest = rest_shape(person)
    colours = np.array([
        _teeth(frame, strip(person.meshes[frame.index - person.first], rest, pose))
        for frame in frames
        if person.seen[frame.index - person.first]
    ])  # fmt: skip
    change = np.abs(np.diff(colours, axis=0)).max(1)
    return {
        "mean": float(change.mean()),
        "p95": float(np.percentile(change, 95)),
        "most": float(change.max()),
        "luma": float(colours.mean()),
    }


def strip(mesh: np.ndarray, rest: RestShape, pose: MouthPose) -> np.ndarray:
    """Places [n, 2] on the upper teeth, where the renderer's own geometry has them: a judge's mesh would
    waver by more than a tooth's colour does."""
    head, current = control_points(mesh)
    upper = rest.spoken(pose)[UPPER_INNER[MIDDLE]]
    along = np.array([-1.0, 0, 0]) * np.sign(current[OUTER_CORNERS[0], 0] - current[OUTER_CORNERS[1], 0])
    x, y = np.meshgrid(np.linspace(-_ACROSS, _ACROSS, 41), np.linspace(*_DOWN, 13))
    spots = upper + rest.width * (x.ravel()[:, None] * along + y.ravel()[:, None] * np.array([0, 1.0, 0]))
    middle = (mesh[CONTROLS, :2] - pixel_offsets(head, current)).mean(0)
    return np.asarray(middle + pixel_offsets(head, spots))


def _teeth(frame: Frame, spots: np.ndarray) -> np.ndarray:
    """The mean colour [3] of the brighter half of some places."""
    low, high = spots.min(0).astype(int) // 2 * 2 - 2, spots.max(0).astype(int) // 2 * 2 + 4
    low, high = np.maximum(low, 0), np.minimum(high, (frame.width, frame.height))
    rgb = crop_rgb(frame, (int(low[0]), int(low[1]), int(high[0]), int(high[1])))
    x, y = (spots - low).astype(np.float32).T
    seen = cv2.remap(rgb.astype(np.float32), x[None], y[None], cv2.INTER_LINEAR)
    luma = seen[0] @ LUMA
    return np.asarray(seen[0][luma >= np.median(luma)].mean(0))


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
