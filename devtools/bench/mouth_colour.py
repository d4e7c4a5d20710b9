"""Colours inside the mouth: grey in a grey picture, and the same teeth from frame to frame."""

from __future__ import annotations

from collections.abc import Iterable
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
from lipsync_studio.backends.viseme.seam import lip_line
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
# Of the cheeks what neither speech nor the paint moves.
_CHEEKS = ((50, 101, 187, 147, 58), (280, 330, 411, 376, 288))


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    chroma = {path.name: _chroma(painter, path) for path in media.stills}
    change = {}
    for path in [SAMPLE, *media.clips]:
        source = VideoSource(path, *(_SAMPLE_PART if path == SAMPLE else _PARTS))
        for opened in _CONSTANT:
            frames = list(painter.posed(source, poses([opened] * source.frames, teeth=_TEETH)))
            (person, *_) = choose_people(painter.track(source), "largest")
            pose = MouthPose(open=opened, jaw=0.75 * opened, teeth=_TEETH)
            change[f"{path.name}, open {opened:g}"] = changes(frames, source.read(), person, pose)
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


def changes(
    frames: list[Frame], before: Iterable[Frame], person: Person, pose: MouthPose
) -> dict[str, float]:
    """Of the teeth's colour from frame to frame, the channel that changes most, levels: by how much more than
    the cheek that changes more, in parts of its brightness, because teeth are in the light of the scene;
    `raw`: in all. before: the source's frames. person: of the source, which all frames show with one pose."""
    rest = rest_shape(person)
    rows = [at for at, frame in enumerate(frames) if person.seen[frame.index - person.first]]
    meshes = [person.meshes[frames[at].index - person.first] for at in rows]
    sources = list(before)
    spots = [
        strip(mesh, rest, pose) + _line(sources[at], mesh, rest)
        for at, mesh in zip(rows, meshes, strict=True)
    ]
    seen = [frames[at] for at in rows]
    colours = np.array([_teeth(*each) for each in zip(seen, spots, strict=True)])
    light = np.array([_light(frame, mesh) for frame, mesh in zip(seen, meshes, strict=True)])
    raw = np.abs(np.diff(colours, axis=0)).max(1)
    scene = np.abs(np.diff(np.log(light), axis=0)).max(1) * colours.max(1).mean()
    # The teeth's light is the face's over some frames, so it comes a frame earlier or later than the cheeks'.
    around = np.pad(scene, 1)
    scene = np.max([around[:-2], scene, around[2:]], axis=0)
    change = np.maximum(raw - scene, 0)
    return {
        "mean": float(change.mean()),
        "p95": float(np.percentile(change, 95)),
        "most": float(change.max()),
        "raw": float(raw.max()),
        "luma": float(colours.mean()),
    }


def _line(frame: Frame, mesh: np.ndarray, rest: RestShape) -> np.ndarray:
    """How far the renderer finds the line between the lips beside the mesh's: pixels [2]."""
    low = np.maximum(mesh[CONTROLS, :2].min(0).astype(int) // 2 * 2, 0)
    high = np.minimum(mesh[CONTROLS, :2].max(0).astype(int) // 2 * 2 + 2, (frame.width, frame.height))
    rgb = crop_rgb(frame, (int(low[0]), int(low[1]), int(high[0]), int(high[1])))
    head, _ = control_points(mesh)
    points = mesh[CONTROLS, :2].astype(np.float64) - low
    return np.asarray(lip_line(rgb, points, rest.width * head.scale)[UPPER_INNER[MIDDLE]])


def _light(frame: Frame, mesh: np.ndarray) -> np.ndarray:
    """Mean brightness [2] of the left and the right cheek, levels."""
    levels = []
    for cheek in _CHEEKS:
        points = mesh[list(cheek), :2]
        low, high = points.min(0).astype(int) // 2 * 2, points.max(0).astype(int) // 2 * 2 + 2
        low, high = np.maximum(low, 0), np.minimum(high, (frame.width, frame.height))
        rgb = crop_rgb(frame, (int(low[0]), int(low[1]), int(high[0]), int(high[1])))
        mask = np.zeros(rgb.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, cv2.convexHull(np.round(points - low).astype(np.int32)), 1)
        levels.append((rgb.astype(np.float32) @ LUMA)[mask > 0].mean())
    return np.maximum(levels, 1.0)


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
        (
            "teeth beyond the cheeks' light, from frame to frame at a constant opening, levels: mean, "
            "95th percentile, most (most in all)",
            "",
        )
    )
    for name, each in results["change"].items():
        said = f"{each['mean']:.1f}, {each['p95']:.1f}, {each['most']:.1f} ({each['raw']:.1f})"
        table.append((f"  {name}", said))
    return table


def bounds(results: dict[str, Any]) -> dict[str, bool]:
    return {
        f"chroma of a grey picture < {MAX_CHROMA:g} levels": max(results["chroma"].values()) < MAX_CHROMA,
        f"the teeth's colour changes by < {MAX_CHANGE:g} levels between frames beyond the cheeks'": all(
            each["most"] < MAX_CHANGE for each in results["change"].values()
        ),
    }
